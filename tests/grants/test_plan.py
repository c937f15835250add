"""The plan of a round: fixed days, days that follow, and what a moved meeting does to the rest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.plan import (
    PLANNED,
    Milestone,
    Planned,
    Shift,
    Unfounded,
    on_closed_days,
    out_of_order,
    schedule,
    shifts,
)

OPENS, CLOSES = date(2027, 4, 1), date(2027, 4, 30)
MEETING = Planned("meeting", on=date(2027, 6, 10))  # a Thursday
SCORES = Planned("scores", follows="meeting", period="5 open_days_before")
RESULT = Planned("result", follows="meeting", period="14")
GRANT = Planned("grant", follows="result", period="2 months")


def days(*plan, closed=()):
    return schedule(plan, opens=OPENS, closes=CLOSES, closed=closed, fiscal_year=2027)


def dates(*plan, **kwargs):
    return {what: due.on for what, due in days(*plan, **kwargs).items()}


def test_round_alone_opens_and_closes():
    assert dates() == {"opens": OPENS, "closes": CLOSES}


def test_what_follows_is_counted_from_the_meeting():
    assert dates(GRANT, RESULT, SCORES, MEETING) == {
        "opens": OPENS,
        "closes": CLOSES,
        "scores": date(2027, 6, 3),
        "meeting": date(2027, 6, 10),
        "result": date(2027, 6, 24),
        "grant": date(2027, 8, 24),
    }


def test_days_are_in_the_order_of_the_year_however_they_were_typed_in():
    assert list(days(GRANT, MEETING, RESULT)) == ["opens", "closes", "meeting", "result", "grant"]


def test_closed_day_is_not_counted_before_the_meeting():
    assert dates(MEETING, SCORES, closed=[date(2027, 6, 4)])["scores"] == date(2027, 6, 2)


def test_moved_meeting_moves_what_follows_and_nothing_else():
    moved = Planned("meeting", on=date(2027, 6, 17))
    session = Planned("info_session", on=date(2027, 4, 10))

    found = shifts(days(session, MEETING, SCORES, RESULT), days(session, moved, SCORES, RESULT))

    assert [(shift.what, shift.days) for shift in found] == [
        ("scores", 7),
        ("meeting", 7),
        ("result", 7),
    ]


def test_milestone_that_appears_or_disappears_has_no_difference():
    assert shifts(days(MEETING), days()) == [Shift("meeting", MEETING.on, None)]
    assert shifts(days(), days(MEETING))[0].days is None


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param([Planned("result", follows="meeting", period="14")], id="no meeting planned"),
        pytest.param(
            [
                Planned("meeting", follows="result", period="14"),
                Planned("result", follows="meeting", period="14"),
            ],
            id="a circle",
        ),
        pytest.param([Planned("meeting", follows="meeting", period="1")], id="itself"),
    ],
)
def test_milestone_that_rests_on_nothing_is_named(plan):
    with pytest.raises(Unfounded) as fault:
        days(*plan)
    assert fault.value.what == plan[0].what


def test_stored_milestone_comes_back_as_it_was():
    assert [Planned.from_json(one.to_json()) for one in (MEETING, SCORES)] == [MEETING, SCORES]


def test_order_of_the_year_is_looked_at():
    early = Planned("result", on=date(2027, 6, 1))
    before_the_call = Planned("info_session", on=date(2027, 3, 1))

    assert out_of_order(days(MEETING, early)) == [("result", "meeting")]
    assert out_of_order(days(MEETING, RESULT, before_the_call)) == []


def test_meeting_on_a_sunday_is_pointed_out():
    sunday = Planned("meeting", on=date(2027, 6, 13))
    assert on_closed_days(days(sunday), ()) == ["meeting"]
    assert on_closed_days(days(MEETING), ()) == []
    assert on_closed_days(days(MEETING), [MEETING.on]) == ["meeting"]


def test_what_the_round_says_is_not_planned():
    assert set(PLANNED) == set(Milestone) - {"opens", "closes"}


@given(
    on=st.dates(date(2022, 1, 1), date(2032, 12, 31)),
    count=st.integers(1, 60),
    later=st.integers(0, 400),
)
def test_calendar_days_move_by_as_much_as_the_meeting(on, count, later):
    plan = [Planned("meeting", on=on), Planned("result", follows="meeting", period=str(count))]
    moved = [Planned("meeting", on=on + timedelta(days=later)), plan[1]]

    assert {shift.days for shift in shifts(days(*plan), days(*moved))} <= {later}
    assert dates(*moved)["result"] - dates(*plan)["result"] == timedelta(days=later)
