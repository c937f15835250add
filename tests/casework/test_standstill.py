"""A period that stands still: over all days of 2022 to 2032, counted again day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import is_closed, standard_closed_days
from casework.derivation import Due, in_words
from casework.periods import FirstDay, OnClosedDay, Period, Unit
from casework.standstill import Count, Standstill, count_of, days_run, pauses_of, run, stood_still

CLOSED = {day for day, _name in standard_closed_days(2021, 2035)}
A_DAY = timedelta(days=1)
FIRST, LAST = date(2022, 1, 1), date(2032, 12, 31)
ALL_DAYS = [FIRST + n * A_DAY for n in range((LAST - FIRST).days + 1)]

PERIODS = st.builds(
    Period, st.integers(1, 90), st.just(Unit.DAYS), st.sampled_from(FirstDay)
) | st.builds(Period, st.integers(1, 60), st.just(Unit.OPEN_DAYS))


@st.composite
def standstills(draw) -> tuple[date, list[Standstill]]:
    """A day, and up to three pauses after it (the first may begin before the clock does)."""
    day = draw(st.dates(FIRST, LAST))
    pauses, at = [], day - draw(st.integers(0, 5)) * A_DAY
    for _ in range(draw(st.integers(0, 3))):
        stopped = at + draw(st.integers(0, 40)) * A_DAY
        at = stopped + draw(st.integers(0, 40)) * A_DAY
        pauses.append(Standstill(stopped, at))
    return day, pauses


def ends(period: Period, day: date, pauses=()) -> Due:
    return run(period, day, pauses, CLOSED, basis="received", fiscal_year=2026)


def day_by_day(period: Period, day: date, pauses) -> date:
    """The last of the days that count, found by looking at each."""
    left, on = period.count, day - A_DAY if period.first_day else day
    while left:
        on += A_DAY
        still = any(pause.stopped_on < on <= pause.resumed_on for pause in pauses)
        closed = period.unit == Unit.OPEN_DAYS and is_closed(on, CLOSED)
        left -= not (still or closed)
    return on


@given(PERIODS, standstills())
def test_days_that_run_are_those_of_the_period_and_no_day_that_stands_still_counts(period, told):
    day, pauses = told

    due = ends(period, day, pauses)

    assert due.on == day_by_day(period, day, pauses)
    assert days_run(pauses, count_of(period, day, CLOSED), until=due.on) == period.count


@pytest.mark.parametrize("text", ["30", "1 first_day_counts", "10 open_days", "45 next_open_day"])
def test_every_day_of_eleven_years_with_a_pause_and_without(text):
    period = Period.parse(text)
    plain = Period(period.count, period.unit, period.first_day)
    for number, day in enumerate(ALL_DAYS):
        stopped = day + (number % 50) * A_DAY
        pause = Standstill(stopped, stopped + (number % 17) * A_DAY)

        assert (
            ends(period, day).on == period.after(day, CLOSED, basis="received", fiscal_year=2026).on
        )
        assert ends(plain, day, [pause]).on == day_by_day(plain, day, [pause])


@given(PERIODS, standstills())
def test_stored_date_says_for_which_days_its_clock_stood_still(period, told):
    day, pauses = told
    due = Due.from_json(ends(period, day, pauses).to_json())

    again = ends(period, day, pauses_of(due))

    assert again.on == due.on
    assert in_words(due, "ja") and in_words(due, "en")


def test_pause_on_the_first_day_leaves_the_whole_period():
    pause = Standstill(date(2026, 11, 20), date(2026, 11, 30))

    due = ends(Period(10), date(2026, 11, 20), [pause])

    assert due.on == date(2026, 12, 10)
    assert Due.from_json(due.to_json()) == due
    assert "0 days had run" in in_words(due, "en") and "通算0日" in in_words(due, "ja")


def test_clock_that_ran_out_before_it_stopped_is_as_it_was():
    pause = Standstill(date(2026, 11, 30), date(2026, 12, 30))

    assert ends(Period(10), date(2026, 11, 20), [pause]) == ends(Period(10), date(2026, 11, 20))


def test_closed_day_moves_the_end_once_and_not_what_was_left():
    period = Period(10, on_closed_day=OnClosedDay.NEXT)
    pause = Standstill(date(2026, 11, 25), date(2026, 11, 26))

    due = ends(period, date(2026, 11, 18), [pause])  # Saturday 28, then Sunday 29 November

    assert [step.on for step in due.steps if step.rule == "runs_on"] == [date(2026, 11, 29)]
    assert due.on == date(2026, 11, 30)


def test_words_say_how_many_days_ran_and_stood_still_and_when_it_ends():
    pause = Standstill(date(2026, 11, 25), date(2026, 12, 7))

    said = in_words(ends(Period(40), date(2026, 11, 20), [pause]), "ja")

    assert "通算5日が経過" in said and "12日は算入しない（補正を待つ間）" in said
    assert said.endswith("残る35日で、令和9年1月11日（月）")


def test_day_that_is_not_set_stays_so():
    due = Due(None, None, ())

    assert stood_still(due, [Standstill(FIRST, LAST)], Count(FIRST)) == due


def test_no_clock_runs_backwards():
    with pytest.raises(ValueError, match="forwards"):
        ends(Period(5, Unit.OPEN_DAYS_BEFORE), FIRST)
    with pytest.raises(ValueError, match="before it stopped"):
        Standstill(LAST, FIRST)
