"""Every rule of the program over all days of 2022 to 2032, without a database."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

import pytest

from casework.calendar import fiscal_year, standard_closed_days, wareki
from casework.deadlines import KINDS
from casework.derivation import Due, in_words, name_of_basis
from grants.date_rules import BESIDES, basis_of, codes, date_by, label_of
from grants.deadlines import COUNTED
from grants.models import Proposal, Round
from grants.rules import RuleSet

CLOSED = frozenset(day for day, _name in standard_closed_days(2021, 2035))
A_DAY = timedelta(days=1)
FIRST, LAST = date(2022, 1, 1), date(2032, 12, 31)
ALL_DAYS = [FIRST + n * A_DAY for n in range((LAST - FIRST).days + 1)]

#: One period of each sort, so that every rule is counted each way.
DAYS, MONTHS, OPEN, BEFORE = (
    "30 next_open_day",
    "2 months fiscal_year_end",
    "5 open_days",
    "7 open_days_before",
)


def parameter_of(code: str) -> str:
    if code == "report":
        return "report_days"
    return BESIDES[code].parameter if code in BESIDES else COUNTED[code][0]


def rules(code: str, period: str, **values: str) -> RuleSet:
    told = {parameter_of(code): period, **values}
    if code == "report":
        told.setdefault("report_latest", "04-10")
    return RuleSet({name: {"status": "set", "value": value} for name, value in told.items()})


# What a person with a wall calendar finds: each period counted another way than the program does.


def thirty_days(day: date) -> date:
    on = day + 30 * A_DAY
    while on.weekday() >= 5 or on in CLOSED:
        on += A_DAY
    return on


def two_months(day: date) -> date:
    """The day before the one that bears the number of the first day counted, two months later."""
    first = day + A_DAY
    year, month = first.year + (first.month + 1) // 12, (first.month + 1) % 12 + 1
    length = monthrange(year, month)[1]
    end = date(year, month, first.day) - A_DAY if first.day <= length else date(year, month, length)
    return min(end, date(day.year + (day.month > 3), 3, 31))


OPEN_DAYS = [day for day in (FIRST + n * A_DAY for n in range(-400, 4_500)) if not (
    day.weekday() >= 5 or day in CLOSED
)]  # fmt: skip


def fifth_open_day_after(day: date) -> date:
    return OPEN_DAYS[bisect_right(OPEN_DAYS, day) + 4]


def seventh_open_day_before(day: date) -> date:
    return OPEN_DAYS[bisect_left(OPEN_DAYS, day) - 7]


COUNTED_BY_HAND = {
    DAYS: thirty_days,
    MONTHS: two_months,
    OPEN: fifth_open_day_after,
    BEFORE: seventh_open_day_before,
}


@pytest.mark.parametrize("period", COUNTED_BY_HAND)
def test_every_sort_of_period_ends_where_a_person_finds_it_on_every_day(period):
    code, by_hand = "offer", COUNTED_BY_HAND[period]
    told = rules(code, period)
    assert [date_by(code, told, day, CLOSED).on for day in ALL_DAYS] == [*map(by_hand, ALL_DAYS)]


@pytest.mark.parametrize("code", [code for code in codes() if code != "report"])
def test_rule_is_counted_as_its_period_says_all_through_the_years(code):
    sorts = [(rules(code, period), by_hand) for period, by_hand in COUNTED_BY_HAND.items()]
    for number, day in enumerate(ALL_DAYS):
        told, by_hand = sorts[number % len(sorts)]
        assert date_by(code, told, day, CLOSED).on == by_hand(day)


def test_report_is_due_at_the_earlier_of_two_on_every_day_of_eleven_years():
    told = rules("report", "30")
    for day in ALL_DAYS:
        latest = date(fiscal_year(day) + 1, 4, 10)
        assert date_by("report", told, day, CLOSED).on == min(day + 30 * A_DAY, latest)


@pytest.mark.parametrize("code", codes())
def test_words_of_a_rule_name_the_era_the_basis_and_the_date(code):
    told = rules(code, DAYS, report_latest="12-31") if code == "report" else rules(code, DAYS)
    for day in ALL_DAYS[::5]:
        due = date_by(code, told, day, CLOSED)
        said = in_words(due, "ja")
        assert wareki(day) in said and wareki(due.on) in said
        assert name_of_basis(basis_of(code), "ja") in said
        assert name_of_basis(basis_of(code), "en") in in_words(due, "en")


@pytest.mark.parametrize("code", codes())
def test_rule_that_is_not_set_never_leads_to_a_date(code):
    due = date_by(code, RuleSet({}), FIRST, CLOSED)

    assert due.on is None
    assert "未設定" in in_words(due, "ja") and "Not set" in in_words(due, "en")
    assert Due.from_json(due.to_json()) == due
    assert label_of(code)


@pytest.mark.parametrize("code", ["supplement", "matching", "offer"])
def test_night_in_japan_counts_as_its_own_day_though_the_server_is_a_day_behind(code):
    """From 00:00 to 09:00 Japan time it is still yesterday in UTC."""
    frozen = {COUNTED[code][0]: {"status": "set", "value": "30"}}
    proposal = Proposal(round=Round(frozen_rules=frozen, fiscal_year=2026), fiscal_year=2026)
    for day in ALL_DAYS[::37]:
        for hour in range(9):
            moment = datetime.combine(day - A_DAY, time(15 + hour), tzinfo=UTC)
            due = KINDS[code].rule(proposal, at=moment, facts={})
            assert due.on == day + 30 * A_DAY


def test_words_change_the_era_with_the_day():
    told = rules("panel_term", "24 months first_day_counts")

    said = in_words(date_by("panel_term", told, date(2018, 4, 1), CLOSED), "ja")

    assert "平成30年4月1日" in said and "令和2年3月31日" in said


@pytest.mark.parametrize(
    ("period", "day", "ends_on"),
    [
        ("12 months fiscal_year_end", date(2026, 4, 1), date(2027, 3, 31)),
        ("12 months fiscal_year_end", date(2026, 11, 20), date(2027, 3, 31)),
        ("12 months fiscal_year_end", date(2027, 3, 31), date(2027, 3, 31)),
        ("36 months", date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_registration_holds_until_the_end_of_the_fiscal_year_or_for_years(period, day, ends_on):
    told = rules("npo_registration", period)

    assert date_by("npo_registration", told, day, CLOSED).on == ends_on


def test_law_stands_where_the_edition_names_no_source():
    assert (
        date_by("processing", rules("processing", "40"), FIRST, CLOSED).source == "行政手続法 6条"
    )
    named = RuleSet({"processing_period": {"status": "set", "value": "40", "source": "要綱"}})
    assert date_by("processing", named, FIRST, CLOSED).source == "要綱"
