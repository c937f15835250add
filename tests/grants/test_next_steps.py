"""What each party is told to do next: money to pay back, terms, signatures, drafts come too late."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Department, Membership, Role, User
from casework.services import advance
from grants import agreements, services
from grants.desk_notes import money_to_pay_back
from grants.models import ProjectYear, TermsAcceptance
from tests import factories
from tests.casework.cases import in_selection
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import department_clerk, granted_year, group_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def page(client, case):
    return client.get(reverse("casework:case", args=[case.pk]))


def on_desk(client, address: str = "/my/") -> list[int]:
    return [case.pk for case, _deadline in client.get(address).context["rows"]]


@remembered
def overpaid_year():
    """A year that was paid 80,000 yen in advance, of which 75,000 are confirmed."""
    year = granted_year(repayment_days="20")
    factories.paid(year, 80_000)
    makers.sent_report(year)
    return factories.approved(year, "confirm", at=NOON, confirmed_yen=75_000)


def test_group_is_told_how_many_yen_it_pays_back_by_when(as_person):
    year = overpaid_year()
    client = as_person(group_of(year))

    shown = page(client, year)

    told = shown.context["what_to_do"]
    assert told.startswith("Your group has to pay back 5,000 yen to the city by ")
    assert told in shown.content.decode()
    with override("ja"):
        assert "令和" in str(money_to_pay_back(list(ProjectYear.objects.as_shown()), NOON)[year.pk])
    assert shown.context["holder"].endswith("Organization")
    assert year.pk in on_desk(client)
    assert told in client.get("/my/").content.decode()


@remembered
def coordinating(office, department: Department | None = None):
    group = factories.member(factories.organization())
    proposal = factories.draft("collaboration", by=group, round=factories.call("collaboration"))
    proposal = advance(proposal, "submit", by=group, at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)
    asked = (department or factories.department()).pk
    proposal = advance(proposal, "start_matching", by=office, at=NOON, department=asked)
    for verb in ("match", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = advance(proposal, "coordinate", by=office, at=NOON)
    clerk = department_clerk(proposal.department)
    services.propose_terms(
        proposal,
        organization_role="運営",
        department_role="広報",
        cost_share="半分",
        by=clerk,
        at=NOON,
    )
    return proposal, clerk


def test_side_reads_and_accepts_the_terms_first_and_then_waits(as_person, office):
    proposal, clerk = coordinating(office)
    group = group_of(proposal)

    first = page(as_person(group), proposal)
    label, address, _done = first.context["work"][0]
    assert (str(label), address.partition("#")[2]) == (
        "Read the roles and costs, and accept them", "terms"
    )  # fmt: skip
    assert first.context["what_to_do"].startswith("Roles and costs are written down.")

    side = TermsAcceptance.Side.DEPARTMENT
    services.accept_terms(proposal, side=side, version=1, by=clerk, at=NOON)
    waits = page(as_person(clerk), proposal)
    assert waits.context["work"] == []
    assert "They now wait for: Organization." in waits.context["what_to_do"]


def member_of_the_groups_of(cases) -> User:
    """One person who belongs to every group."""
    person = factories.user()
    for case in cases:
        Membership.objects.create(user=person, organization=case.organization, role="owner")
    return person.act_on(TODAY)


#: Queries of the department's desk, and of the group's, with talks; and of the group's with money
#: to pay back. The cases of one kind are read once for all notes, and all dates of a desk once.
DEPARTMENT_DESK, TALKS_OF_GROUP, PAY_BACK = 10, 11, 11


@pytest.mark.parametrize("count", [1, 3])
def test_department_desk_asks_as_often_for_three_talks_as_for_one(
    as_person, office, count, django_assert_num_queries
):
    department = factories.department()
    talks = [coordinating(office, department)[0] for _ in range(count)]
    client = as_person(department_clerk(department))

    with django_assert_num_queries(DEPARTMENT_DESK):
        shown = client.get("/department/")
    assert shown.context["notes"].keys() == {proposal.pk for proposal in talks}


@pytest.mark.parametrize("count", [1, 3])
def test_desk_of_groups_asks_as_often_for_three_talks_as_for_one(
    as_person, office, count, django_assert_num_queries
):
    talks = [coordinating(office)[0] for _ in range(count)]
    client = as_person(member_of_the_groups_of(talks))

    with django_assert_num_queries(TALKS_OF_GROUP):
        shown = client.get("/my/")
    assert shown.context["notes"].keys() == {proposal.pk for proposal in talks}


@pytest.mark.parametrize("count", [1, 3])
def test_desk_of_groups_asks_as_often_for_three_years_to_pay_back_as_for_one(
    as_person, count, django_assert_num_queries
):
    years = [overpaid_year() for _ in range(count)]
    client = as_person(member_of_the_groups_of(years))

    with django_assert_num_queries(PAY_BACK):
        shown = client.get("/my/")
    assert shown.context["notes"].keys() == {year.pk for year in years}


def test_version_that_was_accepted_no_longer_counts_once_another_is_proposed(as_person, office):
    proposal, clerk = coordinating(office)
    side = TermsAcceptance.Side.DEPARTMENT
    proposal = services.accept_terms(proposal, side=side, version=1, by=clerk, at=NOON)
    client = as_person(clerk)
    notes = client.get("/department/").context["notes"]
    assert notes[proposal.pk].endswith("They now wait for: Organization.")

    services.propose_terms(
        proposal, organization_role="運営", department_role="広報", cost_share="市が全額",
        by=clerk, at=NOON,
    )  # fmt: skip

    notes = client.get("/department/").context["notes"]
    assert notes[proposal.pk].startswith("Roles and costs are written down.")


def test_each_party_is_told_that_its_signature_is_missing(as_person, office):
    year = granted_year("collaboration", agreement_parties="organization city department")
    people = {
        "organization": (group_of(year), "The group"), "city": (office, "The city"),
        "department": (department_clerk(year.department), "The department"),
    }  # fmt: skip

    for party, (person, name) in people.items():
        told = str(page(as_person(person), year).context["what_to_do"])
        assert f"still lacks this signature: {name}." in told
        agreements.sign_agreement(
            year, party=party, name="鎌倉 花", signed_on=TODAY, by=person, at=NOON
        )
        assert "signature" not in str(page(as_person(person), year).context["what_to_do"])


@pytest.mark.parametrize(
    ("party", "address"), [("department", "/department/"), ("city", "/office/")]
)
def test_year_stands_on_the_desk_of_who_has_to_sign(as_person, office, party, address):
    year = granted_year("collaboration", agreement_parties="organization city department")
    person = {"department": department_clerk(year.department), "city": office}[party]
    assert year.pk in on_desk(as_person(person), address)
    assert "still lacks this signature" in as_person(person).get(address).content.decode()

    agreements.sign_agreement(
        year, party=party, name="鎌倉 花", signed_on=TODAY, by=person, at=NOON
    )

    assert year.pk not in on_desk(as_person(person), address)


def test_proposal_whose_years_ended_is_finished(as_person, office):
    proposal = makers.ready_proposal("startup", office=office, lag_years="0")
    group = group_of(proposal)
    before = page(as_person(group), proposal).context["next"]
    assert "renounce" in [move.verb for move in before.moves]

    advance(proposal.project_years.get(), "withdraw", by=group, at=NOON)

    after = page(as_person(group), proposal)
    assert after.context["next"].moves == []
    assert after.context["what_to_do"].startswith("All project years of this proposal have ended.")


def test_draft_of_a_closed_call_is_off_the_desk_and_can_be_withdrawn(as_person, clock):
    draft = factories.draft()
    client = as_person(group_of(draft))
    assert draft.pk in on_desk(client)

    clock(NOON + timedelta(days=12))

    assert draft.pk not in on_desk(client)
    shown = page(client, draft)
    assert shown.context["what_to_do"].startswith("The call has closed")
    assert [move.verb for move in shown.context["next"].moves] == ["withdraw"]


def city_part(draft) -> list[int]:
    rows = draft.budget.income.initial
    return [row["amount_yen"] for row in rows if row["from_city"]]


def test_application_begins_with_the_assessed_and_the_report_with_the_granted_amount(
    as_person, office
):
    chosen = factories.approved(
        in_selection(round=factories.call(lag_years="0")), "select", assessed_yen=60_000
    )
    year = advance(chosen, "prepare", by=office, at=NOON).project_years.get()
    client = as_person(group_of(year))

    page = client.get(reverse("grants:year-edit", args=[year.pk]))
    assert city_part(page.context["draft"]) == [60_000] == [year.requested_yen]

    report = granted_year(granted_yen=70_000).final_report
    page = as_person(group_of(report)).get(reverse("reporting:report-edit", args=[report.pk]))
    assert city_part(page.context["draft"]) == [70_000]


def shown(as_person, person, case):
    return page(as_person(person), case).context


def test_claim_says_by_when_it_is_sent_and_a_confirmed_year_by_when_it_is_paid(as_person, office):
    year = granted_year(claim_filing_days="20", claim_days="30")
    group, accounting = group_of(year), factories.user(Role.ACCOUNTING)
    makers.sent_report(year)
    year = factories.approved(year, "confirm", at=NOON, confirmed_yen=75_000)

    to_send = year.deadlines.open().get(kind="claim")
    assert shown(as_person, group, year)["next_deadline"] == to_send
    claim = services.start_claim(year, kind="balance", by=group, at=NOON)
    assert shown(as_person, group, claim)["next_deadline"] == to_send
    assert b"Claim for the payment" in page(as_person(group), claim).content

    services.register_account(year.organization, factories.account(), by=group, at=NOON)
    said = {"amount_yen": 75_000, "reason": ""}
    claim = services.save_claim(claim, fields=said, edit_number=0, by=group, at=NOON)
    claim = advance(claim, "submit", by=group, at=NOON)
    claim = advance(claim, "accept", by=office, at=NOON)
    to_pay = claim.deadlines.open().get(kind="claim_paid")
    for person in (group, office, accounting):
        assert shown(as_person, person, year)["next_deadline"] == to_pay
    assert shown(as_person, group, year)["what_to_do"].startswith("The city pays the 75,000 yen")
    assert shown(as_person, office, year)["what_to_do"].startswith(
        "75,000 yen are paid on the claim"
    )


def test_whoever_only_waits_reads_whose_date_it_is(as_person):
    year = overpaid_year()
    accounting = as_person(factories.user(Role.ACCOUNTING))

    deadline = page(accounting, year).context["next_deadline"]

    assert (deadline.kind, deadline.owed_by) == ("repayment", "organization")
    assert "Repayment (Organization)" in page(accounting, year).content.decode()
