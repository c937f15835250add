"""What stands as adopted: its money is bound, and it counts against the limits of its group."""

import pytest

from accounts.models import Role
from casework.services import advance
from grants.adoptions import adoptions_before
from grants.models import CourseEdition, Proposal, Round
from tests import factories
from tests.casework.cases import group_of, in_selection
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]

#: How a project year ends before anything is granted: verb → who decides it.
ENDS = {"refuse": "refused", "withdraw": "withdrawn", "not_fund": "not_funded"} | {
    "not_continue": "not_continued"
}


@remembered
def ready(years: int = 1, **rules) -> Proposal:
    office = factories.user(Role.OFFICE)
    course = "collaboration" if years > 1 else "startup"
    return makers.ready_proposal(course, office=office, years=years, **rules)


@remembered
def end_without_grant(proposal: Proposal, verb: str, *, position: int = 1) -> None:
    """Let one project year end by ``verb`` with nothing granted."""
    year = proposal.project_years.get(position=position)
    if verb == "refuse":
        year = makers.applied(year)
    if verb == "withdraw":
        year = advance(year, verb, by=group_of(proposal), at=NOON)
    else:
        year = factories.approved(year, verb, reason="試験")
    assert (year.state, year.granted_yen) == (ENDS[verb], None)


@pytest.mark.parametrize("verb", ENDS)
def test_project_whose_only_year_ended_without_a_grant_stands_no_more(verb):
    proposal = ready()
    call = proposal.round
    assert list(Proposal.objects.standing()) == [proposal]
    assert call.left_yen() == 1_000_000 - 80_000

    end_without_grant(proposal, verb)

    assert not Proposal.objects.standing().exists()
    assert call.left_yen() == 1_000_000


def test_reserve_is_offered_the_money_of_a_project_that_was_refused():
    office, proposal = factories.user(Role.OFFICE), ready()
    reserve = factories.approved(in_selection(round=proposal.round), "reserve", assessed_yen=80_000)
    Round.objects.filter(pk=proposal.round_id).update(budget_yen=100_000)

    end_without_grant(proposal, "refuse")

    assert advance(reserve, "offer", by=office, at=NOON).state == "offered"
    assert Round.objects.get(pk=proposal.round_id).left_yen() == 20_000


def test_project_that_was_not_funded_uses_up_no_adoption():
    proposal = ready()
    later = factories.draft(by=group_of(proposal), round=factories.call(fiscal_year=2027))
    later.round.edition.course = proposal.round.edition.course
    assert adoptions_before(later) == [proposal]

    end_without_grant(proposal, "not_fund")

    assert adoptions_before(later) == []


def test_project_whose_second_year_is_not_continued_stands_on_its_first():
    proposal = makers.granted_year("collaboration", years=2).proposal

    end_without_grant(proposal, "not_continue", position=2)

    assert list(Proposal.objects.standing()) == [proposal]


def test_project_stands_while_one_of_its_years_can_still_be_granted():
    proposal = ready(years=2)

    end_without_grant(proposal, "withdraw")
    assert list(Proposal.objects.standing()) == [proposal]
    end_without_grant(proposal, "not_continue", position=2)

    assert not Proposal.objects.standing().exists()


def test_revoked_project_stands_no_more_also_when_its_account_is_settled():
    year = factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    assert not Proposal.objects.standing().exists()

    year = advance(year, "settle", by=factories.user(Role.ACCOUNTING), at=NOON)

    assert year.state == "settled"
    assert not Proposal.objects.standing().exists()


def test_revoked_project_still_counts_against_the_limit_of_its_group():
    year = factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    proposal = year.proposal
    later = factories.draft(by=group_of(proposal), round=factories.call(fiscal_year=2027))
    later.round.edition.course = proposal.round.edition.course

    assert adoptions_before(later) == [proposal]


def test_of_two_proposals_of_a_year_the_one_that_was_adopted_first_is_the_first():
    """The one that was begun first is selected in a later round of the year: it is the second adoption."""
    begun_first = in_selection()
    call = factories.call()
    CourseEdition.objects.filter(pk=call.edition_id).update(
        course=begun_first.round.edition.course, first_fiscal_year=2020
    )
    other = in_selection(by=group_of(begun_first), round=Round.objects.get(pk=call.pk))

    other = factories.approved(other, "select", assessed_yen=80_000)
    assert adoptions_before(begun_first) == [other]
    assert adoptions_before(other) == []
    begun_first = factories.approved(begun_first, "select", assessed_yen=80_000)

    assert adoptions_before(begun_first) == [other]
    assert adoptions_before(other) == []
