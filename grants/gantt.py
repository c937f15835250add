"""The year of a round as a chart: where each bar lies, in units of one day. Drawn by a template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from casework.calendar import ONE_DAY, add_months
from casework.derivation import Due

from .plan import Milestone

#: Width of one day, height of one row and of the head, in units of the SVG.
DAY, ROW, HEAD = 2, 36, 24
#: What the longest name takes; a bar nearer to the right edge has its name to the left.
NAME = 260
#: The least width of a chart: a bar and its name have to fit, however few months there are.
LEAST = 560
#: Pixels that a unit of the SVG takes, so that its letters are as large as those around it.
PIXELS = 1.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One milestone as the chart shows it; ``x`` and ``width`` in units of the SVG.

    :param before_x: where it lay before a change that is only tried out; ``None`` if it did not move.
    :param ends_name: whether its name ends where the bar ends, for it would not fit otherwise.
    """

    label: str
    on: date
    x: int
    width: int
    y: int
    before_x: int | None = None
    ends_name: bool = False

    @property
    def end(self) -> int:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under months; ``months`` are (x, first day).

    :param today_x: where today lies, and ``from_x`` where its month begins; ``None`` if not within.
    """

    months: list[tuple[int, date]]
    bars: list[Bar]
    width: int
    height: int
    today_x: int | None
    from_x: int | None

    @property
    def natural_width(self) -> int:
        """How many pixels wide it is drawn; a wide screen does not stretch it."""
        return round(self.width * PIXELS)

    @property
    def to_come(self) -> int:
        """What lies from the month of today on, in units of the SVG."""
        return self.width - (self.from_x or 0)


def chart_of(
    days: dict[str, Due], *, before: dict[str, Due] | None = None, today: date,
    within: tuple[date, date] | None = None,
) -> Chart:  # fmt: skip
    """Return the chart of one schedule, in whole months.

    :param within: the first and the last day of the chart, which else follow from the schedules.
    :param before: the schedule so far, where ``days`` is only tried out.
    :param today: Japan date, marked where it lies within.
    """
    before = before or days
    first, last = whole_months(*(within or reach([days, before])))
    is_within = first <= today <= last
    width = max(_x(last + ONE_DAY, first), LEAST)
    return Chart(
        months=_months(first, last),
        bars=[_bar(what, n, days, before, first, width) for n, what in enumerate(_shown(days))],
        width=width,
        height=HEAD + ROW * len(_shown(days)),
        today_x=_x(today, first) if is_within else None,
        from_x=_x(today.replace(day=1), first) if is_within else None,
    )


def reach(schedules: Iterable[dict[str, Due]]) -> tuple[date, date]:
    """Return the first and the last Japan date of several schedules, each with a call at least."""
    ends = [due.on for days in schedules for due in days.values()]
    return min(ends), max(ends)


def whole_months(first: date, last: date) -> tuple[date, date]:
    """Return the first day of the month of ``first`` and the last day of that of ``last``."""
    return first.replace(day=1), add_months(last.replace(day=1), 1) - ONE_DAY


def _shown(days: dict[str, Due]) -> list[str]:
    """The call is one row, from its opening to its close; every other milestone has a row."""
    return [what for what in days if what != Milestone.OPENS]


def _x(day: date, first: date) -> int:
    return (day - first).days * DAY


def _months(first: date, last: date) -> list[tuple[int, date]]:
    found, month = [], first
    while month <= last:
        found.append((_x(month, first), month))
        month = add_months(month, 1)
    return found


def _bar(
    what: str, n: int, days: dict[str, Due], before: dict[str, Due], first: date, width: int
) -> Bar:
    """A bar reaches from what the day is counted from to the day itself; a fixed day is one day."""
    due = days[what]
    since = days[Milestone.OPENS].on if what == Milestone.CLOSES else due.steps[0].since or due.on
    begins, ends = sorted((since, due.on))
    old = before.get(what)
    return Bar(
        label=Milestone(what).label,
        on=due.on,
        x=_x(begins, first),
        width=_x(ends, first) - _x(begins, first) + DAY,
        y=HEAD + n * ROW,
        ends_name=_x(begins, first) + NAME > width,
        before_x=_x(old.on, first) if old and old.on != due.on else None,
    )
