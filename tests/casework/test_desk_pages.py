"""The desks: what waits comes first, the most urgent at the top; strangers stay out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from casework import approvals, services
from casework.desk_links import desk_link, links_of
from casework.desks import DESKS, cases_on, desks_of, most_urgent_first, waiting_for
from casework.models import Access, Case
from casework.parties import Party
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting.makers import granted_year

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

#: Session, person, duties; what waits: count and rows; the rest: rows; the dates of both; what apps
#: note of the cases of one kind; then the menu with the words of the city. The office's desk also asks ten times what the first
#: steps of the installation are, once for groups to confirm, once whether the site was restored, once
#: what waits to be released, once which possible conflicts of interest wait, once which
#: changes of representative are to be noted, once which early starts are to be answered, once which sheets
#: wait to be handed out, once which measures wait to be confirmed, once which comments of the committee wait
#: to be released, and once which published reports have a correction that waits.
OFFICE_DESK = 34
#: The same where others are late: those rows and their extensions.
LATE_DESK = 34
GROUP_DESK = 11

ROLE_DESKS = [party for party in DESKS if party != Party.ORGANIZATION]
ACTING = [party for party in ROLE_DESKS if DESKS[party].acts]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def titles(client, path: str) -> list[str]:
    return [case.title for case, _deadline in client.get(path).context["rows"]]


# Who gets in


@pytest.mark.parametrize("party", ROLE_DESKS)
def test_desk_of_a_role_opens_to_whoever_holds_it(enter, party):
    client = enter(factories.user(party))

    assert client.get(reverse(DESKS[party].url_name)).status_code == 200


@pytest.mark.parametrize("party", ROLE_DESKS)
def test_desk_of_a_role_is_closed_to_others(enter, party):
    other = factories.user(next(role for role in ROLE_DESKS if role != party))

    assert enter(other).get(reverse(DESKS[party].url_name)).status_code == 403


@pytest.mark.parametrize("party", DESKS)
def test_desk_asks_a_stranger_to_log_in(enter, party):
    path = reverse(DESKS[party].url_name)

    assert enter().get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_each_person_has_the_desks_of_their_roles():
    member = factories.member(factories.organization())

    assert [desk.party for desk in desks_of(member)] == ["organization"]
    assert [desk.party for desk in desks_of(factories.user())] == ["organization"]
    assert [desk.party for desk in desks_of(factories.user("office", "approver"))] == [
        "office",
        "approver",
    ]


# What waits


def test_group_sees_its_draft_with_what_to_do_and_the_date(enter):
    draft = factories.draft()
    page = enter(group_of(draft)).get("/my/").content.decode()

    assert draft.title in page
    assert "Finish the proposal and submit it before the call closes." in page
    assert "Close of the call" in page and "10 days left" in page


def test_group_does_not_see_what_another_group_writes(enter):
    factories.draft()
    stranger = factories.member(factories.organization())

    assert titles(enter(stranger), "/my/") == []


def test_filed_case_waits_for_the_office_and_no_longer_for_the_group(enter, office):
    case = filed()

    assert titles(enter(office), "/office/") == [case.title]
    desk = enter(group_of(case)).get("/my/").context
    assert desk["rows"] == []
    assert [row.pk for row, _deadline in desk["others"]] == [case.pk]


def test_draft_that_is_not_filed_stands_on_no_desk_of_the_city(enter, office):
    factories.draft()

    context = enter(office).get("/office/").context
    assert (context["rows"], context["others"]) == ([], [])


def test_office_filters_by_clerk(enter, office):
    mine, _nobodys = filed(), filed()
    services.assign(mine, office, by=office, at=NOON)
    client = enter(office)

    assert [case.pk for case, _d in client.get("/office/?whose=mine").context["rows"]] == [mine.pk]
    assert len(client.get("/office/?whose=nobody").context["rows"]) == 1
    assert len(client.get("/office/").context["rows"]) == 2


def test_approver_sees_what_the_office_drafted(enter, office):
    factories.sender()
    wish = factories.wish(in_selection(), "select", assessed_yen=1)
    draft = approvals.draft("Selection", [wish], by=office, at=NOON)

    assert titles(enter(factories.user(Role.APPROVER)), "/approvals/") == [draft.title]


def test_coordinator_sees_only_what_was_shared():
    shared, _kept = factories.draft(), factories.draft()
    Access.objects.create(case_id=shared.pk, role="coordinator", reason="shared")
    coordinator = factories.user(Role.COORDINATOR)

    assert [case.pk for case in cases_on(coordinator, Party.COORDINATOR)] == [shared.pk]


def test_department_sees_only_its_own_cases(office):
    ours, theirs = accepted(course="collaboration"), accepted(course="collaboration")
    clerk = factories.user(Role.DEPARTMENT)
    department = clerk.duty_set.get().department_id
    services.advance(ours, "start_matching", by=office, at=NOON, department=department)
    other = factories.department().pk
    services.advance(theirs, "start_matching", by=office, at=NOON, department=other)

    assert [case.pk for case in waiting_for(clerk, Party.DEPARTMENT)] == [ours.pk]


# Order


def test_most_urgent_comes_first_then_what_is_not_set_then_what_has_no_date(office):
    factories.sender()
    late = sent_back(filed(), due_on=TODAY + timedelta(days=9))
    soon = sent_back(filed(), due_on=TODAY + timedelta(days=3))
    not_set = sent_back(filed(round=factories.call(supplement_days=None)))
    dateless = filed()

    ordered = most_urgent_first(Case.objects.filter(closed_at=None), owed_by=Party.ORGANIZATION)

    assert [case.pk for case in ordered] == [soon.pk, late.pk, not_set.pk, dateless.pk]


def test_extension_counts_for_the_order(office):
    factories.sender()
    first = sent_back(filed(), due_on=TODAY + timedelta(days=3))
    second = sent_back(filed(), due_on=TODAY + timedelta(days=5))
    factories.extended(
        first.deadlines.open().get(),
        until=TODAY + timedelta(days=9),
        reason="雨",
        at=NOON,
    )

    ordered = most_urgent_first(Case.objects.filter(kind="proposal"), owed_by=Party.ORGANIZATION)
    assert [case.pk for case in ordered] == [second.pk, first.pk]


def test_date_that_is_not_set_is_said_to_be_so(enter):
    factories.sender()
    case = sent_back(filed(round=factories.call(supplement_days=None)))

    assert "Not set" in enter(group_of(case)).get("/my/").content.decode()


def test_accounting_is_told_what_to_do_with_how_many_yen(enter, office):
    accounting = factories.user(Role.ACCOUNTING)
    paid, unpaid = granted_year(), granted_year()
    factories.paid(paid, 80_000, by=accounting)
    for year in (paid, unpaid):
        factories.approved(year, "revoke", reason="虚偽の申請")

    response = enter(accounting).get("/accounting/")

    notes = response.context["notes"]
    assert notes[paid.pk].startswith("80,000 yen have to come back from the group.")
    assert notes[unpaid.pk] == "Nothing is left to pay or to come back. Settle the account."
    assert notes[paid.pk] in response.content.decode()


# What waits for others


def others_of(client, path: str) -> list[int]:
    return [case.pk for case, _deadline in client.get(path).context["others"]]


def test_accounting_reads_of_money_alone_and_not_of_proposals(enter):
    proposal, year = filed(), granted_year()

    shown = others_of(enter(factories.user(Role.ACCOUNTING)), "/accounting/")

    assert year.pk in shown
    assert not {proposal.pk, year.proposal_id} & set(shown)


def test_approver_reads_of_drafts_alone(enter, office):
    factories.sender()
    draft = approvals.draft(
        "Selection", [factories.wish(in_selection(), "select", assessed_yen=1)], by=office, at=NOON
    )
    services.advance(draft, "send_back", by=factories.user(Role.APPROVER), at=NOON, reason="額")

    assert others_of(enter(factories.user(Role.APPROVER)), "/approvals/") == [draft.pk]


def test_panel_member_reads_of_score_sheets_alone(enter):
    call = factories.call()
    in_selection(round=call)
    member = call.seats.get().user.act_on(TODAY)

    client = enter(member)
    context = client.get("/panel/").context
    kinds = {case.kind for case, _d in [*context["rows"], *context["others"]]}
    assert kinds == {"score_sheet"}


def test_list_of_what_waits_for_others_is_folded(enter, office):
    factories.sender()
    sent_back(filed(), due_on=TODAY + timedelta(days=3))
    page = enter(office).get("/office/").content.decode()

    assert "Show what is under way" in page


def test_case_in_a_draft_is_no_task_of_the_office_but_stays_in_sight(enter, office):
    factories.sender()
    cases = [in_selection(), in_selection()]
    draft = approvals.draft(
        "Selection", [factories.wish(cases[0], "decline", reason="x")], by=office, at=NOON
    )
    response = enter(office).get("/office/")

    assert [case.pk for case, _d in response.context["rows"]] == [cases[1].pk]
    assert others_of(enter(office), "/office/")[0] == cases[0].pk
    assert "Waits for the approver’s decision (決裁待ち)" in response.content.decode()

    services.advance(draft, "drop", by=office, at=NOON)
    assert len(enter(office).get("/office/").context["rows"]) == 2


@remembered
def late_case(days: int) -> Case:
    """A case sent back to its group, which is late by so many calendar days."""
    return sent_back(filed(), due_on=TODAY - timedelta(days=days))


def late_on(client, query: str = "") -> list[int]:
    return [deadline.case_id for deadline in client.get(f"/office/{query}").context["late"]]


def test_office_reads_above_the_fold_what_others_owe_past_its_date(enter, office):
    factories.sender()
    shorter, longer = late_case(2), late_case(5)
    in_time = sent_back(filed(), due_on=TODAY)
    given_time = late_case(9)
    factories.extended(given_time.deadlines.open().get(), until=TODAY, reason="x", at=NOON)
    client = enter(office)

    assert late_on(client) == [longer.pk, shorter.pk]
    assert {in_time.pk, given_time.pk} <= set(others_of(client, "/office/"))
    page = client.get("/office/").content.decode()
    assert page.index("5 days late") < page.index("2 days late") < page.index("Under way elsewhere")
    assert enter(factories.user(Role.APPROVER)).get("/approvals/").context["late"] is None


def test_late_cases_are_shown_ten_at_a_time(enter, office):
    factories.sender()
    cases = [late_case(30 - number) for number in range(11)]
    client = enter(office)

    assert late_on(client) == [case.pk for case in cases[:10]]
    assert late_on(client, "?late=2") == [cases[10].pk]


@pytest.mark.parametrize("count", [1, 3])
def test_office_desk_asks_as_often_for_three_late_cases_as_for_one(
    enter, office, count, django_assert_num_queries
):
    factories.sender()
    for number in range(count):
        late_case(3 + number)
    client = enter(office)

    with django_assert_num_queries(LATE_DESK):
        assert len(client.get("/office/").context["late"]) == count


# Empty states and links


def test_person_without_a_group_is_shown_how_to_register_one(enter):
    page = enter(factories.user()).get("/my/").content.decode()

    assert "You belong to no group yet" in page and "/organizations/new/" in page


def test_group_without_cases_is_shown_the_open_calls(enter):
    page = enter(factories.member(factories.organization())).get("/my/").content.decode()

    assert "See the open calls" in page and 'href="/calls/"' in page


@pytest.mark.parametrize("party", ACTING)
def test_empty_desk_says_so(enter, party):
    page = enter(factories.user(party)).get(reverse(DESKS[party].url_name)).content.decode()

    assert "Nothing waits for you now" in page


def test_desk_of_the_office_links_to_the_outbox_and_the_settings():
    assert {"/office/outbox/", "/office/settings/", "/cases/"} <= {
        url for url, _label in links_of(Party.OFFICE)
    }


def test_same_link_twice_on_a_desk_is_refused():
    with pytest.raises(ValueError, match="twice"):
        desk_link(Party.OFFICE, "Cases", "casework:cases")


# Menu


def test_menu_counts_what_waits(enter, office):
    filed()

    assert list(enter(office).get("/office/").context["desks"])[0][1:] == ("Office", 1)


def test_menu_of_a_stranger_has_no_desks(enter):
    assert list(enter().get("/privacy/").context["desks"]) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_desk_speaks_both_languages(enter, office, language):
    filed()
    page = enter(office, language).get("/office/").content.decode()

    assert f'<html lang="{language}">' in page


# Queries


@pytest.mark.parametrize("count", [1, 3])
def test_office_desk_asks_as_often_for_three_cases_as_for_one(
    enter, office, count, django_assert_num_queries
):
    for _ in range(count):
        filed()
    client = enter(office)

    with django_assert_num_queries(OFFICE_DESK):
        assert len(client.get("/office/").context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_desk_of_a_group_asks_as_often_for_three_cases_as_for_one(
    enter, count, django_assert_num_queries
):
    call, group = factories.call(), factories.member(factories.organization())
    for _ in range(count):
        factories.draft(by=group, round=call)
    client = enter(group)

    with django_assert_num_queries(GROUP_DESK):
        assert len(client.get("/my/").context["rows"]) == count


#: The same for the desks whose list of what waits for others is narrowed: rows of neither list ask
#: for more. What a row's deadlines are is asked once, their extensions once where there are any.
ACCOUNTING_DESK, APPROVER_DESK = 7, 8
#: And the seats with their rounds, the sheets, the extensions of the sheets' dates, and the meetings.
PANEL_DESK = 8 + 4


@pytest.mark.parametrize("count", [1, 3])
def test_accounting_desk_asks_as_often_for_three_rows_as_for_one(
    enter, count, django_assert_num_queries
):
    for _ in range(count):
        granted_year()
    client = enter(factories.user(Role.ACCOUNTING))

    with django_assert_num_queries(ACCOUNTING_DESK):
        assert len(client.get("/accounting/").context["others"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_approver_desk_asks_as_often_for_three_rows_as_for_one(
    enter, office, count, django_assert_num_queries
):
    factories.sender()
    for _ in range(count):
        wish = factories.wish(in_selection(), "select", assessed_yen=1)
        approvals.draft("Selection", [wish], by=office, at=NOON)
    client = enter(factories.user(Role.APPROVER))

    with django_assert_num_queries(APPROVER_DESK):
        assert len(client.get("/approvals/").context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_panel_desk_asks_as_often_for_three_rows_as_for_one(
    enter, count, django_assert_num_queries
):
    call = factories.call()
    for _ in range(count):
        in_selection(round=call)
    client = enter(call.seats.get().user)

    with django_assert_num_queries(PANEL_DESK):
        assert len(client.get("/panel/").context["rows"]) == count
