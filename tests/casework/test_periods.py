"""Periods: each counted another way, over all days of 2022 to 2032."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import derivation
from casework.calendar import is_closed, standard_closed_days
from casework.closed_days import ClosedDays
from casework.models import ClosedDay
from casework.periods import FirstDay, Latest, OnClosedDay, Period, Unit

CLOSED = {day for day, _name in standard_closed_days(2021, 2034)}
A_DAY = timedelta(days=1)

DAYS = st.dates(date(2022, 1, 1), date(2032, 12, 31))
PERIODS = st.builds(
    Period,
    st.integers(1, 120),
    st.sampled_from([Unit.DAYS, Unit.MONTHS]),
    st.sampled_from(FirstDay),
    st.sampled_from(OnClosedDay),
    st.sampled_from(Latest),
) | st.builds(
    Period,
    st.integers(1, 60),
    st.sampled_from([Unit.OPEN_DAYS, Unit.OPEN_DAYS_BEFORE]),
    on_closed_day=st.sampled_from(OnClosedDay),
    latest=st.sampled_from(Latest),
)


@pytest.fixture(autouse=True)
def own_basis(monkeypatch):
    monkeypatch.setattr(derivation, "BASES", dict(derivation.BASES))
    derivation.register_basis("test.done", "事業完了日", "project completed")


def end(period: Period | str, day: date, *, fiscal_year: int = 2026) -> date:
    period = Period.parse(period) if isinstance(period, str) else period
    return period.after(day, CLOSED, basis="received", fiscal_year=fiscal_year).on


@pytest.mark.parametrize(
    ("text", "day", "ends_on"),
    [
        ("30", date(2027, 1, 31), date(2027, 3, 2)),
        ("30 first_day_counts", date(2027, 1, 31), date(2027, 3, 1)),
        ("1 months", date(2027, 1, 31), date(2027, 2, 28)),
        ("1 months", date(2028, 1, 30), date(2028, 2, 29)),
        ("1 months first_day_counts", date(2027, 2, 1), date(2027, 2, 28)),
        ("3 open_days", date(2026, 12, 25), date(2027, 1, 5)),
        ("5 open_days_before", date(2026, 5, 11), date(2026, 4, 28)),
        ("10 next_open_day", date(2026, 4, 23), date(2026, 5, 7)),
        ("10 previous_open_day", date(2026, 4, 23), date(2026, 5, 1)),
        ("60 fiscal_year_end", date(2027, 2, 20), date(2027, 3, 31)),
        ("60 accounts_closed", date(2027, 4, 20), date(2027, 5, 31)),
        ("60 accounts_closed", date(2027, 3, 20), date(2027, 5, 19)),
    ],
)
def test_period_ends_where_the_calendar_on_the_wall_says(text, day, ends_on):
    assert end(text, day) == ends_on


@given(PERIODS)
def test_text_of_a_period_is_read_back_as_it_was(period):
    assert Period.parse(str(period)) == period
    assert all(str(part) for part in period.in_words())


@given(PERIODS, DAYS)
def test_derivation_names_every_step_and_ends_on_the_date(period, day):
    due = period.after(day, CLOSED, basis="received", fiscal_year=day.year)

    assert due.steps[-1].on == due.on
    assert derivation.Due.from_json(due.to_json()) == due
    for language in ("ja", "en"):
        assert derivation.in_words(due, language)


@given(DAYS, st.integers(1, 120), st.sampled_from(FirstDay))
def test_calendar_days_are_those_one_would_tick_off(day, count, first):
    ticked = [day + n * A_DAY for n in range(0 if first else 1, 200)]

    assert end(Period(count, first_day=first), day) == ticked[count - 1]


@given(DAYS, st.integers(1, 60))
def test_open_days_are_those_one_would_tick_off(day, count):
    after = [d for n in range(1, 400) if not is_closed(d := day + n * A_DAY, CLOSED)]
    before = [d for n in range(1, 400) if not is_closed(d := day - n * A_DAY, CLOSED)]

    assert end(Period(count, Unit.OPEN_DAYS), day) == after[count - 1]
    assert end(Period(count, Unit.OPEN_DAYS_BEFORE), day) == before[count - 1]


@given(DAYS, st.integers(1, 24))
def test_months_end_the_day_before_the_day_that_corresponds(day, months):
    last = end(Period(months, Unit.MONTHS), day)
    began = day + A_DAY

    elapsed = (last.year - began.year) * 12 + last.month - began.month
    if (last + A_DAY).day == began.day:
        elapsed = ((last + A_DAY).year - began.year) * 12 + (last + A_DAY).month - began.month
    else:  # the last month has no such day, so the period ends on its last
        assert (last + A_DAY).day == 1 and last.day < began.day
    assert elapsed == months


@given(DAYS, st.integers(1, 120), st.sampled_from([OnClosedDay.NEXT, OnClosedDay.PREVIOUS]))
def test_moved_date_is_the_nearest_open_day_on_its_side(day, count, way):
    plain = end(Period(count), day)
    moved = end(Period(count, on_closed_day=way), day)

    assert not is_closed(moved, CLOSED)
    earlier, later = sorted((plain, moved))
    between = [earlier + n * A_DAY for n in range((later - earlier).days + 1)]
    assert [d for d in between if not is_closed(d, CLOSED)] == [moved]
    assert moved >= plain if way == OnClosedDay.NEXT else moved <= plain


@given(PERIODS, DAYS, st.integers(2021, 2033))
def test_period_never_outlasts_what_the_rule_names(period, day, fiscal_year):
    ends_on = end(period, day, fiscal_year=fiscal_year)

    if period.latest == Latest.FISCAL_YEAR_END:
        assert ends_on <= date(fiscal_year + 1, 3, 31)
    if period.latest == Latest.ACCOUNTS_CLOSED:
        assert ends_on <= date(fiscal_year + 1, 5, 31)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with a number"),
        ("days 30", "begins with a number"),
        ("３０", "begins with a number"),
        ("0", "at least one"),
        ("30 weeks", "does not know the word “weeks”"),
        ("30 days months", "one thing twice"),
        ("30 open_days first_day_counts", "counted from the day after"),
    ],
)
def test_text_that_is_no_period_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        Period.parse(text)


@pytest.mark.django_db
def test_closed_days_are_read_once_and_only_if_asked_for(django_assert_num_queries):
    ClosedDay.objects.create(day=date(2026, 5, 7), name="臨時閉庁")
    closed = ClosedDays()
    told = {"basis": "received", "fiscal_year": 2026}

    with django_assert_num_queries(0):
        assert Period.parse("14").after(date(2026, 4, 23), closed, **told).on == date(2026, 5, 7)
    with django_assert_num_queries(1):
        moved = Period.parse("14 next_open_day").after(date(2026, 4, 23), closed, **told)
        assert moved.on == date(2026, 5, 8)
        assert (len(closed), set(closed)) == (1, {date(2026, 5, 7)})
