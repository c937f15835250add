"""Arithmetic of Japanese calendars: fiscal years, eras, months, closed days.

Pure functions of their arguments: no clock, no database, no settings.  A *day* is a Japan date
(``datetime.date``); a *moment* is an aware ``datetime``.  The two are never mixed: a function
that takes a day refuses a ``datetime``, and one that takes a moment refuses a naive one.

**Ends are half-open.**  A day lasts until the next midnight in Japan, which no longer belongs to
it: whatever came in at ``at`` came in time for ``day`` if ``at < end_of_day(day)``.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import jpholiday

JAPAN = ZoneInfo("Asia/Tokyo")

ONE_DAY = timedelta(days=1)

#: Monday to Sunday, as ``date.weekday()`` counts.
WEEKDAYS_JA = "月火水木金土日"

SATURDAY = 5


class Era(NamedTuple):
    """A reign (元号), its letter, and its first day."""

    name: str
    letter: str
    first_day: date


#: Source: 元号を改める政令 (平成31年政令第143号, 昭和64年政令第1号), 昭和改元ノ詔書,
#: 大正改元ノ詔書, 明治改元ノ詔書 (counted from 明治元年1月1日 of the old calendar).
#: The last day of an era is the day before the next one begins.
ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("明治", "M", date(1868, 1, 25)),
)

#: Before 明治6年1月1日 months and days are those of the lunisolar calendar.
#: Source: 明治5年太政官布告第337号.
FIRST_GREGORIAN_DAY = date(1873, 1, 1)

WAREKI = re.compile(
    rf"({'|'.join(era.name for era in ERAS)}|[RHSTM])\s*(元|\d{{1,2}})"
    r"\s*(?:年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|\.\s*(\d{1,2})\s*\.\s*(\d{1,2}))",
    re.IGNORECASE,
)

SEIREKI = re.compile(
    r"(\d{4})\s*(?:年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|([-/.])(\d{1,2})\4(\d{1,2}))"
)

ACCEPTED = "Write 令和8年11月21日, R8.11.21, 2026年11月21日 or 2026-11-21."


def _check_day(day: date) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise TypeError(f"Expected a date without a time, got {day!r}.")


# Fiscal years


def fiscal_year(day: date) -> int:
    """Return the fiscal year (会計年度) of ``day``: the calendar year in which it began.

    Source: 地方自治法 208条 (1 April to 31 March).
    """
    _check_day(day)
    return day.year if day.month >= 4 else day.year - 1


def first_day(fy: int) -> date:
    """Return 1 April of fiscal year ``fy``."""
    return date(fy, 4, 1)


def last_day(fy: int) -> date:
    """Return the last day of fiscal year ``fy``: 31 March of the next calendar year."""
    return date(fy + 1, 3, 31)


def closing_day(fy: int) -> date:
    """Return the day the accounts of fiscal year ``fy`` close (出納閉鎖): the 31 May after it.

    Source: 地方自治法 235条の5.
    """
    return date(fy + 1, 5, 31)


# Eras


def era_of(day: date) -> Era:
    """Return the era of ``day``; the first day of an era belongs to it.

    :raises ValueError: before 1 January 1873, when Japan kept another calendar.
    """
    _check_day(day)
    if day < FIRST_GREGORIAN_DAY:
        raise ValueError(f"{day} is before {FIRST_GREGORIAN_DAY}, where the calendar begins.")
    return next(era for era in ERAS if day >= era.first_day)


def _is_without_era(day: date) -> bool:
    _check_day(day)
    return day < FIRST_GREGORIAN_DAY


def _year_in(era: Era, year: int) -> int:
    return year - era.first_day.year + 1


def _year_ja(era: Era, year: int) -> str:
    number = _year_in(era, year)
    return f"{era.name}{'元' if number == 1 else number}年"


def wareki(day: date) -> str:
    """Return ``day`` as letters write it: ``令和8年11月21日``; the first year is 元年.

    A day before 1 January 1873 is told by 西暦: whoever mistyped a year has to be able to read it.
    """
    if _is_without_era(day):
        return f"西暦{day.year}年{day.month}月{day.day}日"
    return f"{_year_ja(era_of(day), day.year)}{day.month}月{day.day}日"


def wareki_short(day: date) -> str:
    """Return ``day`` as tables write it: ``R8.11.21``; the first year is 1; before 1873 by 西暦."""
    if _is_without_era(day):
        return f"{day.year}.{day.month}.{day.day}"
    era = era_of(day)
    return f"{era.letter}{_year_in(era, day.year)}.{day.month}.{day.day}"


def wareki_calendar_year(year: int) -> str:
    """Return a calendar year by the era it ended in: ``令和8年``; 2019 is 令和元年; before 1873 by 西暦."""
    if not FIRST_GREGORIAN_DAY.year <= year <= date.max.year:
        return f"西暦{year}年"
    return _year_ja(era_of(date(year, 12, 31)), year)


def wareki_year(fy: int) -> str:
    """Return a fiscal year: ``令和8年度``; 2019 is 令和元年度, 1988 is 昭和63年度.

    The era is the one in force at the end of the calendar year in which the fiscal year began.
    Source: 改元に伴う元号による年表示の取扱いについて (平成31年, 関係省庁連絡会議申合せ).
    """
    return f"{wareki_calendar_year(fy)}度"


class NoSuchDay(ValueError):
    """What was written is a date by its form, but no day of the calendar bears it."""


def parse_wareki(text: str) -> date:
    """Return the day that ``text`` names; ``wareki`` and ``wareki_short`` are undone.

    Digits and letters may be full-width; 元年 and 1年 are the same.

    :raises NoSuchDay: if the calendar has no such day (令和9年2月30日), or it lies outside the era
        named (平成31年5月1日); the message says what is accepted, or what the day is called.
    :raises ValueError: if it is not written as a date; the message says what is accepted.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := WAREKI.fullmatch(plain):
        return _from_era(text, *match.groups())
    if match := SEIREKI.fullmatch(plain):
        year, *month_day = (part for part in match.groups() if part and part.isdigit())
        return _real_day(text, int(year), *map(int, month_day))
    raise ValueError(f"“{text}” is not a date. {ACCEPTED}")


def _from_era(text: str, name: str, number: str, *month_day: str | None) -> date:
    era = next(era for era in ERAS if name.upper() in (era.name, era.letter))
    year = era.first_day.year - 1 + (1 if number == "元" else int(number))
    day = _real_day(text, year, *(int(part) for part in month_day if part))
    if era_of(day) != era:
        raise NoSuchDay(f"“{text}” is outside the era: that day is {wareki(day)}.")
    return day


def _real_day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(f"“{text}” is not a day of the calendar. {ACCEPTED}") from None


def weekday_ja(day: date) -> str:
    """Return the day of the week as one character: ``土``."""
    _check_day(day)
    return WEEKDAYS_JA[day.weekday()]


# Periods


def add_months(day: date, months: int) -> date:
    """Return the corresponding day (応当日) ``months`` later, or earlier if negative.

    Where the month has no such day, its last: 31 January and one month is 28 or 29 February.
    This is a day of the calendar, not the end of a period: see ``months_after``.
    """
    _check_day(day)
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_after(day: date, months: int) -> date:
    """Return the last day of a period of ``months`` counted from the day after ``day``.

    The first day is not counted (初日不算入), so counting begins on the day after ``day`` (起算日).
    The period ends the day before the day that corresponds to 起算日 in the last month; where
    that month has no such day, on its last.  So one month after 15 January ends on 15 February,
    after 28 February on 31 March (it began on the 1st), and after 31 January on 28 February.

    :param months: 1 or more.
    :raises ValueError: if ``months`` is less than 1.

    Source: 民法 140条, 143条.
    """
    if months < 1:
        raise ValueError(f"A period has at least one month, not {months}.")
    start = day + ONE_DAY
    end = add_months(start, months)
    return end - ONE_DAY if end.day == start.day else end


# Moments


def moment(day: date, clock: time) -> datetime:
    """Return the moment at which clocks in Japan show ``clock`` on ``day``."""
    _check_day(day)
    return datetime.combine(day, clock, tzinfo=JAPAN)


def end_of_day(day: date) -> datetime:
    """Return 24:00 of ``day`` in Japan: the next midnight, the first moment not of ``day``."""
    _check_day(day)
    return moment(day + ONE_DAY, time.min)


def japan_date(moment: datetime) -> date:
    """Return the date in Japan at ``moment``.

    :raises TypeError: if ``moment`` is not a ``datetime``, or a naive one.
    """
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise TypeError(f"Expected an aware datetime, got {moment!r}.")
    return moment.astimezone(JAPAN).date()


# Closed days


def is_closed(day: date, closed: Collection[date]) -> bool:
    """Return whether city hall is closed on ``day``: a Saturday, a Sunday, or one of ``closed``."""
    _check_day(day)
    return day.weekday() >= SATURDAY or day in closed


def next_open_day(day: date, closed: Collection[date]) -> date:
    """Return ``day`` if city hall is open on it, otherwise the first open day after it."""
    return day if not is_closed(day, closed) else _open_day(day, 1, closed, ONE_DAY)


def open_days_after(day: date, count: int, closed: Collection[date]) -> date:
    """Return the ``count``-th open day after ``day``; ``day`` itself is not counted.

    :raises ValueError: if ``count`` is less than 1.
    """
    return _open_day(day, count, closed, ONE_DAY)


def open_days_before(day: date, count: int, closed: Collection[date]) -> date:
    """Return the ``count``-th open day before ``day``; ``day`` itself is not counted.

    :raises ValueError: if ``count`` is less than 1.
    """
    return _open_day(day, count, closed, -ONE_DAY)


def open_days_between(after: date, until: date, closed: Collection[date]) -> int:
    """Return how many open days lie after one day, up to and including ``until``."""
    days = range((until - after).days)
    return sum(not is_closed(after + (n + 1) * ONE_DAY, closed) for n in days)


def _open_day(day: date, count: int, closed: Collection[date], step: timedelta) -> date:
    if count < 1:
        raise ValueError(f"Open days are counted from 1, not {count}.")
    while count:
        day += step
        count -= not is_closed(day, closed)
    return day


def standard_closed_days(first_year: int, last_year: int) -> list[tuple[date, str]]:
    """Return national holidays and 29 December to 3 January, with names, in order of date.

    Weekends are not listed unless they are holidays.  This fills the table of closed days, which
    the office then corrects: what the city's own ordinance says is not known here.

    :param first_year: calendar year, as is ``last_year``; both are included.

    Source: 国民の祝日に関する法律 (through jpholiday); 地方自治法 4条の2第2項.
    """
    days: dict[date, str] = {}
    for year in range(first_year, last_year + 1):
        for month, day in ((1, 2), (1, 3), (12, 29), (12, 30), (12, 31)):
            days[date(year, month, day)] = "年末年始"
        days.update(jpholiday.year_holidays(year))
    return sorted(days.items())
