"""The office reads which measures a project advances: confirms, corrects, adds, takes out, weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import locked, record
from grants.destroyed_drafts import destroyed_on
from grants.measure_weights import WHOLE, equal_weights
from grants.models import MeasureReading, Proposal


@dataclass(frozen=True, slots=True)
class Read:
    """One measure as the office reads it.

    :param measure: id of the measure that the project advances; of what is taken out the one named.
    :param weight: whole percents of the case; 0 takes the measure out.
    :param named: id of the measure that the group named; ``None`` if it did not name this one.
    :param how: in the office's words; empty where those of the group stand.
    :param reason: why the measure is another than the group named, or is taken out.
    """

    measure: int
    weight: int
    named: int | None = None
    how: str = ""
    reason: str = ""


def may_read_measures(proposal: Proposal, user) -> bool:
    """Return whether ``user`` says which measures it advances: the office, once it is filed.

    Also after the project has ended, since tables of measures are made at the end of a year.
    """
    return proposal.filed_at is not None and user.has_perm("grants.handle", proposal)


def mark_of_measures(proposal: Proposal) -> str:
    """Return what marks the measures of a proposal as they stand: as it was saved, and last read."""
    last = proposal.measure_readings.order_by("-event").values_list("event", flat=True).first()
    return mark_of(proposal.edit_number, last)


def mark_of(edit_number: int, last_reading: int | None) -> str:
    """Return the mark of measures that were saved so often, and last read by that line of history."""
    return f"{edit_number}-{last_reading or 0}"


@transaction.atomic
def read_measures(
    proposal: Proposal, rows: Sequence[Read], *, seen: str, by, at: datetime
) -> Proposal:
    """Keep how the office reads the measures of a proposal, all of them at once.

    A reading that says what the newest one says leaves no trace.

    :param seen: the mark of the measures that the person saw, see :func:`mark_of_measures`.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the proposal is not filed; if somebody else changed its measures
        meanwhile; if the rows do not say something of each measure that was named; if the weights do
        not add up to 100; if a reason is missing.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.handle", proposal)
    if not may_read_measures(proposal, by) or destroyed_on(proposal) is not None:
        raise ValidationError(_("The measures of this proposal cannot be confirmed now."))
    if seen != mark_of_measures(proposal):
        raise ValidationError(
            _("Somebody else changed the measures meanwhile. Load the page anew; nothing was kept.")
        )
    _refuse_what_does_not_fit(proposal, rows)
    if _as_kept(proposal) != {(r.named, r.measure, r.weight, r.how, r.reason) for r in rows}:
        told = [{"named": r.named, "measure": r.measure, "weight": r.weight} for r in rows]
        line = record(proposal, "read_measures", by=by, at=at, measures=told)
        MeasureReading.objects.bulk_create(
            MeasureReading(
                proposal=proposal, measure_id=row.measure, named_id=row.named, how=row.how,
                weight=row.weight, reason=row.reason, event=line,
            )
            for row in rows
        )  # fmt: skip
    return proposal


@transaction.atomic
def take_as_named(proposal: Proposal, *, seen: str, by, at: datetime) -> Proposal:
    """Confirm the measures of a proposal as its group named them, with equal weights.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: as for :func:`read_measures`; and if the office has read it before, or
        the group does not say how, so that a person has to look at it.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.handle", proposal)
    named = list(proposal.proposal_measures.order_by("pk"))
    if proposal.measure_readings.exists():
        raise ValidationError(
            _(
                "The office has read it before, and the group has named something else since: open it."
            )
        )
    if not all(row.how.strip() for row in named):
        raise ValidationError(_("The group does not say how it advances a measure: open it."))
    rows = [
        Read(row.measure_id, weight, row.measure_id)
        for row, weight in zip(named, equal_weights(len(named)), strict=True)
    ]
    return read_measures(proposal, rows, seen=seen, by=by, at=at)


def _as_kept(proposal: Proposal) -> set[tuple]:
    newest = MeasureReading.objects.newest().filter(proposal=proposal)
    return set(newest.values_list("named", "measure", "weight", "how", "reason"))


def _refuse_what_does_not_fit(proposal: Proposal, rows: Sequence[Read]) -> None:
    """Refuse a reading that is not whole.

    :raises ValidationError: as for :func:`read_measures`.
    """
    named = sorted(proposal.proposal_measures.values_list("measure", flat=True))
    if sorted(row.named for row in rows if row.named is not None) != named:
        raise ValidationError(_("Say something of each measure that the group named, once."))
    standing = [row for row in rows if row.weight]
    if len({row.measure for row in standing}) != len(standing):
        raise ValidationError(
            _("A measure stands in two rows. Take one of them out, with the other as the reason.")
        )
    if any(not 0 <= row.weight <= WHOLE for row in rows):
        raise ValidationError(_("A weight is a whole percent from 0 to 100."))
    if standing and sum(row.weight for row in standing) != WHOLE:
        raise ValidationError(_("The weights do not add up to 100."))
    if any(_needs_reason(row) and not row.reason.strip() for row in rows):
        raise ValidationError(_("Say why a measure is another than was named, or is taken out."))
    if any(row.named is None and not row.weight for row in rows):
        raise ValidationError(_("A measure that is added needs a weight."))


def _needs_reason(row: Read) -> bool:
    return row.named is not None and (not row.weight or row.named != row.measure)
