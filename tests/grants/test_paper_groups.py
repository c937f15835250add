"""A group that hands in paper: the office enters for it what others enter themselves."""

from datetime import timedelta

import pytest
import rules
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import MemberRole, Role, User
from casework import approvals, reminders
from casework.desks import most_urgent_first, waiting_for
from casework.models import Case, Notice
from casework.parties import ORGANIZATION_ON_PAPER, Party, uses_paper
from casework.services import advance
from grants import services
from reporting import services as reporting
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.grants import papers
from tests.reporting import makers

pytestmark = pytest.mark.django_db

NO_LOG_IN = "This group has no log-in"


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture(autouse=True)
def sealed(sender):
    return sender


def case_page(client, case) -> str:
    return whole_page(client, case)


def test_office_enters_the_supplement(office):
    proposal = papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")

    proposal = papers.key_in(proposal, "resubmit", by=office)

    assert proposal.state == "submitted"
    assert proposal.events.get(verb="resubmit").by == office


@pytest.mark.parametrize(("verb", "state"), [("take", "selected"), ("pass_up", "lapsed")])
def test_office_enters_the_answer_to_an_offered_place(office, verb, state):
    assert papers.key_in(papers.offered(office), verb, by=office).state == state


def test_office_enters_that_a_group_withdraws(office):
    assert papers.key_in(papers.filed(office), "withdraw", by=office).state == "withdrawn"


def test_office_withdraws_a_paper_that_is_not_filed_yet(office):
    assert papers.key_in(papers.keyed_in(office), "withdraw", by=office).state == "withdrawn"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING, Role.DEPARTMENT])
def test_nobody_else_of_the_city_withdraws_a_paper(office, role):
    with pytest.raises(PermissionDenied):
        papers.walk(papers.keyed_in(office), "withdraw", by=factories.user(role))


def test_draft_of_a_group_that_nobody_logs_in_for_stays_its_own(office):
    draft = factories.draft()
    close_log_ins(draft)

    for permission in ("grants.write", "grants.withdraw", "grants.edit_proposal"):
        assert not rules.has_perm(permission, office, draft), permission
    assert not waiting_for(office, Party.OFFICE).exists()


def test_paper_is_filed_by_its_own_move_only(office):
    with pytest.raises(PermissionDenied):
        papers.walk(papers.keyed_in(office), "submit", by=office)


def test_office_enters_application_and_report(office):
    report = papers.written_report(papers.granted_year(office), by=office)

    report = papers.key_in(report, "submit", by=office)

    assert report.state == "submitted"
    assert report.project_year.state == "reported"


def test_office_accepts_the_terms_for_the_group(office):
    proposal = papers.walk(papers.filed(office, "collaboration"), "accept", by=office)
    clerk = factories.user(Role.DEPARTMENT)
    (department,) = clerk.duties.departments
    proposal = papers.walk(proposal, "start_matching", by=office, department=department)
    proposal = papers.walk(proposal, "match", "refer", by=office)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = papers.walk(proposal, "coordinate", by=office)
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
        papers.walk(year, "withdraw", by=office)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING, Role.DEPARTMENT])
def test_nobody_else_of_the_city_writes_for_a_group_on_paper(office, role):
    assert not rules.has_perm("grants.write", factories.user(role), papers.filed(office))


def test_page_tells_the_office_to_use_the_post(as_person, office):
    proposal = papers.filed(office)

    assert NO_LOG_IN in case_page(as_person(office), proposal)
    assert NO_LOG_IN not in case_page(as_person(factories.user(Role.AUDITOR)), proposal)

    factories.member(proposal.organization)
    assert NO_LOG_IN not in case_page(as_person(office), proposal)


# The office's desk


def close_log_ins(case) -> None:
    """Let the memberships of everybody who writes for the group of ``case`` end before today."""
    writers = case.organization.membership_set.exclude(role=MemberRole.VIEWER)
    writers.update(valid_until=TODAY - timedelta(days=1))


def waits_for_office(office, case) -> bool:
    return waiting_for(office, Party.OFFICE).filter(pk=case.pk).exists()


def test_paper_that_is_being_keyed_in_stands_on_the_desk_with_the_close_of_the_call(office):
    draft = papers.keyed_in(office)

    (case,) = most_urgent_first(waiting_for(office, Party.OFFICE), owed_by=Party.OFFICE)

    assert (case.pk, case.waits_by_paper) == (draft.pk, True)
    assert case.next_due == draft.deadlines.get(kind="call").due_on


def test_supplement_on_paper_waits_for_the_office(office):
    proposal = papers.filed(office)
    assert waits_for_office(office, proposal)

    proposal = papers.walk(proposal, "send_back", by=office, reason="印がない")

    assert waits_for_office(office, proposal)
    proposal = papers.walk(
        papers.key_in(proposal, "resubmit", by=office), "accept", "refer", by=office
    )
    assert waits_for_office(office, proposal)


def test_year_of_a_paper_proposal_is_on_paper(office):
    year = papers.walk(papers.selected(office), "prepare", by=office).project_years.get()

    assert (year.state, year.on_paper) == ("planned", True)
    assert waits_for_office(office, year)


def test_paper_of_a_group_with_a_log_in_waits_on_both_desks(office):
    proposal = papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")
    member = factories.member(proposal.organization)

    assert waits_for_office(office, proposal)
    assert waiting_for(member, Party.ORGANIZATION).filter(pk=proposal.pk).exists()


@pytest.mark.parametrize("how", ["left", "closed"])
def test_case_of_a_group_whose_log_ins_ended_comes_to_the_office(office, how):
    proposal = sent_back()
    factories.member(proposal.organization, MemberRole.VIEWER)
    assert not waits_for_office(office, proposal)

    if how == "left":
        close_log_ins(proposal)
    else:
        User.objects.filter(membership__organization=proposal.organization).update(is_active=False)

    assert waits_for_office(office, proposal)
    assert papers.key_in(proposal, "resubmit", by=office).state == "submitted"


def test_list_and_rule_say_the_same_of_every_case(office):
    reached, unreached = sent_back(), sent_back()
    close_log_ins(unreached)
    internal = approvals.draft(
        "起案", [factories.wish(in_selection(), "decline")], by=office, at=NOON
    )
    department = makers.collaboration()
    cases = {reached.pk: False, unreached.pk: True, papers.filed(office).pk: True}
    cases |= {internal.pk: False, department.pk: False}

    told = Case.objects.filter(pk__in=cases).with_paper(TODAY)

    assert {case.pk: case.by_paper for case in told} == cases
    assert {pk: uses_paper(Case.objects.get(pk=pk), day=TODAY) for pk in cases} == cases


def queries_of_the_desk(client) -> int:
    with CaptureQueriesContext(connection) as queries:
        rows = client.get("/office/").context["rows"]
    assert {deadline.kind for _case, deadline in rows} == {"supplement"}
    return len(queries)


def test_desk_asks_as_often_for_three_papers_as_for_one(as_person, office):
    papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")
    client = as_person(office)
    client.get("/office/")
    for_one = queries_of_the_desk(client)

    for _ in range(2):
        papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")

    assert queries_of_the_desk(client) == for_one


@pytest.mark.parametrize("address", ["/office/", "/cases/"])
def test_lists_of_the_city_say_that_a_case_waits_for_paper(as_person, office, address):
    papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")
    sent_back()

    page = as_person(office).get(address).content.decode()

    assert page.count("waits for the group, by paper") == 1


def test_page_says_what_to_do_and_by_when_for_a_group_without_a_log_in(as_person, office):
    proposal = papers.walk(papers.filed(office), "send_back", by=office, reason="印がない")
    client = as_person(office)

    context = client.get(reverse("casework:case", args=[proposal.pk])).context
    page = case_page(client, proposal)

    assert context["what_to_do"].startswith("This group has no log-in: ask it by post or telephone")
    assert "Mend what the office asks for" in context["what_to_do"]
    assert context["next_deadline"].kind == "supplement"
    assert page.count(NO_LOG_IN) == 1
    assert context["holder"] == str(ORGANIZATION_ON_PAPER)
    factories.member(proposal.organization)
    page = case_page(client, proposal)
    assert "This came on paper" in page and NO_LOG_IN not in page


# Notices


def told(kind: str, case) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind, case_id=case.pk).order_by("pk"))


def test_what_waits_for_a_group_that_nobody_receives_for_is_told_to_the_office(office):
    other = factories.user(Role.OFFICE, language="en")

    proposal = papers.selected(office)
    proposal = advance(proposal, "prepare", by=office, at=NOON + timedelta(hours=1))

    notices = told("your_turn", proposal.project_years.get())
    (notice,) = [notice for notice in notices if notice.recipient == other]
    assert "Nobody can receive this for: Organization." in notice.body
    assert office not in {notice.recipient for notice in notices}, "nobody hears of their own"


def test_what_waits_for_a_department_without_people_is_told_to_the_office(office):
    other = factories.user(Role.OFFICE)
    proposal = papers.walk(papers.filed(office, "collaboration"), "accept", by=office)
    department = factories.department()

    proposal = papers.walk(proposal, "start_matching", by=office, department=department.pk)

    recipients = {notice.recipient for notice in told("your_turn", proposal)}
    assert other in recipients and office not in recipients
    assert all(person.duty_set.get().role == Role.OFFICE for person in recipients)


def test_courtesy_to_a_group_that_nobody_receives_for_goes_to_nobody(office):
    factories.user(Role.OFFICE)

    assert told("case_moved", papers.walk(papers.filed(office), "accept", by=office)) == []


def test_department_without_people_is_reminded_of_through_the_office(office):
    factories.department()
    (report,) = reporting.request_collaboration_reports(
        fiscal_year=2026, due_on=TODAY + timedelta(days=3), by=office, at=NOON
    )
    day = NOON + timedelta(days=1)

    sent = reminders.sweep(report.deadlines.open(), today=TODAY + timedelta(days=1), at=day)

    assert sent.failed == 0
    assert {notice.recipient for notice in told("deadline_near", report)} == {office}
