"""The clocks of the office: 標準処理期間 and the time until it accepts; both stand still for a 補正.

The standard processing period is the time that usually passes from when an application arrives at
the office until the decision on it. A city sets it by its own will, so where it is not set nothing
is owed and no deadline is opened: pages say "not set".

Source: 行政手続法 6条 (標準処理期間: 到達してから処分をするまで); 7条 (補正). For what a city decides
under its own rules its 行政手続条例 says the like, which could not be read for Kamakura.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.derivation import Due, Step, not_set
from casework.models import Deadline
from casework.periods import Period
from casework.standstill import (
    Count,
    Standstill,
    count_of,
    days_run,
    pauses_of,
    run,
    stood_still,
)
from casework.timekeeping import STANDS_STILL, TAKEN_BACK

from .rules import FROM_ARRIVAL, FROM_CALL_CLOSES

PROCESSING, ACCEPTANCE = "processing", "acceptance"

#: Kind of deadline → the parameter that says how long it is.
PERIOD_OF = {PROCESSING: "processing_period", ACCEPTANCE: "acceptance_days"}


def is_set(kind: str, case) -> bool:
    """Return whether the rules of ``case`` say how long ``kind`` takes."""
    return case.rules.period(PERIOD_OF[kind]) is not None


def processing_due(case, *, at: datetime, facts: dict) -> Due | None:
    """Return when the decision is usually there, or when the clock that stood still runs out."""
    return _clock(case, PROCESSING, at=at, facts=facts)


def acceptance_due(case, *, at: datetime, facts: dict) -> Due | None:
    """Return by when the office accepts what was filed, while it has not."""
    return _clock(case, ACCEPTANCE, at=at, facts=facts) if case.state == "submitted" else None


def _clock(case, kind: str, *, at: datetime, facts: dict) -> Due | None:
    parameter = PERIOD_OF[kind]
    period = case.rules.period(parameter)
    if period is None:
        return None
    arrived_on = facts.get("received_on") or getattr(case, "received_on", None) or japan_date(at)
    last = _rows(case.deadlines.filter(kind=kind).order_by("pk"))[-1:]
    if last and last[0].closed_because == STANDS_STILL:
        runs_again_on = facts.get("received_on") or japan_date(at)
        return run_on(case, period, last[0], on=runs_again_on)
    began = _begins(case, kind, arrived_on)
    if began is None:
        return not_set("processing_from", source=case.rules.source("processing_from"))
    day, basis = began
    return run(
        period, day, (), ClosedDays(),
        basis=basis, fiscal_year=case.fiscal_year, source=case.rules.source(parameter),
    )  # fmt: skip


def _begins(case, kind: str, arrived_on: date) -> tuple[date, str] | None:
    """Return the day that sets the clock off, and what it is; ``None`` where that is not set.

    What is applied for without a call, such as the grant of a year, counts from when it arrives.
    """
    since = case.rules.text("processing_from")
    if kind == ACCEPTANCE or since == FROM_ARRIVAL or (since and case.kind != "proposal"):
        return arrived_on, "arrived"
    return (case.round.last_day, "call_closes") if since == FROM_CALL_CLOSES else None


def _rows(rows: Iterable[Deadline]) -> list[Deadline]:
    return [row for row in rows if row.closed_because != TAKEN_BACK]


def run_on(case, period: Period, stopped: Deadline, *, on: date) -> Due:
    """Return when the clock of ``stopped`` runs out, now that it runs again ``on`` a Japan date."""
    due = Due.from_json(stopped.derivation)
    if stopped.extension:  # what was approved beats what was counted
        due = Due.fixed(stopped.ends_on, source=due.source)
    stopped_on = japan_date(stopped.closed_at)
    pauses = [*pauses_of(due), Standstill(stopped_on, max(on, stopped_on))]
    if due.steps[0].since is None:  # a day that the office set, or one that is not set
        return stood_still(due, pauses[-1:], Count(japan_date(stopped.opened_at)))
    return _run(case, period, due, pauses)


def _run(case, period: Period, due: Due, pauses: list[Standstill]) -> Due:
    """Count ``due`` again from the day that set it off, with the days for which it stood still."""
    first = due.steps[0]
    return run(
        period, _since(case, first), pauses, ClosedDays(),
        basis=first.basis, fiscal_year=case.fiscal_year, source=due.source,
    )  # fmt: skip


def _since(case, first: Step) -> date:
    """Return the day that set a clock off; of a call it is the close that counts now."""
    return case.round.last_day if first.basis == FROM_CALL_CLOSES else first.since


def counted_anew(case, deadline: Deadline) -> Due | None:
    """Return what the open clock ``deadline`` becomes by the close of the call as ``case`` has it.

    ``None`` where that gives it no other date: it counts from another day, or the office set it.
    """
    due = Due.from_json(deadline.derivation)
    period = case.rules.period(PERIOD_OF[deadline.kind])
    if period is None or due.steps[0].basis != FROM_CALL_CLOSES:
        return None
    fresh = _run(case, period, due, pauses_of(due))
    return None if fresh.on == deadline.due_on else fresh


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of the office as a page shows it.

    :param deadline: the row that counts; its ``ends_on`` says nothing while the clock stands still.
    :param used: days that have run, of ``allowed``; both ``None`` where the office set the day.
    :param open_days: whether the days are those on which city hall is open.
    :param still_since: the Japan date after which no day counts, while it stands still.
    """

    deadline: Deadline
    used: int | None
    allowed: int | None
    open_days: bool
    still_since: date | None


def clock_of(case, rows: Iterable[Deadline], *, today: date) -> Clock | None:
    """Return the clock until the decision, as it stands ``today`` (Japan date), or ``None``.

    :param rows: the deadlines of ``case`` in the order in which they were opened.
    """
    found = _rows(row for row in rows if row.kind == PROCESSING)
    period = case.rules.period(PERIOD_OF[PROCESSING])
    if not found or period is None or found[-1].met_at:
        return None
    row = found[-1]
    still = japan_date(row.closed_at) if row.closed_because == STANDS_STILL else None
    due = Due.from_json(row.derivation)
    first = due.steps[0]
    if first.since is None:
        return Clock(row, None, None, False, still)
    since = _since(case, first)
    count = count_of(period, since, ClosedDays())
    whole = period.counted(since, ClosedDays(), basis=first.basis)
    return Clock(
        deadline=row,
        used=days_run(pauses_of(due), count, until=min(still or today, today)),
        allowed=count.days(count.since, whole.on),
        open_days=count.closed is not None,
        still_since=still,
    )
