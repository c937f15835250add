"""The clock until the decision: it runs from the arrival or the close, and stands still for a 補正."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Role
from casework import effects, services, timekeeping
from casework.derivation import Due
from casework.services import advance
from grants.models import Proposal
from grants.services import change_round
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered
from tests.reporting.makers import granted_year

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
A_DAY = timedelta(days=1)


@remembered
def filed_with(period: str = "40", since: str = "arrival", **rules):
    return filed(round=factories.call(processing_period=period, processing_from=since, **rules))


def clock(case):
    return case.deadlines.open().get(kind="processing")


def resubmitted(case, *, days: int):
    return advance(case, "resubmit", by=group_of(case), at=NOON + days * A_DAY)


def page_of(client, case) -> str:
    return whole_page(client, case)


def test_city_that_set_no_period_owes_none_and_says_so(as_person):
    case = filed()

    assert not case.deadlines.filter(kind__in=("processing", "acceptance")).exists()
    page = page_of(as_person(group_of(case)), case)
    assert "Both clocks" in page and "has not said how long" in page


def test_period_without_its_first_day_is_not_set():
    deadline = clock(filed_with(since=None))

    assert deadline.due_on is None
    assert "day the usual time counts from" in deadline.in_words


@pytest.mark.parametrize(
    ("since", "counts_from"), [("arrival", TODAY), ("call_closes", TODAY + 10 * A_DAY)]
)
def test_clock_runs_from_the_arrival_or_from_the_close_of_the_call(since, counts_from):
    deadline = clock(filed_with(since=since))

    assert deadline.due_on == counts_from + 40 * A_DAY
    assert deadline.owed_by == "office"


def closes_later(call, days: int) -> None:
    change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at + days * A_DAY,
        budget_yen=call.budget_yen, reason="周知の遅れ", by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(("since", "moves_by"), [("arrival", 0), ("call_closes", 7)])
def test_clock_that_counts_from_the_close_moves_with_it_and_no_other_does(since, moves_by):
    case = filed_with(since=since)
    before = clock(case)

    closes_later(case.round, 7)

    after = clock(case)
    assert after.due_on == before.due_on + moves_by * A_DAY
    assert (after.pk != before.pk) == bool(moves_by)


def test_day_that_the_office_set_stays_when_the_call_closes_later():
    case = filed_with(since="call_closes")
    due = Due.fixed(TODAY + 60 * A_DAY, basis="set_by_office")
    by = factories.anyone(Role.OFFICE)
    set_by_hand = timekeeping.supersede(clock(case), due, by=by, at=NOON, reason="定め")

    closes_later(case.round, 7)

    assert clock(case) == set_by_hand


@pytest.mark.parametrize(("more", "ends"), [(10, 10), (3, 7)])
def test_more_time_that_was_approved_stays_unless_the_close_gives_more(more, ends):
    case = filed_with(since="call_closes")
    counted = clock(case).due_on
    factories.extended(clock(case), until=counted + more * A_DAY)

    closes_later(case.round, 7)

    assert clock(case).ends_on == counted + ends * A_DAY


def test_clock_that_stands_still_runs_on_from_the_close_that_counts_then():
    case = filed_with(since="call_closes")
    before = clock(case).due_on
    case = sent_back(case)

    closes_later(case.round, 7)

    case.refresh_from_db()
    case = resubmitted(Proposal.objects.get(pk=case.pk), days=3)
    assert clock(case).due_on == before + 7 * A_DAY, "nothing had run before it stood still"


def test_night_in_japan_counts_for_the_day_that_has_begun_there():
    round = factories.call(processing_period="40", processing_from="arrival")
    case = factories.draft(round=round)
    at = datetime(2026, 11, 21, 0, 30, tzinfo=JAPAN)  # the 20th in UTC

    case = advance(case, "submit", by=group_of(case), at=at)

    assert clock(case).due_on == date(2026, 11, 21) + 40 * A_DAY


def test_clock_stands_still_while_a_supplement_is_open_and_says_so():
    case = filed_with()
    case = sent_back(case)
    assert not case.deadlines.open().filter(kind="processing").exists()
    (stopped,) = case.deadlines.filter(kind="processing")
    assert (stopped.closed_at, stopped.closed_because) == (NOON, timekeeping.STANDS_STILL)

    case = resubmitted(case, days=12)

    assert clock(case).due_on == TODAY + 52 * A_DAY
    assert "stood still for 12 days" in clock(case).in_words


def test_two_supplements_stand_still_both():
    case = resubmitted(sent_back(filed_with()), days=3)
    office = factories.user(Role.OFFICE)
    case = advance(case, "send_back", by=office, at=NOON + 10 * A_DAY, due_on=None)
    case = resubmitted(case, days=14)

    deadline = clock(case)
    assert deadline.due_on == TODAY + 47 * A_DAY
    assert "7 days had run" in deadline.in_words and "33 days were left" in deadline.in_words


def test_day_that_the_office_set_moves_by_what_stood_still():
    case = filed_with()
    day = Due.fixed(TODAY + 20 * A_DAY)
    timekeeping.supersede(clock(case), day, by=factories.user(Role.OFFICE), at=NOON, reason="事情")

    case = resubmitted(sent_back(case), days=5)

    assert clock(case).due_on == TODAY + 25 * A_DAY


@pytest.mark.parametrize("verb", ["accept", "ineligible"])
def test_acceptance_is_met_by_the_answer_of_the_office(verb):
    case = filed_with(acceptance_days="14")
    owed = case.deadlines.get(kind="acceptance")
    assert owed.due_on == TODAY + 14 * A_DAY

    reason = {"reason": "x"} if verb == "ineligible" else {}
    advance(case, verb, by=factories.user(Role.OFFICE), at=NOON + A_DAY, **reason)

    owed.refresh_from_db()
    assert owed.met_at == NOON + A_DAY


def test_supplement_after_the_acceptance_does_not_ask_for_it_again():
    case = filed_with(acceptance_days="14")
    case = advance(case, "accept", by=factories.user(Role.OFFICE), at=NOON)

    case = resubmitted(sent_back(case), days=2)

    assert case.state == "accepted"
    assert case.deadlines.filter(kind="acceptance").count() == 1
    assert clock(case).due_on == TODAY + 42 * A_DAY


def test_decision_meets_the_clock():
    case = filed_with()
    office = factories.user(Role.OFFICE)
    for verb in ("accept", "refer"):
        case = advance(case, verb, by=office, at=NOON)

    case = factories.approved(case, "decline", at=NOON + A_DAY)

    assert case.deadlines.get(kind="processing").met_at == NOON + A_DAY


def test_withdrawal_ends_the_clock_without_meeting_it():
    case = filed_with()

    case = advance(case, "withdraw", by=group_of(case), at=NOON)

    assert case.deadlines.get(kind="processing").met_at is None
    assert case.deadlines.get(kind="processing").closed_because == "case is withdrawn"


def test_move_that_is_taken_back_lets_the_clock_stand_still_or_run_as_before():
    flow = filed_with().flow
    case = filed_with()
    running = clock(case)
    timekeeping.pause_deadlines(case, ("processing",), at=NOON + A_DAY)

    timekeeping.take_back(case, flow["send_back"], moved_at=NOON + A_DAY, at=NOON + 2 * A_DAY)

    assert clock(case) == running


def test_grant_of_a_year_has_a_clock_of_its_own_from_the_arrival_of_the_application():
    year = granted_year(processing_period="30", processing_from="call_closes")

    row = year.deadlines.get(kind="processing")
    assert row.met_at is not None
    assert "day it arrived" in row.in_words


@pytest.mark.parametrize("who", ["group", "office"])
def test_both_clocks_are_on_the_case_page(as_person, who):
    case = filed_with()
    person = group_of(case) if who == "group" else factories.user(Role.OFFICE)
    client = as_person(person)

    running = page_of(client, case)
    case = sent_back(case)
    still = page_of(client, case)

    assert "0 / 40" in running and "running" in running
    assert "The group owes nothing by a date now." in running
    assert "stands still" in still and "Supplement (補正)" in still


def test_case_page_of_a_decided_case_has_no_clocks(as_person):
    case = filed_with()
    case = services.advance(case, "withdraw", by=group_of(case), at=NOON)

    assert "Both clocks" not in page_of(as_person(group_of(case)), case)


def test_only_a_period_that_is_set_is_announced_before_the_application_is_sent():
    for period, announced in (("40", True), (None, False)):
        case = factories.draft(round=factories.call(processing_period=period))

        said = " ".join(effects.of_move(case, case.flow["submit"]))

        assert ("標準処理期間" in said) == announced
        assert "Acceptance by the office" not in said


def test_supplement_is_announced_to_stop_the_clock():
    said = effects.of_move(filed_with(), Proposal.flow["send_back"])

    assert "The clock of “Usual time until the decision (標準処理期間)” stands still." in said


def test_more_time_that_was_approved_outlasts_a_standstill():
    case = filed_with()
    until = clock(case).due_on + 30 * A_DAY
    factories.extended(clock(case), until=until)
    case = sent_back(case, due_on=TODAY + 10 * A_DAY)

    case = resubmitted(case, days=4)

    assert clock(case).ends_on == until + 4 * A_DAY
