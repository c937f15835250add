"""What a person of the office says about a possible conflict of interest."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import record

from . import possible_conflicts, services
from .conflict_grounds import Code
from .models import Conflict, PossibleConflict, PossibleConflictNote

Kind = Conflict.Kind
Outcome = PossibleConflict.Outcome

#: Ground → the kind of conflict it is recorded as; what stands first weighs most.
KINDS = {
    Code.OFFICER: Kind.OFFICER,
    Code.PLEDGE: Kind.OFFICER,
    Code.MEMBER: Kind.MEMBER,
    Code.WRITER: Kind.MEMBER,
    Code.INVITED: Kind.MEMBER,
    Code.DEPARTMENT: Kind.DEPARTMENT,
    Code.ADDRESS: Kind.OTHER,
}


def kind_of(possible: PossibleConflict) -> str:
    """Return the kind of conflict that the weightiest ground speaks for."""
    codes = {code for code, _row in possible.grounds}
    return next((kind for code, kind in KINDS.items() if code in codes), Kind.OTHER)


@transaction.atomic
def confirm(possible: PossibleConflict, *, reason: str = "", by, at: datetime) -> Conflict:
    """Record the conflict; a sheet the member has is taken out.

    :param reason: words for the office only; kept apart. The ground itself is reason enough.
    :raises PermissionDenied: if ``by`` is not of the office, or is the member.
    :raises ValidationError: if it was answered already.
    """
    possible = _taken_up(possible, by=by, at=at)
    _write_down(possible, reason)
    return services.declare_conflict(
        seat=possible.seat, proposal=possible.proposal, kind=kind_of(possible), by=by, at=at
    )


@transaction.atomic
def dismiss(possible: PossibleConflict, *, reason: str, by, at: datetime) -> PossibleConflict:
    """Say that nothing is wrong: the same ground is not put again.

    The member gets the sheet, where sheets are not handed out.

    :param reason: why, for the office only; kept apart.
    :raises PermissionDenied: if ``by`` is not of the office, or is the member.
    :raises ValidationError: if it was answered already, or no reason is given.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this is no conflict of interest.")})
    possible = _taken_up(possible, by=by, at=at)
    _write_down(possible, reason)
    seat, proposal = possible.seat, possible.proposal
    possible_conflicts.settle(seat, proposal, Outcome.DISMISSED, by=by, at=at)
    sheet = seat.sheets.filter(proposal=proposal).first()
    given = proposal.state == "in_selection" and services.scores_all(proposal.round)
    if sheet is None and given:
        sheet = services.assign(proposal, seat, by=by, at=at)
    if sheet:
        record(sheet, "dismiss_conflict", by=by, at=at, possible=possible.pk)
    possible.refresh_from_db()
    return possible


def _taken_up(possible: PossibleConflict, *, by, at: datetime) -> PossibleConflict:
    """Lock what is to be answered, for who may answer it; nobody answers for themselves."""
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    possible_conflicts.lock([possible.proposal_id])
    rows = PossibleConflict.objects.select_for_update(of=("self",))
    found = rows.select_related("seat__round", "seat__user", "proposal").get(pk=possible.pk)
    if found.seat.user_id == by.pk:
        raise PermissionDenied("reviews.run_selection")
    if found.outcome:
        raise ValidationError(_("This was answered already."))
    return found


def _write_down(possible: PossibleConflict, reason: str) -> None:
    if reason.strip():
        PossibleConflictNote.objects.create(possible=possible, text=reason)
