"""Starting before the decision on a grant: told by the group, accepted or refused by the office."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework import outbox
from casework.calendar import first_day, japan_date, last_day
from casework.parties import Party
from casework.services import locked, record
from grants.early_starts import BY_NOTICE, NOT_ALLOWED, RULE
from grants.models import EarlyStart, ProjectYear

#: States of a project year in which a start before its decision can be told of.
UNDECIDED = ("planned", "applied", "returned")


def why_no_early_start(year: ProjectYear) -> str:
    """Return why the group of ``year`` cannot tell of an early start now; empty if it can."""
    rule = year.rules.text(RULE)
    if rule == NOT_ALLOWED:
        return _("This course does not allow a start before the decision.")
    if rule != BY_NOTICE:
        return _("Whether a project may begin before the decision is not set. Ask the office.")
    if year.state not in UNDECIDED:
        return _("A start before the decision can be told of only until the decision.")
    if year.early_starts.filter(accepted=None).exists():
        return _("The office has not answered the notice that is there.")
    return ""


@transaction.atomic
def tell_early_start(
    year: ProjectYear, *, starts_on: date, reason: str, by, at: datetime
) -> EarlyStart:
    """Tell the office that the project begins before the decision, and why.

    :param starts_on: Japan date, within the fiscal year of the project year.
    :raises PermissionDenied: if ``by`` does not write for the group.
    :raises ValidationError: if the course does not allow it, a decision is made, another notice
        waits, or the day lies in another fiscal year.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.write", year)
    if why := why_no_early_start(year):
        raise ValidationError(why)
    if not first_day(year.fiscal_year) <= starts_on <= last_day(year.fiscal_year):
        raise ValidationError({"starts_on": _("The day lies in another fiscal year.")})
    told = EarlyStart.objects.create(year=year, starts_on=starts_on, reason=reason, by=by, at=at)
    record(year, "tell_early_start", by=by, at=at, early_start=told.pk, starts_on=starts_on)
    outbox.tell(
        year, Party.OFFICE, "early_start_told", at=at, key=f"early-start-{told.pk}", but=by,
        starts_on=starts_on,
    )  # fmt: skip
    return told


@transaction.atomic
def answer_early_start(
    told: EarlyStart, *, accepted: bool, reason: str, by, at: datetime
) -> EarlyStart:
    """Accept or refuse an early start, as the office; the group is told.

    :param reason: needed for a refusal.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it is answered already, or a refusal has no reason.
    """
    year = locked(told.year)
    require(by.act_on(japan_date(at)), "grants.handle", year)
    told = EarlyStart.objects.select_for_update(of=("self",)).get(pk=told.pk)
    if told.accepted is not None:
        raise ValidationError(_("Somebody else has answered this notice already."))
    if not accepted and not reason:
        raise ValidationError({"reason": _("Say why it is refused.")})
    told.accepted, told.decision_reason, told.decided_by, told.decided_at = accepted, reason, by, at
    told.save()
    facts = {"early_start": told.pk, "starts_on": told.starts_on}
    if accepted:
        record(year, "accept_early_start", by=by, at=at, **facts)
    else:
        record(year, "refuse_early_start", by=by, at=at, **facts)
    outbox.tell(
        year, Party.ORGANIZATION, "early_start_answered", at=at,
        key=f"early-start-answer-{told.pk}", but=by, starts_on=told.starts_on, accepted=accepted,
        reason=reason,
    )  # fmt: skip
    return told
