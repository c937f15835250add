"""What is told of a collaboration report beside its own columns, read of one, or of many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from copy import copy
from functools import cached_property

from django.db.models import Prefetch, QuerySet

from accounts.services.erasing import ERASED_NAME

from .measure_outcomes import outcomes_of, outcomes_of_many
from .models import (
    AdvancedMeasure,
    Answer,
    CollaborationReport,
    CommitteeComment,
    FormQuestion,
    MeasureOutcome,
    Partner,
    PartnerAnswer,
    PartnerPart,
    ReportFigure,
    ScoreWord,
)
from .public_photos import content_of_photos, contents_of_photos


class Beside:
    """The rows of one report, each kind read when it is asked for; :func:`gather` reads them before."""

    def __init__(self, report: CollaborationReport):
        self.report = report

    @cached_property
    def measures(self) -> list[AdvancedMeasure]:
        return list(_measures(self.report.advanced_measures.all()))

    @cached_property
    def outcomes(self) -> list[MeasureOutcome]:
        return outcomes_of(self.report)

    @cached_property
    def partners(self) -> list[Partner]:
        return list(self.report.partners.order_by("pk"))

    @cached_property
    def figures(self) -> list[ReportFigure]:
        return list(self.report.figures.order_by("pk"))

    @cached_property
    def photos(self) -> list[dict]:
        return content_of_photos(self.report)

    @cached_property
    def comments(self) -> list[str]:
        """What members of the committee say, as far as the office lets it be public."""
        return [words for _report, words in _comments([self.report.pk])]


def gather(reports: Collection[CollaborationReport]) -> dict[int, Beside]:
    """Return what stands beside each of many reports, and keep with each what its form asks.

    In as many queries for many as for one.

    :param reports: with their forms.
    """
    keys = [report.pk for report in reports]
    of_report = {"report__in": keys}
    rows = {
        "measures": _by_report(_measures(AdvancedMeasure.objects.filter(**of_report))),
        "partners": _by_report(Partner.objects.filter(**of_report).order_by("pk")),
        "figures": _by_report(ReportFigure.objects.filter(**of_report).order_by("pk")),
        "outcomes": outcomes_of_many(keys),
        "photos": contents_of_photos(keys),
        "comments": _grouped(_comments(keys)),
    }
    _keep_what_forms_ask(reports)
    _keep_parts(reports)
    found = {}
    for report in reports:
        beside = found[report.pk] = Beside(report)
        beside.__dict__.update({name: of.get(report.pk, []) for name, of in rows.items()})
    return found


def _measures(rows: QuerySet[AdvancedMeasure]) -> QuerySet[AdvancedMeasure]:
    named = rows.select_related("measure__edition")
    return named.order_by("measure__edition_id", "measure__number")


def _comments(keys: list[int]) -> QuerySet:
    said = CommitteeComment.objects.filter(tabled__report__in=keys, release__isnull=False)
    kept = said.exclude(words=ERASED_NAME).order_by("pk")
    return kept.values_list("tabled__report", "words")


def _by_report(rows: Iterable) -> dict[int, list]:
    return _grouped((row.report_id, row) for row in rows)


def _grouped(pairs: Iterable[tuple[int, object]]) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _keep_what_forms_ask(reports: Collection[CollaborationReport]) -> None:
    """Keep with each report its questions, each with what was answered, and with its form the scale."""
    forms = {report.report_form_id for report in reports}
    asked: dict[int, list[FormQuestion]] = defaultdict(list)
    of_department = FormQuestion.objects.filter(
        form__in=forms, filled_by=FormQuestion.Side.DEPARTMENT
    )
    for question in of_department.order_by("position", "pk"):
        asked[question.form_id].append(question)
    answers = Answer.objects.filter(report__in=[report.pk for report in reports])
    said = {
        (report, question): words
        for report, question, words in answers.values_list("report", "question", "words")
    }
    words = _grouped((row.form_id, row) for row in ScoreWord.objects.filter(form__in=forms).order_by("score"))  # fmt: skip
    for report in reports:
        questions = []
        for question in map(copy, asked.get(report.report_form_id or 0, [])):
            question.said = said.get((report.pk, question.pk), "")  # type: ignore[attr-defined]
            questions.append(question)
        report.__dict__["questions"] = questions
        if report.report_form:
            scale = {row.score: row for row in words.get(report.report_form_id, [])}
            report.report_form.__dict__["scale"] = scale


def _keep_parts(reports: Collection[CollaborationReport]) -> None:
    """Keep with each report the parts of its partners, in the order in which they were named."""
    answers = Prefetch("answers", PartnerAnswer.objects.select_related("question"))
    found = PartnerPart.objects.filter(report__in=[report.pk for report in reports])
    named = found.select_related("partner", "organization").prefetch_related(answers)
    parts = _by_report(named.order_by("partner"))
    for report in reports:
        report.__dict__["all_parts"] = parts.get(report.pk, [])
