"""What came of each measure in a report: read beside it, kept in its versions."""

from collections.abc import Iterable, Sequence

from django.db.models import Prefetch

from casework.flow import Text
from casework.history import digest_of
from casework.models import Case
from grants.advancing import carried
from grants.models import Activity, ActivityDone, LogEntry, Picture, ProjectYear
from guideline.models import Measure

from .models import CollaborationReport, MeasureOutcome, OutcomeEvidence, Report
from .models.measure_outcome import PROOFS, proof_in_words

#: What was noted is not a file, so that it has no digest.
NOTED = ("activity", "done", "entry")


def measures_told_of(report: Report | CollaborationReport) -> list[tuple[Measure, str]]:
    """Return the measures of a report, each with how it was to be advanced.

    Of a group's report those that its proposal names, as the office reads them.
    """
    if isinstance(report, Report):
        rows = {row.measure: row.how for row in carried(report.project_year.proposal)}
        return list(rows.items())
    named = report.advanced_measures.select_related("measure__edition").order_by("pk")
    return [(row.measure, row.how) for row in named]


def outcomes_of(report: Case, *, reader=None) -> list[MeasureOutcome]:
    """Return what a report says came of measures, in the order of the guideline, with evidence.

    :param reader: who reads it, so that only such evidence comes as they may read; ``None`` where
        nobody reads it, but all of it is compared or kept.
    """
    return outcomes_of_many([report.pk], reader=reader).get(report.pk, [])


def outcomes_of_many(cases: list[int], *, reader=None) -> dict[int, list[MeasureOutcome]]:
    """Return what :func:`outcomes_of` does, of many reports in two queries."""
    evidence = OutcomeEvidence.objects.select_related(*PROOFS, "picture__file", "done__activity")
    if reader is not None:
        evidence = evidence.visible_to(reader)
    rows = MeasureOutcome.objects.filter(case__in=cases).select_related("measure__edition")
    ordered = rows.order_by("measure__edition", "measure__number")
    found: dict[int, list[MeasureOutcome]] = {}
    for row in ordered.prefetch_related(Prefetch("evidence", evidence.order_by("pk"))):
        found.setdefault(row.case_id, []).append(row)
    return found


def told_of_measures(
    report: Report | CollaborationReport, *, reader=None
) -> list[MeasureOutcome]:  # fmt: skip
    """Return what came of the measures that the report is still about, as :func:`outcomes_of` does."""
    about = {measure.pk for measure, _how in measures_told_of(report)}
    return [row for row in outcomes_of(report, reader=reader) if row.measure_id in about]


def proofs_of(report: Report | CollaborationReport, user) -> list[tuple[str, Text]]:
    """Return what ``user`` can name as evidence: code and words of each."""
    files = report.files.standing()
    found: list[tuple[str, Iterable]] = [("file", files.order_by("pk"))]
    if isinstance(report, Report):
        of_receipts = report.receipts.exclude(file=None).values("file")
        found = [
            ("file", files.exclude(pk__in=of_receipts).order_by("pk")),
            ("receipt", report.receipts.order_by("number")),
        ]
    if report.project_year_id:
        found += _of_year(report.project_year, user)
    return [
        (f"{kind}-{proof.pk}", proof_in_words(kind, proof))
        for kind, rows in found
        for proof in rows
    ]


def _of_year(year: ProjectYear, user) -> list[tuple[str, Iterable]]:
    """Return what was shown and noted of a project year: pictures, activities, notes, and the log."""
    pictures = Picture.objects.visible_to(user).filter(year=year).select_related("file")
    activities = Activity.objects.visible_to(user).filter(year=year).standing()
    done = ActivityDone.objects.filter(activity__in=activities.values("pk"), struck_at=None)
    log = LogEntry.objects.visible_to(user).standing()
    return [
        ("picture", pictures.order_by("pk")),
        ("activity", activities.order_by("pk")),
        ("done", done.select_related("activity").order_by("pk")),
        ("entry", log.filter(case__in=[year.pk, year.proposal_id]).order_by("on", "pk")),
    ]


def mark_of_outcomes(rows: Sequence[MeasureOutcome]) -> str:
    """Return what marks the outcomes of a report as they stand."""
    said = [
        [r.measure_id, r.words, r.counted, r.figure, r.unit, [e.code for e in r.evidence.all()]]
        for r in rows
    ]
    return digest_of(said)[:16]


def content_of_outcome(row: MeasureOutcome) -> dict:
    """Return an outcome as a version keeps it; of evidence its kind, and the digest of its file.

    No name of a file is in it: a collaboration report is published from its version.
    """
    return {
        "came_of_it": row.words, "counted": row.counted, "figure": row.figure, "unit": row.unit,
        "evidence": [{"kind": e.kind, "digest": _digest(e)} for e in row.evidence.all()],
    }  # fmt: skip


def _digest(evidence: OutcomeEvidence) -> str:
    if evidence.kind in NOTED:
        return ""
    return getattr(evidence, evidence.kind).digest


def in_words(told: dict) -> str:
    """Return in one text (Japanese) what a version says came of a measure; empty if nothing."""
    if not told.get("came_of_it"):
        return ""
    figure = told["figure"]
    counted = "" if figure is None else f"（{told['counted']} {figure:,}{told['unit']}）"
    return f"{told['came_of_it']}{counted}"
