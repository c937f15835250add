"""Planning the year of a round: each change is a new version, and whoever depends on it follows."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.derivation import Due
from casework.models import Deadline
from grants.models import Round, RoundPlan
from grants.plan import Milestone, Planned, Shift, Unfounded, schedule, shifts

#: The open deadlines that a new day replaces, each with the Japan date it gets.
Replaced = list[tuple[Deadline, date | None]]


@dataclass(frozen=True, slots=True)
class Follower:
    """What a higher app does when a milestone of a round gets another day.

    :param follow: called with the round and the new day, and by keyword ``reason``, ``by`` and
        ``at``, in the transaction that moves it.
    :param replaces: called with the round and the new day; what ``follow`` would replace, unsaved.
    :param counts: called with the round; the Japan date that counts while nothing is planned.
    """

    follow: Callable[..., None]
    replaces: Callable[[Round, Due], Replaced]
    counts: Callable[[Round], date | None]


_FOLLOWERS: dict[str, Follower] = {}


def follows_plan(
    what: str,
    *,
    replaces: Callable[[Round, Due], Replaced],
    counts: Callable[[Round], date | None],
):
    """Let a function of a higher app follow when the day of the milestone ``what`` was planned anew.

    ``replaces`` and ``counts`` are as :class:`Follower` has them, for who looks before it is saved.
    """

    def register(follow: Callable[..., None]) -> Callable[..., None]:
        _FOLLOWERS[what] = Follower(follow, replaces, counts)
        return follow

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
    then = _founded(call, plan)
    saved = RoundPlan.objects.create(
        round=call, version=version + 1, days=[planned.to_json() for planned in plan],
        reason=reason, by=by, at=at,
    )  # fmt: skip
    let_follow(call, schedule_of(call, before, ClosedDays()), then, reason=reason, by=by, at=at)
    return saved


def _founded(call: Round, plan: list[Planned]) -> dict[str, Due]:
    try:
        return schedule_of(call, plan, ClosedDays())
    except Unfounded as fault:
        raise ValidationError(
            _("“%(what)s” follows from nothing that has a day.")
            % {"what": Milestone(fault.what).label}
        ) from None


def let_follow(
    call: Round, before: dict[str, Due], then: dict[str, Due], *, reason: str, by, at: datetime
) -> None:
    """Let those follow whose milestone has another day ``then`` than ``before``; ``call`` is locked."""
    for what in _moved(before, then):
        if what in _FOLLOWERS:
            _FOLLOWERS[what].follow(call, then[what], reason=reason, by=by, at=at)


def replaced_by_plan(call: Round, before: dict[str, Due], then: dict[str, Due]) -> Replaced:
    """Return the open deadlines that :func:`let_follow` would replace; nothing is written."""
    followed = [what for what in _moved(before, then) if what in _FOLLOWERS]
    return [row for what in followed for row in _FOLLOWERS[what].replaces(call, then[what])]


def shifts_between(call: Round, before: dict[str, Due], then: dict[str, Due]) -> list[Shift]:
    """Return which milestones of ``call`` get another day ``then`` than they have ``before``.

    Before a milestone is planned for the first time, the day counts that its follower has.
    """
    added = {what for what in then if what not in before and what in _FOLLOWERS}
    counting = {what: _FOLLOWERS[what].counts(call) for what in added}
    known = {what: Due.fixed(day) for what, day in counting.items() if day}
    return shifts(before | known, then)


def shifts_by_plan(call: Round, plan: list[Planned]) -> list[Shift]:
    """Return which milestones get another day if ``plan`` is saved; nothing is written.

    :raises ValidationError: if a milestone rests on nothing.
    """
    before = schedule_of(call, plan_of(call), ClosedDays())
    return shifts_between(call, before, _founded(call, plan))


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
