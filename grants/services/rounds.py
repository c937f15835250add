"""Opening a call, and changing its budget and dates afterwards."""

from copy import copy
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework import history, outbox
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.models import Deadline, Event
from casework.parties import Party, people_behind
from casework.timekeeping import supersede
from grants.models import CourseEdition, Proposal, Round, RoundChange
from grants.plan import Planned, Shift

from .following import CALL, follow_close, lock_cases
from .plan import (
    Replaced,
    let_follow,
    plan_of,
    replaced_by_plan,
    save_plan,
    schedule_of,
    shifts_between,
)

#: What a round keeps of its edition, which nobody types in.
FROZEN = ("frozen_rules", "frozen_categories", "rules_digest")


@transaction.atomic
def open_round(
    edition: CourseEdition, *, fiscal_year: int, name: str, opens_at: datetime,
    closes_at: datetime, budget_yen: int | None, holds_notices: bool = False, by, at: datetime,
) -> Round:  # fmt: skip
    """Open a call: freeze the edition's rules as they stand and announce it.

    :param budget_yen: what the round may spend, in yen; ``None`` while it is not set.
    :param holds_notices: whether a person reads the notices of letters before they leave.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it closes before it opens.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    call = Round(
        edition=edition,
        fiscal_year=fiscal_year,
        name=name,
        opens_at=opens_at,
        closes_at=closes_at,
        announced_at=at,
        budget_yen=budget_yen,
        holds_notices=holds_notices,
    )
    _freeze(call)
    call.full_clean(exclude=FROZEN)
    call.save()
    return call


def _freeze(call: Round) -> None:
    """Let ``call`` keep the rules and categories of its edition as they stand."""
    call.frozen_rules = call.edition.frozen()
    call.frozen_categories = call.edition.frozen_categories()
    kept = {"rules": call.frozen_rules, "categories": call.frozen_categories}
    call.rules_digest = history.digest_of(kept)


@transaction.atomic
def copy_round(
    source: Round, edition: CourseEdition, *, fiscal_year: int, name: str, opens_at: datetime,
    closes_at: datetime, plan: list[Planned], by, at: datetime,
) -> Round:  # fmt: skip
    """Prepare the round of a new year after one of the year before; the public does not see it yet.

    Rules and categories are those of the edition; no budget and no rubric is taken over.

    :param plan: the milestones that a rule gives a day.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it closes before it opens, or would open in the past.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    if japan_date(opens_at) < japan_date(at):
        raise ValidationError(_("The call cannot open in the past."))
    call = Round(
        edition=edition, fiscal_year=fiscal_year, name=name, opens_at=opens_at,
        closes_at=closes_at, holds_notices=source.holds_notices, copied_from=source,
    )  # fmt: skip
    _freeze(call)
    call.full_clean(exclude=FROZEN)
    call.save()
    if plan:
        reason = _("Taken over from the round of the year before: %(round)s.") % {"round": source}
        save_plan(call, plan, version=0, reason=reason, by=by, at=at)
    return call


@transaction.atomic
def announce_round(round: Round, *, by, at: datetime) -> Round:
    """Let the public see a round that was prepared; its rules are frozen as they stand now.

    Announcing it again changes nothing.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if its call is over already.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    call = Round.objects.select_for_update(no_key=True).select_related(None).get(pk=round.pk)
    if call.is_announced:
        return call
    if call.closes_at <= at:
        raise ValidationError(_("The call would be over already. Change its days first."))
    _freeze(call)
    call.announced_at = at
    call.save(update_fields=["announced_at", *FROZEN])
    return call


@transaction.atomic
def change_round(
    round: Round, *, opens_at: datetime, closes_at: datetime, budget_yen: int | None,
    holds_notices: bool | None = None, reason: str, by, at: datetime,
) -> Round:  # fmt: skip
    """Change what a round may spend and when its call is open; what it was stays on record.

    Where the close changes, the drafts of the round get a new date, and their groups are told; so
    do the clocks of the office that count from it. What the plan of the round counts from its call
    moves along.

    :param budget_yen: what the round may spend, in yen; ``None`` while it is not set.
    :param holds_notices: whether a person reads the notices of letters before they leave; ``None``
        leaves that as it is. What is held already waits for its release all the same.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if there is no reason or nothing to change, the budget is less than
        what is bound, or a moment lies where nobody may rely on it any more.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    CourseEdition.objects.filter(pk=round.edition_id).lock_courses()
    call = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    wanted = {"opens_at": opens_at, "closes_at": closes_at, "budget_yen": budget_yen}
    if holds_notices is not None:
        wanted["holds_notices"] = holds_notices
    changed = {name: value for name, value in wanted.items() if getattr(call, name) != value}
    if not changed or not reason.strip():
        raise ValidationError(_("Change something, and say why."))
    _refuse_dates(call, changed, at)
    if "budget_yen" in changed:
        _refuse_too_little(call, budget_yen)
    plan = plan_of(call)
    before = schedule_of(call, plan, ClosedDays())
    _change(call, changed, reason=reason, by=by, at=at)
    then = schedule_of(call, plan, ClosedDays())
    if "closes_at" in changed:
        follow = replaced_by_plan(call, before, then)
        lock_cases(call, [deadline.case_id for deadline, _day in follow])
    let_follow(call, before, then, reason=reason, by=by, at=at)
    if "closes_at" in changed:
        _move_the_dates(call, reason=reason, by=by, at=at)
    return call


def replaced_by_change(
    round: Round, *, opens_at: datetime, closes_at: datetime, at: datetime
) -> Replaced:
    """Return the open deadlines that :func:`change_round` would replace; nothing is written.

    :raises ValidationError: if it cannot open or close then.
    """
    wanted = {"opens_at": opens_at, "closes_at": closes_at}
    changed = {name: value for name, value in wanted.items() if getattr(round, name) != value}
    _refuse_dates(round, changed, at)
    then = copy(round)
    _put(then, changed)
    plan, closed = plan_of(round), ClosedDays()
    by_plan = replaced_by_plan(
        round, schedule_of(round, plan, closed), schedule_of(then, plan, closed)
    )
    of_close = follow_close(then, at=at) if "closes_at" in changed else ()
    return [(deadline, due.on) for _proposal, deadline, due in of_close] + by_plan


def shifts_by_change(round: Round, *, opens_at: datetime, closes_at: datetime) -> list[Shift]:
    """Return which milestones of its plan :func:`change_round` would move; nothing is written."""
    then = copy(round)
    then.opens_at, then.closes_at = opens_at, closes_at
    plan, closed = plan_of(round), ClosedDays()
    now = schedule_of(round, plan, closed)
    return shifts_between(round, now, schedule_of(then, plan, closed))


def _refuse_dates(call: Round, changed: dict, at: datetime) -> None:
    if "opens_at" in changed:
        _refuse_opening(call, changed["opens_at"], at)
    if "closes_at" in changed:
        _refuse_closing(call, changed["closes_at"], at)


def _refuse_opening(call: Round, opens_at: datetime, at: datetime) -> None:
    if call.opens_at <= at:
        raise ValidationError(_("The call has opened. When it opened cannot be changed any more."))
    if japan_date(opens_at) < japan_date(at):
        raise ValidationError(_("The call cannot open in the past."))


def _refuse_closing(call: Round, closes_at: datetime, at: datetime) -> None:
    if closes_at <= at:
        raise ValidationError(_("The call cannot close in the past."))
    if closes_at < call.closes_at and call.proposals.exists():
        raise ValidationError(
            _("A proposal was begun or filed in this call, so it can only close later.")
        )
    if Event.objects.filter(case__as_proposal__round=call, verb="refer").exists():
        raise ValidationError(_("The selection has begun. The call cannot be opened again."))


def _refuse_too_little(call: Round, budget_yen: int | None) -> None:
    bound = call.bound_yen()
    if bound > (budget_yen or 0):
        raise ValidationError(
            _("%(bound)s yen are selected or offered already. The budget cannot be less.")
            % {"bound": f"{bound:,}"}
        )


def _change(call: Round, changed: dict, *, reason: str, by, at: datetime) -> None:
    rows = [
        RoundChange(
            round=call, what=name, old_value=_kept(getattr(call, name)), new_value=_kept(value),
            reason=reason, by=by, at=at,
        )
        for name, value in changed.items()
    ]  # fmt: skip
    _put(call, changed)
    call.save(update_fields=list(changed))
    RoundChange.objects.bulk_create(rows)


def _put(call: Round, changed: dict) -> None:
    for name, value in changed.items():
        setattr(call, name, value)
    call.full_clean(exclude=FROZEN)


def _kept(value: datetime | int | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _move_the_dates(call: Round, *, reason: str, by, at: datetime) -> None:
    """Put what the new close makes of it in the place of each date of the cases, which are locked."""
    for proposal, deadline, due in list(follow_close(call, at=at)):
        fresh = supersede(deadline, due, by=by, at=at, reason=reason)
        if deadline.kind == CALL:
            _tell(proposal, fresh, call, reason=reason, by=by, at=at)


def _tell(draft: Proposal, fresh: Deadline, call: Round, *, reason: str, by, at: datetime) -> None:
    """Tell the group of a draft; where nobody logs in for it, nobody else is told of it."""
    if draft.on_paper or people_behind(draft, Party.ORGANIZATION, day=japan_date(at)):
        outbox.tell(
            draft, Party.ORGANIZATION, "call_changed", at=at, but=by, deadline=fresh,
            reason=reason, closes=call,
        )  # fmt: skip
