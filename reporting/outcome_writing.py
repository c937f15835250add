"""Whoever writes a report says what came of each measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from casework.calendar import japan_date
from casework.models import Case
from casework.services import advance, locked

from .correction_owed import ask_for_a_correction
from .measure_outcomes import mark_of_outcomes, measures_told_of, outcomes_of, proofs_of
from .models import CollaborationReport, MeasureOutcome, OutcomeEvidence, Report
from .publishing.releases import waits_in_release
from .services import may_edit_collaboration, may_edit_report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one measure.

    :param evidence: codes such as ``receipt-3``.
    """

    measure: int
    words: str
    counted: str = ""
    figure: int | None = None
    unit: str = ""
    evidence: tuple[str, ...] = ()


def may_tell(report: Report | CollaborationReport, user) -> bool:
    """Return whether ``user`` may write what came of the measures now: whoever writes the report."""
    if isinstance(report, Report):
        return may_edit_report(report, user)
    return may_edit_collaboration(report, user)


@transaction.atomic
def tell_outcomes(
    report: Report | CollaborationReport, rows: Sequence[Outcome], *, seen: str, by, at: datetime
) -> None:  # fmt: skip
    """Write down what came of the measures, in the place of what was there.

    A public report asks for a correction then, if the public would read something else.

    :param seen: the mark of the outcomes that the person saw, see :func:`mark_of_outcomes`.
    :raises PermissionDenied: if ``by`` may not write the report now.
    :raises ValidationError: if somebody else wrote meanwhile; if a measure or a piece of evidence
        is none of the report's; if the report waits in a release.
    """
    report, by = locked(report), by.act_on(japan_date(at))
    if not may_tell(report, by):
        raise PermissionDenied("reporting.write")
    if isinstance(report, CollaborationReport) and waits_in_release(report):
        raise ValidationError(
            _("The report waits in a release. Drop the draft of the release first.")
        )
    if seen != mark_of_outcomes(outcomes_of(report)):
        raise ValidationError(
            _("Somebody else wrote here meanwhile. Load the page anew; nothing was kept.")
        )
    about = {measure.pk for measure, _how in measures_told_of(report)}
    known = {code for code, _words in proofs_of(report, by)}
    if not {row.measure for row in rows} <= about:
        raise ValidationError(_("This is not a measure of the report."))
    if not {code for row in rows for code in row.evidence} <= known:
        raise ValidationError(_("This evidence is not in the report any more. Choose again."))
    if report.state == "requested":
        advance(report, "start", by=by, at=at)
    MeasureOutcome.objects.filter(case=report.pk).delete()
    for row in rows:
        _write(report, row)
    if isinstance(report, CollaborationReport):
        ask_for_a_correction(report, at=at)


def _write(report: Case, row: Outcome) -> None:
    outcome = MeasureOutcome.objects.create(
        case_id=report.pk, measure_id=row.measure, words=row.words, counted=row.counted,
        figure=row.figure, unit=row.unit,
    )  # fmt: skip
    OutcomeEvidence.objects.bulk_create(
        OutcomeEvidence(outcome=outcome, **{f"{kind}_id": int(pk)})
        for kind, pk in (code.split("-") for code in row.evidence)
    )
