"""Later years: nobody applies for them before it is recorded that the project goes on."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework.desks import waiting_for
from casework.errors import NotPossible
from casework.models import Notice
from casework.parties import Party
from casework.services import advance, correct
from casework.timeline import timeline
from grants.flow import YEAR_FLOW
from grants.models import ProjectYear
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]

DECISION = {"decided_on": date(2026, 11, 19), "document": "継続決定書"}


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def group():
    return factories.member(factories.organization())


@pytest.fixture
@remembered
def years(group, office) -> list[ProjectYear]:
    """The three years of a project whose first one can be applied for."""
    proposal = factories.draft(by=group, round=factories.call(max_years="3"), years=3)
    proposal = advance(proposal, "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = advance(proposal, "prepare", by=office, at=NOON)
    return list(proposal.project_years.order_by("position"))


def fresh(year) -> ProjectYear:
    return ProjectYear.objects.get(pk=year.pk)


def owed(year) -> list[str]:
    return list(year.deadlines.open().values_list("kind", flat=True))


def test_first_year_waits_for_the_group_and_the_others_for_the_office(years, group, office):
    assert [year.state for year in years] == ["planned", "expected", "expected"]
    assert [owed(year) for year in years] == [["grant_application"], [], []]

    mine = waiting_for(group, Party.ORGANIZATION).values_list("pk", flat=True)
    theirs = waiting_for(office, Party.OFFICE).values_list("pk", flat=True)
    assert list(mine) == [years[0].pk]
    assert set(theirs) == {years[1].pk, years[2].pk}


def test_first_year_follows_from_the_selection(years, office):
    opened, planned = years[0].events.order_by("pk")

    assert (opened.target, planned.verb, planned.target) == ("expected", "plan", "planned")
    assert planned.facts["cause"] == years[0].proposal.events.get(verb="prepare").pk
    assert years[0].continuation_decided_on is None


def test_timeline_of_the_first_year_never_asks_whether_it_continues(years):
    first, second = (timeline(year)[0] for year in years[:2])

    assert (first.label, first.status) == (YEAR_FLOW.stages["planned"].label, "current")
    assert (second.label, second.status) == (YEAR_FLOW.stages["expected"].label, "current")


def test_one_form_records_the_decision_and_opens_the_year(as_person, office, group, years):
    client, url = as_person(office), reverse("casework:move", args=[years[1].pk, "plan"])
    for wrong in ({"decided_on": "2026-11-21", "document": "書"}, {"decided_on": "2026-11-19"}):
        assert client.post(url, wrong).status_code == 422

    client.post(url, {"decided_on": "2026-11-19", "document": "継続決定書"})

    year = fresh(years[1])
    assert year.state == "planned"
    assert (year.continuation_decided_on, year.continuation_document) == (
        date(2026, 11, 19), "継続決定書",
    )  # fmt: skip
    due = year.deadlines.open().get(kind="grant_application")
    assert (due.due_on, due.owed_by) == (date(2027, 5, 1), "organization")  # of fiscal year 2027
    assert Notice.objects.filter(case=year.pk, recipient=group).exists()


def test_page_shows_the_decision(as_person, office, years):
    advance(years[1], "plan", by=office, at=NOON, **DECISION)

    page = whole_page(as_person(office), years[1])

    assert "継続決定書" in page


def test_no_year_but_the_first_is_opened_without_a_decision(office, years):
    with pytest.raises(NotPossible, match="継続決定"):
        advance(years[1], "plan", by=office, at=NOON)

    assert fresh(years[1]).state == "expected"


def test_group_neither_decides_that_it_continues_nor_applies_before(group, years):
    with pytest.raises(PermissionDenied):
        advance(years[1], "plan", by=group, at=NOON, **DECISION)
    with pytest.raises(TransitionNotAllowed):
        advance(years[1], "apply", by=group, at=NOON)


def test_slip_is_taken_back(office, years):
    year = advance(years[1], "plan", by=office, at=NOON, **DECISION)

    year = correct(year, reason="日付の誤り", by=office, at=NOON)
    assert (year.state, owed(year)) == ("expected", [])
    assert year.continuation_decided_on is None
    other = {**DECISION, "decided_on": date(2026, 11, 18)}
    year = advance(year, "plan", by=office, at=NOON, **other)
    assert year.continuation_decided_on == date(2026, 11, 18)


def test_first_year_is_not_taken_back_for_it_follows_from_the_selection(office, years):
    with pytest.raises(NotPossible):
        correct(years[0], reason="誤り", by=office, at=NOON)


@pytest.mark.parametrize(
    ("verb", "state"), [("not_continue", "not_continued"), ("not_fund", "not_funded")]
)
def test_year_that_does_not_come_ends_before_anybody_applied(years, verb, state):
    assert factories.approved(years[1], verb, reason="理由").state == state


def test_group_withdraws_a_year_that_is_not_decided(group, years):
    assert advance(years[2], "withdraw", by=group, at=NOON).state == "withdrawn"


def test_renouncing_the_selection_ends_all_years(group, years):
    advance(years[0].proposal, "renounce", by=group, at=NOON)

    assert [fresh(year).state for year in years] == ["withdrawn"] * 3


def test_years_move_one_after_another_and_are_still_to_be_decided(years):
    third = factories.approved(years[2], "defer", fiscal_year=2029, reason="理由")
    second = factories.approved(years[1], "defer", fiscal_year=2028, reason="理由")
    first = factories.approved(years[0], "postpone", fiscal_year=2027, reason="理由")

    assert [(y.state, y.fiscal_year) for y in (first, second, third)] == [
        ("planned", 2027), ("expected", 2028), ("expected", 2029),
    ]  # fmt: skip
    assert (owed(first), owed(second)) == (["grant_application"], [])


def test_no_year_moves_onto_another_of_its_project(years):
    with pytest.raises(NotPossible, match="2028"):
        factories.approved(years[1], "defer", fiscal_year=2028, reason="理由")


def test_page_of_an_expected_year_says_nothing_of_money_that_nobody_asked_for(
    as_person, office, years
):
    client = as_person(office)
    second, first = (whole_page(client, years[position]) for position in (1, 0))

    assert 'id="money"' in first and "What can be granted" in first
    assert 'id="money"' not in second and "What can be granted" not in second
    assert "Decision to go on (継続決定)" in second


def test_only_an_expected_year_is_moved_without_being_opened(years):
    with pytest.raises(NotPossible):
        factories.approved(years[0], "defer", fiscal_year=2029, reason="理由")
    with pytest.raises(NotPossible):
        factories.approved(years[1], "postpone", fiscal_year=2029, reason="理由")
