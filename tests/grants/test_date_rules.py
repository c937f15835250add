"""Every rule of the program over all days of 2022 to 2032, without a database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from casework.calendar import (
    fiscal_year,
    is_closed,
    japan_date,
    last_day,
    standard_closed_days,
    wareki,
)
from casework.derivation import Due, in_words, name_of_basis
from grants.date_rules import BESIDES, basis_of, codes, date_by, label_of
from grants.deadlines import COUNTED
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


@pytest.mark.parametrize("code", [code for code in codes() if code != "report"])
def test_rule_holds_on_every_day_of_eleven_years(code):
    by_days, *others = (rules(code, period) for period in (DAYS, MONTHS, OPEN, BEFORE))
    for number, day in enumerate(ALL_DAYS):
        on = date_by(code, by_days, day, CLOSED).on
        assert day + 30 * A_DAY <= on <= day + 41 * A_DAY and not is_closed(on, CLOSED)
        on = date_by(code, others[number % 3], day, CLOSED).on
        assert (
            on <= last_day(fiscal_year(day)),
            day < on and not is_closed(on, CLOSED),
            on < day and not is_closed(on, CLOSED),
        )[number % 3]


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


@pytest.mark.parametrize("code", codes())
def test_night_in_japan_counts_as_its_own_day_though_the_server_is_a_day_behind(code):
    """From 00:00 to 09:00 Japan time it is still yesterday in UTC."""
    told = rules(code, "30")
    for day in ALL_DAYS[::37]:
        for hour in range(9):
            moment = datetime.combine(day - A_DAY, time(15 + hour), tzinfo=UTC)
            assert moment.date() < day
            found = date_by(code, told, japan_date(moment), CLOSED)
            assert found == date_by(code, told, day, CLOSED)


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
