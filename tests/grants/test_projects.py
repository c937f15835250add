"""Project years, money, talks with a department, and the parts of the case page."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Duty, MemberRole, Membership, Role
from casework.errors import NotPossible
from casework.moves import form_for
from casework.panels import panels_of, parts_of
from casework.services import advance, follow, record
from grants import services
from grants.conditions import earlier_years_done
from grants.models import BudgetEntry, Payment, ProjectYear, Proposal, Round
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.spoken import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def group():
    return factories.member(factories.organization())


def staff(department):
    """A person who works for ``department``."""
    person = factories.user()
    Duty.objects.create(user=person, role=Role.DEPARTMENT, department=department)
    person.acting_on = None
    return person.act_on(TODAY)


@remembered
def selected(group, office, course="startup", **rules) -> Proposal:
    proposal = factories.draft(course, by=group, round=factories.call(course, **rules))
    proposal = advance(proposal, "submit", by=group, at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)
    if course == "collaboration":
        department = factories.department().pk
        proposal = advance(proposal, "start_matching", by=office, at=NOON, department=department)
        proposal = advance(proposal, "match", by=office, at=NOON)
    proposal = advance(proposal, "refer", by=office, at=NOON)
    return factories.approved(proposal, "select", assessed_yen=80_000)


@pytest.fixture
@remembered
def year(group, office) -> ProjectYear:
    """A project year that waits for its application."""
    return advance(selected(group, office), "prepare", by=office, at=NOON).project_years.get()


def fresh(case):
    return type(case).objects.get(pk=case.pk)


def application(**changes) -> dict:
    return {
        "edit_number": "0", "content": "居場所をひらく", "starts_on": "2026-12-01", "ends_on": "2027-02-28",
        "income-TOTAL_FORMS": "2", "income-INITIAL_FORMS": "0",
        "income-0-label": "市の補助", "income-0-amount_yen": "80000", "income-0-from_city": "on",
        "income-1-label": "会費", "income-1-amount_yen": "20000",
        "expenditure-TOTAL_FORMS": "1", "expenditure-INITIAL_FORMS": "0",
        "expenditure-0-label": "印刷", "expenditure-0-amount_yen": "100,000",
        **changes,
    }  # fmt: skip


def applied(client, year):
    client.post(reverse("grants:year-edit", args=[year.pk]), application())
    client.post(reverse("casework:move", args=[year.pk, "apply"]))
    return fresh(year)


def budgeted(year, office, amount_yen=300_000):
    services.enter_budget(
        year.proposal.round.edition, fiscal_year=year.fiscal_year, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=amount_yen, voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip


# The application


def test_application_begins_with_the_lines_of_the_proposal(as_person, group, year):
    page = as_person(group).get(reverse("grants:year-edit", args=[year.pk]))

    assert page.context["budget"].income.initial[0]["amount_yen"] == 80_000


def test_application_is_saved_and_sent(as_person, group, year):
    year = applied(as_person(group), year)

    assert year.state == "applied"
    assert (year.starts_on, year.requested_yen) == (date(2026, 12, 1), 80_000)
    assert year.versions.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_on": "2026-03-31"},
        {"ends_on": "2027-04-01"},
        {"ends_on": "2026-11-30"},
        {"income-0-amount_yen": "x"},
    ],
)
def test_application_with_wrong_days_or_amounts_saves_nothing(as_person, group, year, changes):
    url = reverse("grants:year-edit", args=[year.pk])

    assert as_person(group).post(url, application(**changes)).status_code == 422
    assert fresh(year).starts_on is None


@pytest.mark.parametrize(
    "changes", [{"income-0-amount_yen": "79999"}, {"starts_on": ""}, {"content": ""}]
)
def test_incomplete_application_is_not_sent(as_person, group, year, changes):
    client = as_person(group)
    client.post(reverse("grants:year-edit", args=[year.pk]), application(**changes))

    client.post(reverse("casework:move", args=[year.pk, "apply"]))

    assert fresh(year).state == "planned"


def test_application_saved_by_another_is_not_overwritten(as_person, group, year):
    url, client = reverse("grants:year-edit", args=[year.pk]), as_person(group)
    client.post(url, application(content="先に保存した文"))

    late = client.post(url, application(content="後から保存した文"))

    assert late.status_code == 409
    page = late.content.decode()
    assert "Nothing was overwritten" in page and "後から保存した文" in page
    assert fresh(year).content == "先に保存した文"
    assert 'name="edit_number" value="1"' in page
    client.post(url, application(content="後から保存した文", edit_number="1"))
    assert (fresh(year).content, fresh(year).edit_number) == ("後から保存した文", 2)


def test_application_belongs_to_the_group(as_person, office, year):
    url = reverse("grants:year-edit", args=[year.pk])

    assert as_person(office).get(url).status_code == 403
    assert as_person(factories.member(factories.organization())).get(url).status_code == 404


# What can be granted


def test_grant_form_begins_with_the_lowest_limit_and_refuses_more(as_person, group, office, year):
    year = applied(as_person(group), year)

    assert form_for(year, "grant", today=TODAY).fields["granted_yen"].initial == 80_000
    form = form_for(year, "grant", {"granted_yen": "80001"}, today=TODAY)
    assert "granted_yen" in form.errors


def test_an_approved_draft_cannot_grant_more_either(as_person, group, office, year):
    year = applied(as_person(group), year)
    budgeted(year, office)

    with pytest.raises(NotPossible):
        factories.approved(year, "grant", granted_yen=80_001)


def test_part_of_what_was_asked_is_granted_from_what_is_left(as_person, group, office, year):
    year = applied(as_person(group), year)
    budgeted(year, office, 60_000)

    assert form_for(year, "grant", today=TODAY).fields["granted_yen"].initial == 60_000
    assert not form_for(year, "grant", {"granted_yen": "60001"}, today=TODAY).is_valid()
    assert factories.approved(year, "grant", granted_yen=50_000).granted_yen == 50_000


def test_no_draft_grants_more_than_the_budget_leaves(as_person, group, office, year):
    year = applied(as_person(group), year)
    budgeted(year, office, 60_000)

    with pytest.raises(NotPossible, match="60,000"):
        factories.approved(year, "grant", granted_yen=60_001)


def test_nothing_is_granted_before_the_budget_is_voted(as_person, group, year):
    with pytest.raises(NotPossible, match="not recorded as voted"):
        factories.approved(applied(as_person(group), year), "grant", granted_yen=1)


def page_of(client, case) -> str:
    return whole_page(client, case)


def test_office_is_led_from_the_application_to_the_budget_that_is_missing(
    as_person, group, office, year
):
    year = applied(as_person(group), year)
    link = f'href="{reverse("grants:budget-new")}"'

    assert link in page_of(as_person(office), year)
    assert link not in page_of(as_person(group), year)
    budgeted(year, office)
    assert link not in page_of(as_person(office), year)


@pytest.mark.parametrize("lag_years", ["0", "1"])
def test_page_says_when_a_year_to_come_begins(as_person, group, office, lag_years):
    proposal = advance(selected(group, office, lag_years=lag_years), "prepare", by=office, at=NOON)

    for person in (group, office):
        said = page_of(as_person(person), proposal.project_years.get()).count("has not begun")

        assert said == (1 if lag_years == "1" else 0)


def test_no_payment_is_offered_once_the_account_is_settled(as_person, group, office, year):
    year, accounting = applied(as_person(group), year), factories.user(Role.ACCOUNTING)
    budgeted(year, office)
    year = factories.approved(year, "grant", granted_yen=80_000)
    claim = factories.claimed(year)
    link = f'href="{reverse("grants:claim-pay", args=[claim.pk])}"'
    assert link in page_of(as_person(accounting), year)

    year = factories.approved(year, "revoke", reason="試験")
    year = advance(year, "settle", by=accounting, at=NOON)

    assert year.state == "settled"
    assert link not in page_of(as_person(accounting), year)


def test_nothing_is_said_to_be_open_before_the_grant(as_person, group, year):
    assert "Nothing is open" not in page_of(as_person(group), year)


def test_cap_for_all_years_counts_what_was_granted(as_person, group, office):
    proposal = selected(group, office, cap_total_yen="100000", max_years="2")
    Proposal.objects.filter(pk=proposal.pk).update(years=2)
    proposal = advance(fresh(proposal), "prepare", by=office, at=NOON)
    first, second = proposal.project_years.order_by("position")
    ProjectYear.objects.filter(pk=first.pk).update(granted_yen=70_000)
    client = as_person(group)
    client.post(reverse("grants:year-edit", args=[second.pk]), application(
        starts_on="2027-05-01", ends_on="2027-06-01"))  # fmt: skip

    form = form_for(fresh(second), "grant", {"granted_yen": "30001"}, today=TODAY)

    assert "granted_yen" in form.errors


# Money


@pytest.fixture
def granted(as_person, group, office, year):
    year = applied(as_person(group), year)
    budgeted(year, office)
    return factories.approved(year, "grant", granted_yen=80_000)


def pay(client, year, **fields):
    claim = year.claims.first() or factories.claimed(year)
    data = {"paid_on": "2026-11-20", "document": "支出命令", **fields}
    return client.post(reverse("grants:claim-pay", args=[claim.pk]), data)


def test_accounting_records_a_payment(as_person, granted):
    answer = pay(as_person(factories.user(Role.ACCOUNTING)), granted)

    assert answer.status_code == 302
    assert (Payment.objects.get().amount_yen, fresh(granted).balance_yen) == (80_000, 0)


@pytest.mark.parametrize("fields", [{"document": ""}, {"paid_on": "2026-11-21"}])
def test_payment_that_cannot_be(as_person, granted, fields):
    client = as_person(factories.user(Role.ACCOUNTING))

    assert pay(client, granted, **fields).status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICE, Role.APPROVER, Role.AUDITOR])
def test_only_accounting_pays(as_person, granted, role):
    assert pay(as_person(factories.user(role)), granted).status_code == 403


def test_money_panel_says_what_is_open(as_person, granted, group):
    page = whole_page(as_person(group), granted)

    assert "The city still has to pay:" in page
    pay(as_person(factories.user(Role.ACCOUNTING)), granted)
    cause = record(granted, "report_came", by=group, at=NOON).case
    year = follow(fresh(granted), "report", cause=cause, by=group, at=NOON,
                  completed_on=date(2027, 1, 31))  # fmt: skip
    factories.approved(year, "confirm", confirmed_yen=75_000)
    page = whole_page(as_person(group), granted)
    assert "Has to come back to the city:" in page and "¥5,000" in page


def test_confirm_form_refuses_more_than_was_granted(granted):
    form = form_for(granted, "confirm", {"confirmed_yen": "80001"}, today=TODAY)

    assert "confirmed_yen" in form.errors


@pytest.fixture
def second_year(as_person, group, office):
    proposal = selected(group, office, max_years="2")
    Proposal.objects.filter(pk=proposal.pk).update(years=2)
    proposal = advance(fresh(proposal), "prepare", by=office, at=NOON)
    return proposal.project_years.get(position=2)


# With a department


@pytest.fixture
@remembered
def matching(group, office):
    proposal = factories.draft("collaboration", by=group)
    proposal = advance(proposal, "submit", by=group, at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)
    department = factories.department()
    return advance(
        proposal, "start_matching", by=office, at=NOON, department=department.pk
    )  # fmt: skip


def test_department_is_asked_by_its_id(group, office):
    department = factories.department()
    past = factories.department(valid_until=date(2024, 3, 31))
    proposal = factories.draft("collaboration", by=group)

    form = form_for(proposal, "start_matching", {"department": department.pk}, today=TODAY)
    assert form.is_valid() and form.cleaned_data == {"department": department.pk}
    assert not form_for(proposal, "start_matching", {"department": past.pk}, today=TODAY).is_valid()


def test_notes_are_kept_and_read_by_office_and_department_only(as_person, group, office, matching):
    person = staff(matching.department)
    client = as_person(person)
    client.post(reverse("grants:matching-note", args=[matching.pk]), {"note": "電話で相談した"})

    assert "電話で相談した" in whole_page(client, matching)
    assert "電話で相談した" in whole_page(as_person(office), matching)
    assert "電話で相談した" not in whole_page(as_person(group), matching)
    assert "電話で相談した" not in str(matching.events.order_by("-pk").first().facts)


def test_note_is_not_for_the_group(as_person, group, matching):
    url = reverse("grants:matching-note", args=[matching.pk])

    assert as_person(group).post(url, {"note": "x"}).status_code == 403


def test_department_sees_what_waits_for_it(as_person, matching):
    url = reverse("grants:matching")

    assert list(as_person(staff(matching.department)).get(url).context["proposals"]) == [matching]
    assert list(as_person(staff(factories.department())).get(url).context["proposals"]) == []
    assert as_person(factories.user(Role.PANEL)).get(url).status_code == 403


@pytest.fixture
@remembered
def coordinating(group, office):
    proposal = selected(group, office, "collaboration")
    return advance(proposal, "coordinate", by=office, at=NOON)


TERMS = {"organization_role": "運営", "department_role": "広報", "cost_share": "市が会場費"}


def test_both_sides_accept_and_the_talks_end(as_person, group, coordinating):
    person = staff(coordinating.department)
    terms = reverse("grants:terms", args=[coordinating.pk])
    accept = reverse("grants:terms-accept", args=[coordinating.pk])
    as_person(group).post(terms, TERMS)

    as_person(group).post(accept, {"side": "organization", "version": "1"})
    assert fresh(coordinating).state == "coordinating"
    as_person(person).post(accept, {"side": "department", "version": "1"})

    assert fresh(coordinating).state == "ready"
    page = whole_page(as_person(group), coordinating)
    assert person.name in page and group.name in page


def test_project_of_a_round_without_a_first_year_waits_and_says_why(as_person, group, office):
    proposal = selected(group, office, lag_years=None)
    client = as_person(office)

    answer = client.post(reverse("casework:move", args=[proposal.pk, "prepare"]), follow=True)

    assert answer.status_code < 500
    assert fresh(proposal).state == "selected"
    page = whole_page(client, proposal)
    assert "how many years after the selection a project begins" in page


def test_talks_of_a_round_without_a_first_year_do_not_end_and_say_why(as_person, group, office):
    proposal = selected(group, office, "collaboration", lag_years=None)
    proposal = advance(proposal, "coordinate", by=office, at=NOON)
    accept = reverse("grants:terms-accept", args=[proposal.pk])
    as_person(group).post(reverse("grants:terms", args=[proposal.pk]), TERMS)
    as_person(group).post(accept, {"side": "organization", "version": "1"})

    department = as_person(staff(proposal.department))
    answer = department.post(accept, {"side": "department", "version": "1"}, follow=True)

    assert answer.status_code == 200
    assert fresh(proposal).state == "coordinating"
    assert "how many years after the selection a project begins" in answer.content.decode()


def test_a_new_version_needs_both_sides_again(as_person, group, coordinating):
    person = staff(coordinating.department)
    terms = reverse("grants:terms", args=[coordinating.pk])
    accept = reverse("grants:terms-accept", args=[coordinating.pk])
    as_person(group).post(terms, TERMS)
    as_person(group).post(accept, {"side": "organization", "version": "1"})
    as_person(person).post(terms, {**TERMS, "cost_share": "半分ずつ"})

    as_person(person).post(accept, {"side": "department", "version": "1"})
    assert fresh(coordinating).state == "coordinating"
    as_person(person).post(accept, {"side": "department", "version": "2"})
    assert fresh(coordinating).state == "coordinating"


def test_nobody_accepts_for_the_other_side(as_person, group, coordinating):
    as_person(group).post(reverse("grants:terms", args=[coordinating.pk]), TERMS)
    accept = reverse("grants:terms-accept", args=[coordinating.pk])

    assert as_person(group).post(accept, {"side": "department", "version": "1"}).status_code == 403


def test_earlier_terms_are_spoken_of_once_there_are_any(as_person, group, coordinating):
    client = as_person(group)
    client.cookies["django_language"] = "en"
    url, before = reverse("grants:terms", args=[coordinating.pk]), "What was accepted before"

    assert before not in client.get(url).content.decode()
    client.post(url, TERMS)
    assert before in client.get(url).content.decode()


def test_terms_are_written_only_while_the_talks_go_on(as_person, group, matching):
    assert as_person(group).get(reverse("grants:terms", args=[matching.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        services.propose_terms(matching, **TERMS, by=factories.user(Role.PANEL), at=NOON)


# Forms of moves


@pytest.mark.parametrize(("set_", "due", "valid"), [
    ("14", "", True), (None, "", False), (None, "2026-12-01", True), ("14", "2026-11-20", False),
])  # fmt: skip
def test_supplement_has_a_date_by_rule_or_by_hand(group, set_, due, valid):
    proposal = factories.draft(by=group, round=factories.call(supplement_days=set_))

    form = form_for(proposal, "send_back", {"reason": "理由", "due_on": due}, today=TODAY)

    assert form.is_valid() == valid


@pytest.mark.parametrize("verb", ["ineligible", "no_match", "fall_through", "lapse"])
def test_bad_news_needs_a_reason(group, verb):
    proposal = factories.draft(by=group)

    assert not form_for(proposal, verb, {"reason": ""}, today=TODAY).is_valid()
    assert form_for(proposal, verb, {"reason": "理由"}, today=TODAY).is_valid()


@pytest.mark.parametrize("verb", ["withdraw", "renounce"])
def test_the_end_is_confirmed_and_the_tick_is_no_fact(group, verb):
    proposal = factories.draft(by=group)

    assert not form_for(proposal, verb, {}, today=TODAY).is_valid()
    form = form_for(proposal, verb, {"confirm": "on"}, today=TODAY)
    assert form.is_valid() and form.cleaned_data == {"reason": ""}


def test_project_ends_early_within_its_days(granted):
    for day, valid in (("2026-11-30", False), ("2026-12-01", True), ("2027-03-01", False)):
        form = form_for(
            granted,
            "discontinue",
            {"ended_on": day, "ground": "own_wish", "reason": "r"},
            today=TODAY,
        )
        assert form.is_valid() == valid, day


def test_year_is_postponed_to_a_later_one(granted):
    data = {"fiscal_year": "2027", "ground": "own_wish", "reason": "理由"}
    assert form_for(granted, "postpone", data, today=TODAY).is_valid()
    assert not form_for(
        granted, "postpone", {**data, "fiscal_year": "2026"}, today=TODAY
    ).is_valid()

    postponed = factories.approved(granted, "postpone", fiscal_year=2027, reason="理由")

    assert (postponed.fiscal_year, postponed.granted_yen) == (2027, None)
    assert owed(postponed) == {"grant_application"}


def owed(year) -> set[str]:
    return set(year.deadlines.open().values_list("kind", flat=True))


def test_year_that_is_revoked_or_ends_early_owes_no_more_than_it_should(granted):
    assert owed(granted) == {"report", "withdrawal"}

    ended = factories.approved(granted, "discontinue", ended_on=date(2026, 12, 5), reason="理由")
    assert owed(ended) == {"report"}
    revoked = factories.approved(ended, "revoke", reason="理由")
    assert owed(revoked) == set()
    closed = revoked.deadlines.filter(kind="withdrawal").get()
    assert closed.closed_because == "no longer owed after discontinue"


def test_year_that_was_paid_is_neither_withdrawn_nor_postponed(as_person, group, granted):
    pay(as_person(factories.user(Role.ACCOUNTING)), granted)

    with pytest.raises(NotPossible, match="Money has been paid"):
        advance(granted, "withdraw", by=group, at=NOON)
    with pytest.raises(NotPossible, match="Money has been paid"):
        factories.approved(granted, "postpone", fiscal_year=2027, reason="理由")
    assert fresh(granted).granted_yen == 80_000


def test_year_is_not_postponed_onto_another_of_the_same_project(office, second_year):
    first = second_year.proposal.project_years.get(position=1)
    form = form_for(first, "postpone", today=TODAY)
    assert [year for year, _label in form.fields["fiscal_year"].choices] == [2028, 2029]
    with pytest.raises(NotPossible, match="2027"):
        factories.approved(first, "postpone", fiscal_year=2027, reason="理由")


def test_year_that_fell_away_leaves_its_fiscal_year_free(second_year):
    first = second_year.proposal.project_years.get(position=1)
    factories.approved(second_year, "not_fund", reason="理由")

    assert factories.approved(first, "postpone", fiscal_year=2027, reason="理由").state == "planned"


@pytest.mark.parametrize("verb", ["not_fund", "not_continue"])
def test_earlier_year_that_ended_unfunded_blocks_no_later_one(second_year, verb):
    Round.objects.update(frozen_rules={
        **second_year.proposal.round.frozen_rules,
        "earlier_year_blocks": {"status": "set", "value": "yes", "source": "試験"},
    })  # fmt: skip
    second_year = fresh(second_year)
    assert not earlier_years_done.test(second_year, NOON)

    factories.approved(second_year.proposal.project_years.get(position=1), verb, reason="理由")

    assert earlier_years_done.test(fresh(second_year), NOON)


def test_position_is_held_once(second_year):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectYear.objects.filter(pk=second_year.pk).update(position=1)


# The case page


def shown(case, person, rf) -> set[str]:
    """Return which panels of ``case`` a person sees."""
    request = rf.get("/")
    request.user, request.now, request.today = person.act_on(TODAY), NOON, TODAY
    found = [panels_of(case, request, part) for part in parts_of(case, person)]
    return {template.rpartition("/")[2][:-5] for panels in found for template, _context in panels}


def test_requirement_leads_to_where_its_answer_is_mended(as_person):
    call = factories.call(min_citizen_members="5", min_officers="3", cap_yen="1")
    writer = factories.member(factories.organization(founded_on=TODAY))
    draft = factories.draft(by=writer, round=call)
    group = draft.organization_id
    pages = [
        reverse("accounts:organization-edit", args=[group]),
        reverse("accounts:officer-list", args=[group]),
        reverse("grants:proposal-edit", args=[draft.pk]),
    ]

    def linked(person) -> list[bool]:
        page = whole_page(as_person(person), draft)
        part = page[page.index('id="eligibility"') :]
        part = part[: part.index("</section>")]
        return [f'href="{address}"' in part for address in pages]

    assert linked(writer) == [True, True, True]
    reader = factories.user()
    Membership.objects.create(user=reader, organization_id=group, role=MemberRole.VIEWER)
    assert linked(reader) == [False, False, False]


def test_panels_of_a_filed_proposal(rf, group, office, matching):
    person, panel = staff(matching.department), factories.user(Role.PANEL)
    everyone = {"filing", "matching", "content", "versions"}

    assert shown(matching, group, rf) >= everyone | {"eligibility"}
    assert shown(matching, office, rf) >= everyone | {"eligibility"}
    assert "eligibility" not in shown(matching, person, rf)
    assert "eligibility" not in shown(matching, panel, rf)


def test_panels_of_a_project_year(rf, group, office, granted):
    assert "decision" not in shown(granted, office, rf)
    assert {"money", "application", "years", "versions"} <= shown(granted, group, rf)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_case_pages_in_both_languages(client, group, office, granted, coordinating, language):
    for case in (granted, granted.proposal, coordinating):
        for person in (group, office):
            client.force_login(person)
            client.cookies["django_language"] = language
            # a group sees its own cases only
            assert case.title in whole_page(client, case)


def test_page_says_whether_it_is_filed(as_person, group):
    draft = factories.draft(by=group)
    client, url = as_person(group), reverse("casework:case", args=[draft.pk])

    assert "Not submitted yet" in client.get(url).content.decode()
    filed = advance(draft, "submit", by=group, at=NOON)
    page = client.get(url).content.decode()

    assert "This proposal is filed." in page and filed.number in page


def test_projects_of_a_group(as_person, group, office, granted):
    url = reverse("grants:projects", args=[granted.organization_id])

    assert len(as_person(group).get(url).context["cases"]) == 2
    detail = reverse("accounts:organization-detail", args=[granted.organization_id])
    assert url in as_person(office).get(detail).content.decode()
    assert as_person(office).get(url).status_code == 200
    assert as_person(factories.member(factories.organization())).get(url).status_code == 404


def test_office_sees_the_budget_before_it_drafts_the_grant(rf, group, office, year):
    assert "decision" in shown(year, office, rf)
    assert "decision" not in shown(year, group, rf)


# The guideline's page


def test_measure_shows_selected_projects_to_all_and_filed_ones_to_the_office(
    client, as_person, group, office, year
):
    chosen = year.proposal
    measure = chosen.proposal_measures.get().measure
    waiting = factories.draft()
    waiting.proposal_measures.update(measure=measure)
    waiting = advance(waiting, "submit", by=waiting.organization.members.get(), at=NOON)
    hidden = factories.draft()
    hidden.proposal_measures.update(measure=measure)

    public = words_of(client.get(measure.get_absolute_url()).content.decode())
    inside = words_of(as_person(office).get(measure.get_absolute_url()).content.decode())

    assert chosen.organization.name in public and waiting.organization.name not in public
    assert reverse("casework:case", args=[chosen.pk]) not in public
    assert waiting.organization.name in inside and hidden.organization.name not in inside


@pytest.mark.parametrize("name", ["matching", "projects"])
def test_lists_of_cases_ask_as_often_for_three_rows_as_for_one(
    as_person, group, office, name, django_assert_max_num_queries
):
    client = as_person(office)
    args = [group.organizations.get().pk] if name == "projects" else []
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            proposal = factories.draft("collaboration", by=group)
            proposal = advance(proposal, "submit", by=group, at=NOON)
            proposal = advance(proposal, "accept", by=office, at=NOON)
            department = factories.department().pk
            advance(proposal, "start_matching", by=office, at=NOON, department=department)
        with django_assert_max_num_queries(60) as queries:
            client.get(reverse(f"grants:{name}", args=args))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_application_names_the_limits_in_words(as_person, year, group):
    page = as_person(group).get(reverse("grants:year-edit", args=[year.pk])).content.decode()

    assert "At most 80,000 yen: the amount the selection assessed." in page
    assert "%(most)s" not in page
