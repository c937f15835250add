"""A month as a wall calendar shows it: weeks from Sunday to Saturday, as Japanese calendars do."""

import re
from calendar import SUNDAY, Calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .calendar import ONE_DAY, add_months, is_closed
from .models import Deadline

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)

#: The years whose days all have an era, and neighbours.
FIRST_YEAR, LAST_YEAR = 1874, 9998


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the table.

    :param within: whether the day belongs to the month, not to the one before or after it.
    :param closed: the name of a closed day; empty on other days, Saturdays and Sundays included.
    """

    on: date
    within: bool
    is_closed: bool
    closed: str = ""
    deadlines: list[Deadline] = field(default_factory=list)


def first_of(text: str) -> date:
    """Return the first day of the month that ``text`` names, such as ``2026-11``.

    :raises ValueError: if it names none.
    """
    named = MONTH.fullmatch(text)
    if not named or not FIRST_YEAR <= int(named[1]) <= LAST_YEAR:
        raise ValueError(f"“{text}” is not a month. Write 2026-11.")
    return date(int(named[1]), int(named[2]), 1)


def bounds(first: date) -> tuple[date, date]:
    """Return the first and the last day of the month that begins with ``first``."""
    return first, add_months(first, 1) - ONE_DAY


def weeks(
    first: date, *, deadlines: Iterable[Deadline], closed: Mapping[date, str]
) -> list[list[Day]]:
    """Return the weeks of the month that begins with ``first``.

    :param closed: closed days and their names; Saturdays and Sundays need not be among them.
    """
    due = defaultdict(list)
    for deadline in deadlines:
        due[deadline.ends_on].append(deadline)
    return [
        [
            Day(
                day, day.month == first.month, is_closed(day, closed), closed.get(day, ""), due[day]
            )
            for day in week
        ]
        for week in Calendar(SUNDAY).monthdatescalendar(first.year, first.month)
    ]


def neighbours(first: date) -> tuple[date, date]:
    """Return the first days of the month before and of the month after."""
    return add_months(first, -1), add_months(first, 1)
