"""A period whose clock stands still for a while, such as 標準処理期間 while a 補正 is open.

The day on which the clock stops still counts. The day on which it runs again does not, as the day
that sets off a period never does (民法140条).  Nothing here reads a clock or the database.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from . import calendar
from .derivation import Due, Step
from .periods import FirstDay, Period, Unit

#: What is said of the days that do not count: a code of ``casework.derivation.BASES``.
SUPPLEMENT = "supplement_open"


@dataclass(frozen=True, slots=True)
class Standstill:
    """The days after ``stopped_on`` until ``resumed_on`` do not count; both are Japan dates.

    :raises ValueError: if it ends before it begins.
    """

    stopped_on: date
    resumed_on: date

    def __post_init__(self):
        if self.resumed_on < self.stopped_on:
            raise ValueError("A clock cannot run again before it stopped.")


@dataclass(frozen=True, slots=True)
class Count:
    """What a clock counts.

    :param since: the Japan date after which the first day counts.
    :param closed: weekdays on which city hall is closed, where only open days count; else ``None``.
    """

    since: date
    closed: Collection[date] | None = None

    def days(self, after: date, until: date) -> int:
        """Return how many days count that lie after one day, up to and including another."""
        if self.closed is None:
            return max(0, (until - after).days)
        return calendar.open_days_between(after, until, self.closed)

    def later(self, day: date, days: int) -> date:
        if self.closed is None:
            return day + days * calendar.ONE_DAY
        return calendar.open_days_after(day, days, self.closed)

    def clip(self, pause: Standstill) -> Standstill:
        """Leave out of ``pause`` the days before the clock began to run."""
        return Standstill(max(pause.stopped_on, self.since), max(pause.resumed_on, self.since))


def count_of(period: Period, day: date, closed: Collection[date]) -> Count:
    """Return what ``period`` counts when ``day`` (Japan date) sets it off.

    :raises ValueError: if the period is counted backwards.
    """
    if period.unit == Unit.OPEN_DAYS_BEFORE:
        raise ValueError("A clock runs forwards.")
    first = period.first_day == FirstDay.COUNTED
    since = day - calendar.ONE_DAY if first else day
    return Count(since, closed if period.unit == Unit.OPEN_DAYS else None)


def run(
    period: Period, day: date, pauses: Sequence[Standstill], closed: Collection[date], *,
    basis: str, fiscal_year: int, source: str = "",
) -> Due:  # fmt: skip
    """Return when ``period`` ends that ``day`` sets off and that stood still for ``pauses``.

    What the period says of closed days and of the latest day is applied once, to the end.

    :param pauses: in their order, not overlapping.
    :param basis: what ``day`` is: a code of ``casework.derivation.BASES``.
    :param fiscal_year: whose end, or whose accounts, the period may not outlast.
    :raises ValueError: if the period is counted backwards.
    """
    due = period.counted(day, closed, basis=basis, source=source)
    due = stood_still(due, pauses, count_of(period, day, closed))
    return period.bounded(due, closed, fiscal_year=fiscal_year)


def stood_still(due: Due, pauses: Sequence[Standstill], count: Count) -> Due:
    """Let ``due`` be later by what stood still, and say how much ran, stood still and was left.

    A clock that had run out before it stopped, and one that stopped for no day, is as it was.
    """
    ran, since = 0, count.since
    for pause in map(count.clip, pauses):
        if due.on is None or due.on <= pause.stopped_on or pause.stopped_on == pause.resumed_on:
            continue
        ran, since = ran + count.days(since, pause.stopped_on), pause.resumed_on
        due = _later(due, pause, count, ran=ran)
    return due


def _later(due: Due, pause: Standstill, count: Count, *, ran: int) -> Due:
    left = count.days(pause.stopped_on, due.on)
    on = count.later(pause.resumed_on, left)
    still = (pause.resumed_on - pause.stopped_on).days
    kind = "" if count.closed is None else "_open"
    steps = (
        Step(f"ran{kind}", pause.stopped_on, count=ran),
        Step(
            "stood_still", pause.resumed_on, since=pause.stopped_on, count=still, basis=SUPPLEMENT
        ),
        Step(f"runs_on{kind}", on, since=pause.resumed_on, count=left),
    )
    return replace(due, on=on, steps=(*due.steps, *steps))


def pauses_of(due: Due) -> list[Standstill]:
    """Return for which days a stored date says that its clock stood still."""
    still = (step for step in due.steps if step.rule == "stood_still")
    return [Standstill(step.since, step.on) for step in still]


def days_run(pauses: Sequence[Standstill], count: Count, *, until: date) -> int:
    """Return how many days have run, up to and including ``until`` (Japan date)."""
    still = 0
    for pause in map(count.clip, pauses):
        still += count.days(pause.stopped_on, min(pause.resumed_on, until))
    return count.days(count.since, until) - still
