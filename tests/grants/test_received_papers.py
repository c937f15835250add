"""The day a paper was received (収受日): it counts wherever the office keys in what a group handed in."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework import received
from casework.errors import NotPossible
from casework.models import Deadline
from casework.models.case import KINDS
from casework.moves import form_class, form_for
from casework.services import advance, correct
from tests import factories
from tests.case_pages import part_of
from tests.casework.cases import group_of, sent_back
from tests.factories import NOON, TODAY
from tests.grants import papers
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
FIELD = 'name="received_on"'


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture(autouse=True)
def sealed(sender):
    return sender


@pytest.fixture
@remembered
def returned(office):
    """A paper proposal to be supplemented within 14 days, until 4 December."""
    return papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")


def ends_on(case, kind: str) -> date:
    return case.deadlines.get(kind=kind, closed_at=None).ends_on


def met(case, kind: str) -> Deadline:
    return case.deadlines.get(kind=kind, met_at__isnull=False)


def two_days_after(day: date) -> datetime:
    return NOON + (day - TODAY) + 2 * A_DAY


# The table


def test_moves_that_a_group_hands_in_are_those_that_the_office_makes_only_for_it():
    """Left out: the first paper has a move of its own; talks are concluded by either side."""
    of_groups = {
        "grants.write", "grants.withdraw", "reporting.write_report", "reporting.write_part",
    }  # fmt: skip
    rows = [(kind, move) for kind, case in KINDS.items() for move in case.flow.values()]
    expected = {(kind, move.verb) for kind, move in rows if move.who in of_groups}

    marked = {(kind, move.verb) for kind, move in rows if move.handed_in}

    assert expected - marked == {("proposal", "submit")}
    assert marked <= expected


def test_no_form_of_a_move_has_the_day_by_itself():
    for kind, case in KINDS.items():
        for verb in case.flow:
            assert "received_on" not in form_class(kind, verb).base_fields, (kind, verb)


# In time, but keyed in late


def test_supplement_that_came_on_its_last_day_is_in_time_though_keyed_in_later(office, returned):
    last = ends_on(returned, "supplement")
    late = two_days_after(last)

    done = papers.key_in(returned, "resubmit", by=office, received_on=last, at=late)

    supplement = met(done, "supplement")
    assert (done.state, supplement.met_at, supplement.met_on) == ("submitted", late, last)
    assert not supplement.is_late(late)
    assert done.events.get(verb="resubmit").facts["received_on"] == last.isoformat()


def test_supplement_that_came_a_day_late_is_refused(office, returned):
    last = ends_on(returned, "supplement")

    with pytest.raises(NotPossible, match="received after the date for the supplement"):
        papers.key_in(
            returned, "resubmit", by=office, received_on=last + A_DAY, at=two_days_after(last)
        )

    returned.refresh_from_db()
    assert returned.state == "returned"
    assert not returned.deadlines.filter(kind="supplement", met_at__isnull=False).exists()


def test_more_time_for_a_supplement_counts_for_its_paper(office, returned):
    (owed,) = returned.deadlines.open().filter(kind="supplement")
    until = owed.ends_on + 5 * A_DAY
    factories.extended(owed, until=until, reason="入院", at=NOON)

    done = papers.key_in(
        returned, "resubmit", by=office, received_on=until, at=two_days_after(until)
    )

    assert not met(done, "supplement").is_late(NOON)


def test_group_itself_is_held_to_the_moment_it_submits(returned):
    member = factories.member(returned.organization)
    late = two_days_after(ends_on(returned, "supplement"))

    with pytest.raises(NotPossible, match="date for the supplement has passed"):
        advance(returned, "resubmit", by=member, at=late)


@pytest.mark.parametrize(("verb", "state"), [("take", "selected"), ("pass_up", "lapsed")])
def test_answer_to_an_offer_counts_on_the_day_it_came(office, verb, state):
    offered = papers.offered(office)
    last = ends_on(offered, "offer")
    late = two_days_after(last)

    done = papers.key_in(offered, verb, by=office, received_on=last, at=late)

    assert (done.state, met(done, "offer").met_on) == (state, last)


def test_place_is_not_taken_by_a_paper_that_came_late(office):
    offered = papers.offered(office)
    last = ends_on(offered, "offer")

    with pytest.raises(NotPossible, match="received after the date to answer the offer"):
        papers.key_in(offered, "take", by=office, received_on=last + A_DAY, at=two_days_after(last))


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True)])
def test_application_is_late_by_the_day_it_came(office, days, is_late):
    year = papers.planned_year(office)
    last = ends_on(year, "grant_application")

    done = papers.key_in(
        year, "apply", by=office, received_on=last + days * A_DAY, at=two_days_after(last)
    )

    assert done.state == "applied"
    assert met(done, "grant_application").is_late(NOON) is is_late


def test_supplement_to_an_application_counts_on_the_day_it_came(office):
    year = papers.key_in(papers.planned_year(office), "apply", by=office)
    year = papers.walk(year, "send_back", by=office, reason="内訳")
    last = ends_on(year, "supplement")
    late = two_days_after(last)

    with pytest.raises(NotPossible, match="received after"):
        papers.key_in(year, "reapply", by=office, received_on=last + A_DAY, at=late)

    done = papers.key_in(year, "reapply", by=office, received_on=last, at=late)
    assert (done.state, met(done, "supplement").met_on) == ("applied", last)


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True)])
def test_report_is_late_by_the_day_it_came(office, days, is_late):
    year = papers.granted_year(office)
    last = ends_on(year, "report")
    late = two_days_after(last)
    report = papers.written_report(year, by=office)
    came = last + days * A_DAY

    done = papers.key_in(report, "submit", by=office, received_on=came, at=late)

    owed = met(year, "report")
    assert (done.state, owed.met_at, owed.met_on) == ("submitted", late, came)
    assert owed.is_late(late) is is_late
    year.refresh_from_db()
    assert year.events.get(verb="report").facts["received_on"] == came.isoformat()


def test_report_that_came_again_counts_on_the_day_it_came(office):
    year = papers.granted_year(office)
    report = papers.key_in(papers.written_report(year, by=office), "submit", by=office)
    report = advance(report, "send_back", by=office, at=NOON, reason="領収書")
    last = ends_on(year, "report_supplement")
    late = two_days_after(last)

    papers.key_in(report, "resubmit", by=office, received_on=last, at=late)

    assert not met(year, "report_supplement").is_late(late)


def test_report_cannot_have_come_before_the_project_ended(office):
    year = papers.granted_year(office)
    ended = TODAY + A_DAY
    report = papers.written_report(year, by=office, completed_on=ended)
    late = NOON + 3 * A_DAY

    with pytest.raises(NotPossible, match="before the last day of the project"):
        papers.key_in(report, "submit", by=office, received_on=TODAY, at=late)

    assert papers.key_in(report, "submit", by=office, received_on=ended, at=late)


def test_withdrawal_after_the_decision_counts_on_the_day_it_came(office):
    year = papers.granted_year(office)
    last = year.deadlines.get(kind="withdrawal").ends_on
    late = two_days_after(last)

    with pytest.raises(NotPossible, match="received after the last day to withdraw"):
        papers.key_in(year, "withdraw", by=office, received_on=last + A_DAY, at=late)

    done = papers.key_in(year, "withdraw", by=office, received_on=last, at=late)
    assert (done.state, met(done, "withdrawal").met_on) == ("withdrawn", last)


def test_group_whose_log_ins_ended_hands_in_paper_too(office):
    proposal = sent_back()
    proposal.organization.membership_set.update(valid_until=TODAY - A_DAY)
    last = ends_on(proposal, "supplement")

    with pytest.raises(NotPossible, match="Enter the day"):
        advance(proposal, "resubmit", by=office, at=NOON)

    done = papers.key_in(proposal, "resubmit", by=office, received_on=last, at=two_days_after(last))
    assert met(done, "supplement").met_on == last


def test_first_paper_keeps_its_day_in_the_history(office):
    filed = papers.filed(office)

    told = filed.events.get(verb="file_paper").facts["received_on"]

    assert told == papers.FIRST_PAPER.isoformat()


# Which day it can be


def test_office_cannot_leave_the_day_out(office, returned):
    with pytest.raises(NotPossible, match="Enter the day on which the paper was received"):
        advance(returned, "resubmit", by=office, at=NOON)


@pytest.mark.parametrize(
    ("days", "words"), [(1, "cannot lie in the future"), (-1, "could not hand this in before")]
)
def test_day_lies_between_the_asking_and_the_keying_in(office, returned, days, words):
    with pytest.raises(NotPossible, match=words):
        papers.key_in(returned, "resubmit", by=office, received_on=TODAY + days * A_DAY)


def test_paper_that_withdraws_may_have_come_with_the_first_one(office):
    proposal = papers.walk(papers.filed(office), "accept", by=office)
    first = papers.FIRST_PAPER

    with pytest.raises(NotPossible, match="before"):
        papers.key_in(proposal, "withdraw", by=office, received_on=first - A_DAY)

    assert papers.key_in(proposal, "withdraw", by=office, received_on=first).state == "withdrawn"


def test_second_supplement_cannot_have_come_before_it_was_asked_for(office, returned):
    later = NOON + 3 * A_DAY
    once = papers.key_in(returned, "resubmit", by=office, at=later)
    twice = advance(once, "send_back", by=office, at=later, reason="もう1枚")

    with pytest.raises(NotPossible, match="could not hand this in before"):
        papers.key_in(twice, "resubmit", by=office, received_on=TODAY, at=later)


def test_move_of_the_group_takes_no_day_of_a_paper(returned):
    member = factories.member(returned.organization)

    with pytest.raises(PermissionDenied):
        papers.key_in(returned, "resubmit", by=member)


def test_move_of_the_office_takes_no_day_of_a_paper(office):
    with pytest.raises(PermissionDenied):
        papers.key_in(papers.filed(office), "accept", by=office)


# Taking back (訂正)


def test_paper_that_was_keyed_in_wrongly_is_taken_back_and_keyed_in_again(office):
    offered = papers.offered(office)
    later = NOON + 3 * A_DAY
    wrong = papers.key_in(offered, "pass_up", by=office, received_on=TODAY + A_DAY, at=later)

    again = correct(wrong, reason="別の日の印だった", by=office, at=later)

    owed = again.deadlines.get(kind="offer")
    assert (again.state, owed.met_at, owed.met_on) == ("offered", None, None)
    assert owed.closed_at is None
    assert received.possible_since(again, again.flow["pass_up"]) == TODAY
    right = papers.key_in(again, "pass_up", by=office, received_on=TODAY, at=later)
    assert met(right, "offer").met_on == TODAY


# The pages


def move_page(case, verb: str) -> str:
    return reverse("casework:move", args=[case.pk, verb])


def test_page_asks_the_office_for_the_day_before_all_else(as_person, office):
    proposal = papers.filed(office)

    form = as_person(office).get(move_page(proposal, "withdraw")).context["form"]

    assert [*form.fields] == ["received_on", "confirm", "reason"]
    assert form.fields["received_on"].required


def test_page_never_asks_the_group_for_the_day_nor_takes_it(as_person, office, returned):
    member = factories.member(returned.organization)
    client = as_person(member)

    assert FIELD not in client.get(move_page(returned, "resubmit")).content.decode()
    client.post(move_page(returned, "resubmit"), {"received_on": "2026-11-15"})

    returned.refresh_from_db()
    assert (returned.state, met(returned, "supplement").met_on) == ("submitted", None)
    assert "received_on" not in returned.events.get(verb="resubmit").facts


@pytest.mark.parametrize("verb", ["accept", "send_back", "ineligible"])
def test_page_of_what_the_office_decides_has_no_day(as_person, office, verb):
    assert (
        FIELD not in as_person(office).get(move_page(papers.filed(office), verb)).content.decode()
    )


def test_form_without_a_person_has_no_day(returned):
    assert not form_for(returned, "resubmit", today=TODAY).fields


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("", "Enter the day on which the paper was received"),
        ("2026-11-21", "The day cannot lie in the future."),
        ("2026-11-19", "could not hand this in before 20 November 2026"),
    ],
)
def test_page_says_what_is_wrong_with_the_day(as_person, office, returned, day, words):
    answer = as_person(office).post(move_page(returned, "resubmit"), {"received_on": day})

    assert answer.status_code == 422
    (told,) = answer.context["form"].errors["received_on"]
    assert words in told
    returned.refresh_from_db()
    assert returned.state == "returned"


def test_page_lets_the_office_key_in_after_the_date_what_came_before(
    as_person, clock, office, returned
):
    last = ends_on(returned, "supplement")
    clock(two_days_after(last))
    client = as_person(office)
    page = reverse("casework:case", args=[returned.pk])

    assert "resubmit" in [move.verb for move in client.get(page).context["next"].moves]
    assert FIELD in client.get(move_page(returned, "resubmit")).content.decode()
    late = client.post(move_page(returned, "resubmit"), {"received_on": (last + A_DAY).isoformat()})
    assert late.status_code == 422
    assert "received after the date for the supplement" in late.content.decode()
    client.post(move_page(returned, "resubmit"), {"received_on": last.isoformat()})

    returned.refresh_from_db()
    assert returned.state == "submitted"
    assert "Received on (収受日)" in part_of(client, returned, "records")


def test_page_tells_the_office_what_refuses_a_paper_of_any_day(as_person, office):
    year = papers.granted_year(office)
    report = year.final_report

    found = as_person(office).get(reverse("casework:case", args=[report.pk])).context["next"]

    (why,) = [why for label, why in found.refused if label == report.flow["submit"].label]
    assert "Something is still missing" in why


def test_page_of_a_group_that_logs_in_refuses_after_the_date(as_person, clock, office):
    proposal = sent_back()
    clock(two_days_after(ends_on(proposal, "supplement")))

    page = as_person(group_of(proposal)).get(move_page(proposal, "resubmit")).content.decode()

    assert "The date for the supplement has passed" in page and FIELD not in page


def test_report_of_a_group_that_logs_in_has_no_day(as_person):
    report = makers.written_report(makers.granted_year())

    answer = as_person(makers.group_of(report)).get(move_page(report, "submit"))

    assert "received_on" not in answer.context["form"].fields
