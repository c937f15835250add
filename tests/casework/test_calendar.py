"""Fiscal years, eras, months and closed days: tables of dates, and what holds for every day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import calendar

DAY = timedelta(days=1)
days = st.dates(calendar.FIRST_GREGORIAN_DAY, date(2117, 12, 31))
closed_days = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=60)
counts = st.integers(1, 40)


@pytest.mark.parametrize(
    ("day", "fy"),
    [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
        (date(2028, 2, 29), 2027),
    ],
)
def test_fiscal_year_begins_in_april(day, fy):
    assert calendar.fiscal_year(day) == fy


@given(days)
def test_fiscal_year_holds_its_days(day):
    fy = calendar.fiscal_year(day)

    assert calendar.first_day(fy) <= day <= calendar.last_day(fy)
    assert calendar.last_day(fy) + DAY == calendar.first_day(fy + 1)


def test_closing_day_is_31_may_after_the_year():
    assert calendar.closing_day(2026) == date(2027, 5, 31)


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        (date(2026, 11, 21), "令和8年11月21日", "R8.11.21"),
        (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
        (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
        (date(1989, 1, 8), "平成元年1月8日", "H1.1.8"),
        (date(1989, 1, 7), "昭和64年1月7日", "S64.1.7"),
        (date(1926, 12, 25), "昭和元年12月25日", "S1.12.25"),
        (date(1926, 12, 24), "大正15年12月24日", "T15.12.24"),
        (date(1912, 7, 30), "大正元年7月30日", "T1.7.30"),
        (date(1912, 7, 29), "明治45年7月29日", "M45.7.29"),
        (date(1873, 1, 1), "明治6年1月1日", "M6.1.1"),
        (date(2028, 2, 29), "令和10年2月29日", "R10.2.29"),
    ],
)
def test_wareki_writes_and_reads_a_day(day, long, short):
    assert calendar.wareki(day) == long
    assert calendar.wareki_short(day) == short
    assert calendar.parse_wareki(long) == calendar.parse_wareki(short) == day


@given(days)
def test_parse_undoes_wareki(day):
    for text in (calendar.wareki(day), calendar.wareki_short(day), day.isoformat()):
        assert calendar.parse_wareki(text) == day


def test_day_and_year_before_the_calendar_are_told_by_the_western_one():
    """No page may end where somebody typed 25 for the year; nobody writes an era for it either."""
    assert calendar.wareki(date(25, 3, 31)) == "西暦25年3月31日"
    assert calendar.wareki_short(date(1872, 12, 31)) == "1872.12.31"
    assert [calendar.wareki_year(year) for year in (0, 25, 1872, 1873, 9999, 32767)] == [
        "西暦0年度", "西暦25年度", "西暦1872年度", "明治6年度", "令和7981年度", "西暦32767年度",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="before 1873-01-01"):
        calendar.era_of(date(1872, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "令和元年５月１日",
        "令和1年5月1日",
        " 令和 元 年 5 月 1 日 ",
        "Ｒ１．５．１",
        "r1.05.01",
        "㋿元年5月1日",
        "2019年5月1日",
        "2019-05-01",
        "２０１９／５／１",
    ],
)
def test_parse_accepts_what_people_type(text):
    assert calendar.parse_wareki(text) == date(2019, 5, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a date. Write 令和8年11月21日"),
        ("来月", "is not a date. Write 令和8年11月21日"),
        ("20261121", "is not a date"),
        ("2026-11/21", "is not a date"),
        ("令和7年2月29日", "is not a day of the calendar"),
        ("2026-13-01", "is not a day of the calendar"),
        ("平成31年5月1日", "outside the era: that day is 令和元年5月1日"),
        ("令和元年4月30日", "outside the era: that day is 平成31年4月30日"),
        ("明治5年12月2日", "before 1873-01-01"),
    ],
)
def test_parse_refuses_what_is_no_day(text, message):
    with pytest.raises(ValueError, match=message):
        calendar.parse_wareki(text)


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2026, "令和8年"),
        (2019, "令和元年"),
        (2018, "平成30年"),
        (1989, "平成元年"),
        (1988, "昭和63年"),
    ],
)
def test_years_go_by_the_era_they_ended_in(year, words):
    assert calendar.wareki_calendar_year(year) == words
    assert calendar.wareki_year(year) == words + "度"


def test_weekday_is_one_character():
    monday = date(2026, 11, 16)

    assert "".join(calendar.weekday_ja(monday + n * DAY) for n in range(7)) == "月火水木金土日"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 1, 15), 1, date(2027, 2, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
        (date(2027, 1, 15), 0, date(2027, 1, 15)),
    ],
)
def test_add_months_goes_to_the_corresponding_day(day, months, expected):
    assert calendar.add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 15), 1, date(2027, 2, 15)),
        (date(2027, 2, 28), 1, date(2027, 3, 31)),  # counted from 1 March: all of March
        (date(2028, 2, 28), 1, date(2028, 3, 28)),  # counted from 29 February
        (date(2027, 1, 27), 1, date(2027, 2, 27)),
        (date(2027, 1, 28), 1, date(2027, 2, 28)),  # 29 February does not exist
        (date(2027, 1, 30), 1, date(2027, 2, 28)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
    ],
)
def test_period_of_months_ends_the_day_before_the_corresponding_day(day, months, expected):
    assert calendar.months_after(day, months) == expected


def test_period_has_at_least_one_month():
    with pytest.raises(ValueError, match="at least one month"):
        calendar.months_after(date(2027, 1, 1), 0)


@given(days, st.integers(1, 60))
def test_period_of_months_never_outlasts_its_month(day, months):
    start, end = day + DAY, calendar.months_after(day, months)
    elapsed = 12 * (end.year - start.year) + end.month - start.month

    assert elapsed == (months - 1 if start.day == 1 else months)


def test_day_ends_at_the_next_midnight_of_japan():
    end = calendar.end_of_day(date(2027, 3, 31))

    assert end == datetime(2027, 3, 31, 15, tzinfo=UTC)
    assert calendar.japan_date(end) == date(2027, 4, 1)
    assert calendar.japan_date(end - timedelta(microseconds=1)) == date(2027, 3, 31)


def test_moment_is_a_clock_time_in_japan():
    at = calendar.moment(date(2027, 3, 31), time(17))

    assert at == datetime(2027, 3, 31, 8, tzinfo=UTC)
    assert at.isoformat() == "2027-03-31T17:00:00+09:00"


@pytest.mark.parametrize("wrong", [datetime(2027, 3, 31), date(2027, 3, 31), "2027-03-31"])  # noqa: DTZ001
def test_japan_date_refuses_what_is_no_moment(wrong):
    with pytest.raises(TypeError, match="aware datetime"):
        calendar.japan_date(wrong)


@pytest.mark.parametrize(
    "take",
    [
        calendar.fiscal_year,
        calendar.wareki,
        calendar.wareki_short,
        calendar.weekday_ja,
        calendar.end_of_day,
        lambda day: calendar.add_months(day, 1),
        lambda day: calendar.months_after(day, 1),
        lambda day: calendar.moment(day, time(17)),
        lambda day: calendar.is_closed(day, ()),
        lambda day: calendar.next_open_day(day, ()),
        lambda day: calendar.open_days_after(day, 1, ()),
        lambda day: calendar.open_days_before(day, 1, ()),
    ],
)
def test_what_takes_a_day_refuses_a_moment(take):
    with pytest.raises(TypeError, match="without a time"):
        take(datetime(2027, 3, 31, tzinfo=UTC))


GOLDEN_WEEK = {date(2026, 4, 29), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 5, 1), date(2026, 5, 1)),
        (date(2026, 5, 2), date(2026, 5, 7)),
        (date(2026, 5, 6), date(2026, 5, 7)),
        (date(2026, 4, 29), date(2026, 4, 30)),
    ],
)
def test_open_day_at_or_after(day, following):
    assert calendar.next_open_day(day, GOLDEN_WEEK) == following


def test_open_days_are_counted_from_the_day_after():
    assert calendar.open_days_after(date(2026, 4, 28), 3, GOLDEN_WEEK) == date(2026, 5, 7)
    assert calendar.open_days_before(date(2026, 5, 7), 3, GOLDEN_WEEK) == date(2026, 4, 28)


@pytest.mark.parametrize("count", [calendar.open_days_after, calendar.open_days_before])
def test_open_days_are_counted_from_one(count):
    with pytest.raises(ValueError, match="counted from 1"):
        count(date(2026, 4, 28), 0, ())


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), closed_days)
def test_next_open_day_is_the_first_that_is_open(day, closed):
    found = calendar.next_open_day(day, closed)

    assert found >= day and not calendar.is_closed(found, closed)
    assert all(calendar.is_closed(day + n * DAY, closed) for n in range((found - day).days))
    assert calendar.next_open_day(found, closed) == found


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), counts, closed_days)
def test_open_days_there_and_back(day, count, closed):
    start = calendar.next_open_day(day, closed)
    end = calendar.open_days_after(start, count, closed)

    assert calendar.open_days_before(end, count, closed) == start


#: Month and day of every holiday and 振替休日, from the Cabinet Office's list (国民の祝日); those of 2028
#: by the law itself (国民の祝日に関する法律), for its equinoxes are announced in February 2027.
HOLIDAYS = {
    2022: "0101 0110 0211 0223 0321 0429 0503 0504 0505 0718 0811 0919 0923 1010 1103 1123",
    2023: "0101 0102 0109 0211 0223 0321 0429 0503 0504 0505 0717 0811 0918 0923 1009 1103 1123",
    2024: "0101 0108 0211 0212 0223 0320 0429 0503 0504 0505 0506 0715 0811 0812 0916 0922 0923"
    " 1014 1103 1104 1123",
    2025: "0101 0113 0211 0223 0224 0320 0429 0503 0504 0505 0506 0721 0811 0915 0923 1013 1103"
    " 1123 1124",
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
    2028: "0101 0110 0211 0223 0320 0429 0503 0504 0505 0717 0811 0918 0922 1009 1103 1123",
}  # fmt: skip


@pytest.mark.parametrize("year", HOLIDAYS)
def test_standard_closed_days_are_the_holidays_of_the_law_and_no_others(year):
    days = calendar.standard_closed_days(year, year)

    assert [f"{day:%m%d}" for day, name in days if name != "年末年始"] == HOLIDAYS[year].split()


def test_standard_closed_days_are_holidays_and_the_turn_of_the_year():
    days = dict(calendar.standard_closed_days(2026, 2027))

    assert days[date(2026, 1, 1)] == "元日"
    assert days[date(2026, 1, 2)] == days[date(2027, 12, 29)] == "年末年始"
    assert days[date(2026, 5, 6)] == "憲法記念日 振替休日"
    assert list(days) == sorted(days)
    assert date(2025, 12, 31) not in days and date(2028, 1, 1) not in days


def test_holiday_keeps_its_name_at_the_turn_of_the_year():
    assert dict(calendar.standard_closed_days(2023, 2023))[date(2023, 1, 2)] == "元日 振替休日"
