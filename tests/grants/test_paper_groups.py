"""A group that hands in paper: the office enters for it what others enter themselves."""

from datetime import date

import pytest
import rules
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from grants import services
from grants.models import BudgetEntry, Proposal
from reporting import services as reporting
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

NO_LOG_IN = "This group has no log-in"


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture(autouse=True)
def sealed(sender):
    return sender


def keyed_in(office, course: str = "startup", **rules) -> Proposal:
    """A proposal on paper of a group nobody logs in for, not filed yet."""
    proposal = services.start_paper(
        factories.call(course, **rules), organization=None, new_organization="紙の会",
        title="紙の提案", received_on=date(2026, 11, 15), by=office, at=NOON,
    )  # fmt: skip
    proposal = services.save_draft(
        proposal,
        fields={"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果"},
        lines=[
            factories.line("income", "市の補助", 80_000, from_city=True),
            factories.line("expenditure", "印刷", 80_000),
        ],
        measures=[{"measure": factories.measure(), "how": "場をつくる"}],
        edit_number=0, by=office, at=NOON,
    )  # fmt: skip
    return services.pledge(proposal, name="代表", by=office, at=NOON)


def filed(office, course: str = "startup", **rules) -> Proposal:
    return advance(keyed_in(office, course, **rules), "file_paper", by=office, at=NOON)


def walk(case, *verbs, by, **facts):
    for verb in verbs:
        case = advance(case, verb, by=by, at=NOON, **facts)
    return case


def case_page(client, case) -> str:
    return client.get(reverse("casework:case", args=[case.pk])).content.decode()


def test_office_enters_the_supplement(office):
    proposal = walk(filed(office), "send_back", by=office, reason="印がない")

    proposal = walk(proposal, "resubmit", by=office)

    assert proposal.state == "submitted"
    assert proposal.events.get(verb="resubmit").by == office


@pytest.mark.parametrize(("verb", "state"), [("take", "selected"), ("pass_up", "lapsed")])
def test_office_enters_the_answer_to_an_offered_place(office, verb, state):
    proposal = walk(filed(office), "accept", "refer", by=office)
    proposal = factories.approved(proposal, "reserve", assessed_yen=80_000)
    proposal = walk(proposal, "offer", by=office)

    assert walk(proposal, verb, by=office).state == state


def test_office_enters_that_a_group_withdraws(office):
    assert walk(filed(office), "withdraw", by=office).state == "withdrawn"


def test_paper_is_filed_by_its_own_move_only(office):
    with pytest.raises(PermissionDenied):
        walk(keyed_in(office), "submit", by=office)


def test_office_enters_application_and_report(office):
    proposal = walk(filed(office), "accept", "refer", by=office)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    year = walk(proposal, "prepare", by=office).project_years.get()
    columns = ("side", "label", "detail", "amount_yen", "from_city")
    days = {"content": "内容", "starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 10)}

    year = services.save_year(
        year, fields=days, lines=list(year.budget_lines.values(*columns)), edit_number=0,
        by=office, at=NOON,
    )  # fmt: skip
    year = walk(year, "apply", by=office)
    services.enter_budget(
        proposal.round.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=300_000, voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    year = factories.approved(year, "grant", granted_yen=80_000)
    words = {"completed_on": date(2026, 11, 10), "content": "内容", "results": "成果"}
    report = reporting.save_report(
        year.final_report, fields=words, lines=makers.balanced_lines(), edit_number=0, by=office,
        at=NOON,
    )  # fmt: skip
    report = walk(report, "submit", by=office)

    assert report.state == "submitted"
    year.refresh_from_db()
    assert year.state == "reported"


def test_office_accepts_the_terms_for_the_group(office):
    proposal = walk(filed(office, "collaboration"), "accept", by=office)
    clerk = factories.user(Role.DEPARTMENT)
    (department,) = clerk.duties.departments
    proposal = walk(proposal, "start_matching", by=office, department=department)
    proposal = walk(proposal, "match", "refer", by=office)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = walk(proposal, "coordinate", by=office)
    services.propose_terms(
        proposal, organization_role="企画", department_role="広報", cost_share="折半", by=clerk,
        at=NOON,
    )  # fmt: skip
    services.accept_terms(proposal, side="department", version=1, by=clerk, at=NOON)

    proposal = services.accept_terms(proposal, side="organization", version=1, by=office, at=NOON)

    assert proposal.state == "ready"


def test_office_never_writes_for_a_group_that_filed_here_itself(office):
    year = makers.granted_year()
    proposal = year.proposal

    assert services.sides_of(office, proposal) == []
    assert not services.may_edit(proposal, office)
    assert not services.may_edit_year(year, office)
    assert not reporting.may_edit_report(year.final_report, office)
    for permission, case in (
        ("grants.write", proposal),
        ("grants.write", year),
        ("grants.agree", proposal),
        ("reporting.write_report", year.final_report),
    ):
        assert not rules.has_perm(permission, office, case), permission
    with pytest.raises(PermissionDenied):
        walk(year, "withdraw", by=office)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING, Role.DEPARTMENT])
def test_nobody_else_of_the_city_writes_for_a_group_on_paper(office, role):
    assert not rules.has_perm("grants.write", factories.user(role), filed(office))


def test_page_tells_the_office_to_use_the_post(as_person, office):
    proposal = filed(office)

    assert NO_LOG_IN in case_page(as_person(office), proposal)
    assert NO_LOG_IN not in case_page(as_person(factories.user(Role.AUDITOR)), proposal)

    factories.member(proposal.organization)
    assert NO_LOG_IN not in case_page(as_person(office), proposal)
