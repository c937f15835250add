"""How long a row is kept: full fiscal years from the end of the one in which it ended."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import retention
from casework.calendar import fiscal_year

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
YEARS = st.integers(1, 100)


@pytest.mark.parametrize(
    ("ended_on", "years", "until"),
    [
        (date(2026, 3, 31), 5, date(2031, 3, 31)),  # the last day of fiscal year 2025
        (date(2026, 4, 1), 5, date(2032, 3, 31)),  # the first of 2026
        (date(2028, 2, 29), 1, date(2029, 3, 31)),
        (date(2026, 12, 31), 30, date(2057, 3, 31)),
    ],
)
def test_row_is_kept_for_full_fiscal_years(ended_on, years, until):
    assert retention.kept_until(ended_on, years) == until


@given(DAYS, YEARS)
def test_row_is_kept_to_the_end_of_a_fiscal_year_and_never_shorter_than_its_years(ended_on, years):
    until = retention.kept_until(ended_on, years)

    assert (until.month, until.day) == (3, 31)
    assert fiscal_year(until) == fiscal_year(ended_on) + years


@given(DAYS, YEARS, DAYS)
def test_row_is_due_exactly_when_its_last_day_has_passed(ended_on, years, today):
    is_due = ended_on <= retention.ended_by(today, years)

    assert is_due == (today > retention.kept_until(ended_on, years))


@given(DAYS, YEARS)
def test_nothing_becomes_due_within_a_fiscal_year(today, years):
    tomorrow = today + timedelta(days=1)
    changes = retention.ended_by(today, years) != retention.ended_by(tomorrow, years)

    assert changes == ((tomorrow.month, tomorrow.day) == (4, 1))
