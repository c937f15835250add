"""An amount is confirmed once every line is judged; whoever approves sees what it rests on."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework.approvals import Wish, draft
from casework.errors import NotPossible
from casework.models import Approval
from casework.services import advance
from grants.models import ProjectYear
from reporting.line_checks import Asked, Found, check_report
from reporting.models import Report
from tests import factories
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def drafted_at(year) -> str:
    return reverse("casework:draft", args=[year.pk, "confirm"])


def spent(report: Report):
    return report.settlement_lines.get(side="expenditure")


def judge(report: Report, verdict: str = "allowed", **said) -> None:
    found = [Found(spent(report).pk, verdict, **said)]
    check_report(report, found=found, by=factories.anyone(Role.OFFICE), at=LATER)


def test_nothing_is_confirmed_while_a_line_is_not_judged():
    year = makers.granted_year()
    report = makers.sent_report(year)
    year = ProjectYear.objects.get(pk=year.pk)
    office = factories.anyone(Role.OFFICE)
    wish = Wish(year, "confirm", {"confirmed_yen": 75_000})

    with pytest.raises(NotPossible, match="印刷"):
        draft("額の確定", [wish], by=office, at=LATER)
    page = client_of(office).get(drafted_at(year)).text
    assert "has not said yet whether these lines count: 印刷" in page
    assert reverse("reporting:report-check", args=[report.pk]) in page
    assert "Draft the amount" not in client_of(office).get(
        reverse("casework:case-part", args=[year.pk, "activity"])
    ).text  # fmt: skip

    judge(report)
    assert draft("額の確定", [wish], by=office, at=LATER).state == "drafted"


def test_draft_and_approver_read_the_calculation_what_was_paid_and_what_is_open():
    year = makers.granted_year(advance_percent="50")
    factories.paid(year, 40_000)
    report = makers.sent_report(ProjectYear.objects.get(pk=year.pk))
    judge(report, "disallowed", disallowed_yen=5_000, reason="私的な飲食")
    asked = [Asked("人数も書いてください。", field="results")]
    check_report(report, found=[], asked=asked, by=factories.anyone(Role.OFFICE), at=LATER)
    report.field_notes.update(given_at=LATER)
    office = client_of(factories.anyone(Role.OFFICE))

    page = office.get(drafted_at(year)).text
    for words in ("Not allowed: 印刷 (私的な飲食)", "70,000", "Paid so far", "40,000", "30,000",
                  "Asked for and not done:", "人数も書いてください。"):  # fmt: skip
        assert words in page

    told = {"confirmed_yen": "70000", "reason": "", "title": "額の確定"}
    office.post(drafted_at(year), told)
    approval = Approval.objects.latest("pk")
    read = client_of(factories.anyone(Role.APPROVER)).get(
        reverse("casework:grounds", args=[approval.items.get().pk])
    ).text  # fmt: skip
    for words in ("What the decision rests on", "Not allowed: 印刷 (私的な飲食)", "Confirmed by this draft",
                  "The city still has to pay:", "30,000", "Asked for and not done:"):  # fmt: skip
        assert words in read

    advance(
        approval, "approve", by=factories.anyone(Role.APPROVER), at=LATER, decided_on=LATER.date()
    )
    after = client_of(factories.anyone(Role.APPROVER)).get(
        reverse("casework:case", args=[approval.pk])
    ).text  # fmt: skip
    assert "What it rests on" not in after


def _draft_of(number: int) -> tuple[Approval, list[ProjectYear]]:
    """A draft that confirms the amounts of so many years, each with a judged report."""
    years = [makers.granted_year() for _year in range(number)]
    for year in years:
        judge(makers.sent_report(year))
    office = factories.anyone(Role.OFFICE)
    wishes = [Wish(year, "confirm", {"confirmed_yen": 75_000}, 75_000) for year in years]
    return draft("額の確定", wishes, by=office, at=LATER), years


@pytest.mark.parametrize("number", [1, 2, 4])
def test_draft_leads_to_what_each_decision_rests_on(number, django_assert_num_queries):
    approval, years = _draft_of(number)
    approver = client_of(factories.anyone(Role.APPROVER))
    page = reverse("casework:case", args=[approval.pk])
    approver.get(page)

    with django_assert_num_queries(11):
        read = approver.get(page).text

    paths = [reverse("casework:grounds", args=[item.pk]) for item in approval.items.all()]
    assert [read.count(path) for path in paths] == [1] * number
    assert "Confirmed by this draft" not in read
    told = approver.get(paths[0]).text
    assert "Confirmed by this draft" in told and years[0].proposal.title in told


def test_what_a_decision_rests_on_is_read_by_who_decides_and_while_it_waits():
    approval, _years = _draft_of(2)
    path = reverse("casework:grounds", args=[approval.items.first().pk])
    group = makers.group_of(approval.items.first().case.specific)
    approver = factories.anyone(Role.APPROVER)

    assert client_of(group).get(path).status_code == 404
    assert client_of(factories.anyone(Role.PANEL)).get(path).status_code == 404
    assert client_of(approver).get(path).status_code == 200

    advance(approval, "approve", by=approver, at=LATER, decided_on=LATER.date())
    assert client_of(approver).get(path).status_code == 404


def test_what_counts_without_its_proofs_needs_a_reason_that_the_approver_reads():
    year = makers.granted_year()
    report = makers.written_report(year)
    receipt = makers.receipt(report, amount_yen=90_000)
    report = advance(report, "submit", by=makers.group_of(year), at=LATER)
    judge(report)
    office = client_of(factories.anyone(Role.OFFICE))
    told = {"confirmed_yen": "75000", "reason": "", "title": "額の確定"}

    refused = office.post(drafted_at(year), told)
    assert refused.status_code == 422
    assert "come to 90,000 yen: 5,000 yen less than the line" in refused.text

    office.post(drafted_at(year), told | {"why_without_proof": "出納帳で確かめた"})
    approval = Approval.objects.latest("pk")
    read = client_of(factories.anyone(Role.APPROVER)).get(
        reverse("casework:case", args=[approval.pk])
    ).text  # fmt: skip
    assert "出納帳で確かめた" in read
    assert receipt.amount_yen == 90_000


def test_what_does_not_count_needs_no_proof():
    year = makers.granted_year()
    report = makers.written_report(year)
    makers.receipt(report, amount_yen=90_000)
    report = advance(report, "submit", by=makers.group_of(year), at=LATER)
    judge(report, "disallowed", disallowed_yen=5_000, reason="領収書がない")

    page = client_of(factories.anyone(Role.OFFICE)).get(drafted_at(year)).text

    assert 'name="why_without_proof"' not in page
