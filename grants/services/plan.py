"""Planning the year of a round: each change is a new version, and whoever depends on it follows."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.derivation import Due
from grants.models import Round, RoundPlan
from grants.plan import Milestone, Planned, Unfounded, schedule

#: Called with the round and its new schedule, by keyword ``reason``, ``by`` and ``at``, in the same transaction.
Follower = Callable[..., None]

_FOLLOWERS: dict[str, Follower] = {}


def follows_plan(what: str):
    """Let a function of a higher app follow when the day of the milestone ``what`` was planned anew."""

    def register(follower: Follower) -> Follower:
        _FOLLOWERS[what] = follower
        return follower

    return register


def plan_of(round: Round) -> list[Planned]:
    """Return the milestones that are planned for ``round``; none before anybody planned it."""
    latest = max(round.plans.all(), key=lambda plan: plan.version, default=None)
    return latest.milestones if latest else []


def schedule_of(
    round: Round, plan: Iterable[Planned], closed: Collection[date]
) -> dict[str, Due]:  # fmt: skip
    """Return the day of each milestone of ``round`` under ``plan``.

    :param closed: weekdays on which city hall is closed.
    :raises Unfounded: if a milestone rests on nothing that has a day.
    """
    return schedule(
        plan, opens=japan_date(round.opens_at), closes=round.last_day, closed=closed,
        fiscal_year=round.fiscal_year,
    )  # fmt: skip


def planned_day(round: Round, what: str) -> date | None:
    """Return the Japan date of one milestone of ``round``; ``None`` where it is not planned."""
    due = schedule_of(round, plan_of(round), ClosedDays()).get(what)
    return due and due.on


@transaction.atomic
def save_plan(
    round: Round, plan: list[Planned], *, version: int, reason: str, by, at: datetime
) -> RoundPlan:
    """Write ``plan`` as the next version, and let those follow whose milestone got another day.

    :param version: the number of the version that it was made from; 0 if there was none.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if there is no reason or no change, another version was saved
        meanwhile, or a milestone rests on nothing.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    call = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    before = plan_of(call)
    _refuse_stale(call, version)
    if not reason.strip() or _same(plan, before):
        raise ValidationError(_("Change something, and say why."))
    try:
        then = schedule_of(call, plan, ClosedDays())
    except Unfounded as fault:
        raise ValidationError(
            _("“%(what)s” follows from nothing that has a day.")
            % {"what": Milestone(fault.what).label}
        ) from None
    saved = RoundPlan.objects.create(
        round=call, version=version + 1, days=[planned.to_json() for planned in plan],
        reason=reason, by=by, at=at,
    )  # fmt: skip
    let_follow(call, schedule_of(call, before, ClosedDays()), then, reason=reason, by=by, at=at)
    return saved


def let_follow(
    call: Round, before: dict[str, Due], then: dict[str, Due], *, reason: str, by, at: datetime
) -> None:
    """Let those follow whose milestone has another day ``then`` than ``before``; ``call`` is locked."""
    for what in _moved(before, then):
        if what in _FOLLOWERS:
            _FOLLOWERS[what](call, then[what], reason=reason, by=by, at=at)


def _refuse_stale(call: Round, version: int) -> None:
    if call.plans.count() != version:
        raise ValidationError(
            _("Somebody saved another plan meanwhile. Open the page anew and look at it first.")
        )


def _same(plan: list[Planned], before: list[Planned]) -> bool:
    return {one.what: one for one in plan} == {one.what: one for one in before}


def _moved(before: dict[str, Due], then: dict[str, Due]) -> list[str]:
    """Return the milestones that have a day now that they did not have before."""
    return [what for what, due in then.items() if what not in before or before[what].on != due.on]
