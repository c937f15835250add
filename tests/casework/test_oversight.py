"""The desks of those for whom no case waits, and the first steps of an installation."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import services as people
from accounts.models import Duty, Role
from casework import city, history, services, setup
from casework.desks import DESKS
from casework.models import Event
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

READING = [role for role, desk in DESKS.items() if not desk.acts]


@pytest.fixture
def auditor():
    return factories.user(Role.AUDITOR)


@pytest.fixture
def administrator():
    return factories.user(Role.ADMINISTRATOR)


def parts(response) -> str:
    return "".join(response.context["parts"])


# Who lands where


@pytest.mark.parametrize("role", READING)
def test_desk_of_a_reader_is_where_the_log_in_leads(client, role):
    person = factories.user(role)

    response = client.post(
        reverse("account_login"), {"login": person.email, "password": "correct-horse"}, follow=True
    )

    path = reverse(DESKS[role].url_name)
    assert [url for url, _status in response.redirect_chain] == ["/start/", path]
    assert response.status_code == 200
    assert "Nothing waits for you now" not in parts(response)


def test_member_of_a_group_lands_on_the_desk_of_the_group(enter):
    group = factories.member(factories.organization())

    assert enter(group).get("/start/").headers["Location"] == "/my/"


@pytest.mark.parametrize("role", READING)
def test_menu_leads_to_the_desk_of_a_reader_without_a_count(enter, role):
    entries = enter(factories.user(role)).get("/mailbox/").context["desks"]

    assert entries[0] == (reverse(DESKS[role].url_name), str(DESKS[role].title), None)


# Auditors


def test_auditor_reads_until_when_the_right_lasts(enter, auditor):
    auditor.duty_set.update(valid_until=TODAY + timedelta(days=5))

    page = parts(enter(auditor).get("/auditor/"))

    assert "25 November 2026" in page and "5 days left" in page


def test_auditor_without_a_last_day_is_told_so(enter, auditor):
    assert "No last day is set" in parts(enter(auditor).get("/auditor/"))


def test_desk_of_the_auditor_is_closed_once_the_right_has_ended(enter, auditor):
    auditor.duty_set.update(valid_until=TODAY - timedelta(days=1))

    assert enter(auditor).get("/auditor/").status_code == 403


def test_auditor_reads_what_happened_last_and_no_unfiled_draft(enter, auditor):
    case, draft = filed(), factories.draft(title="まだ出していない")

    response = enter(auditor).get("/auditor/")

    lines = response.context["lines"]
    newest = case.events.order_by("-pk").first()
    assert lines[0][0] == newest
    assert draft.pk not in {event.case_id for event, _words in lines}
    assert "Submit" in str(lines[0][1])


def test_auditor_reads_in_the_order_of_time(enter, auditor):
    early = filed()
    services.record(early, "note", by=factories.user("office"), at=NOON + timedelta(days=9))
    filed()

    lines = enter(auditor).get("/auditor/").context["lines"]
    assert [event.verb for event, _words in lines][:2] == ["note", "submit"]
    assert lines[0][0].case_id == early.pk


def test_every_link_of_the_auditor_s_desk_opens(enter, auditor):
    factories.call()
    client = enter(auditor)

    links = client.get("/auditor/").context["links"]

    assert {"/office/outbox/", "/cases/?kind=approval", "/office/proposals.csv"} <= {
        url for url, _label in links
    }
    for url, _label in links:
        page = client.get(url)
        page.close()
        assert page.status_code == 200, url


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_verification_reads_the_whole_history(enter, role):
    case = filed()
    history.seal(day=TODAY)

    page = enter(factories.user(role)).get("/auditor/verification/")

    assert page.context["faults"] == []
    assert page.context["lines"] == Event.objects.count() >= case.events.count()
    assert "All is well" in page.content.decode()


def test_verification_names_what_was_changed(enter, auditor):
    from django.db import connection

    from casework import guards

    case = filed()
    guards.lift(plan=["a test tampers"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_event SET verb = 'accept' WHERE id = %s",
            [case.events.order_by("-pk").first().pk],
        )
    guards.install()

    page = enter(auditor).get("/auditor/verification/").content.decode()

    assert "Something does not fit" in page and f"Case {case.pk}, event" in page


@pytest.mark.parametrize("role", [Role.OFFICE, Role.COMMITTEE, Role.APPROVER])
def test_verification_is_closed_to_others(enter, role):
    assert enter(factories.user(role)).get("/auditor/verification/").status_code == 403


# Administrators


def test_administrator_sees_whose_duty_ends_and_whether_somebody_follows(enter, administrator):
    ending, ended = factories.user(Role.OFFICE), factories.user(Role.ACCOUNTING)
    late, later = factories.user(Role.APPROVER), factories.user(Role.PANEL)
    factories.user(Role.OFFICE)
    for person, days in ((ending, 10), (ended, -3), (late, 61), (later, -31)):
        person.duty_set.update(valid_until=TODAY + timedelta(days=days))

    shown = enter(administrator).get("/administration/").context["duties"]

    assert [(duty.user, followed) for duty, followed in shown] == [(ended, False), (ending, True)]


def test_duty_of_another_department_does_not_follow_one_that_ends(enter, administrator):
    ending = factories.user(Role.DEPARTMENT)
    ending.duty_set.update(valid_until=TODAY)
    factories.user(Role.DEPARTMENT)

    [(_duty, followed)] = enter(administrator).get("/administration/").context["duties"]

    assert followed is False


def test_groups_that_wait_to_be_confirmed_stand_with_their_day(enter, administrator):
    office = factories.user(Role.OFFICE)
    group = people.register_organization(name="みどりの会", by=factories.user(), at=NOON)
    confirmed = factories.organization(confirmed_at=NOON, confirmed_by=office)

    for person, path in ((administrator, "/administration/"), (office, "/office/")):
        response = enter(person).get(path)
        assert response.context["groups"] == [group]
        assert confirmed.name not in parts(response)
        assert "20 November 2026" in parts(response)

    people.confirm_organization(group, by=office, at=NOON)
    assert "Every group that registered" in parts(enter(administrator).get("/administration/"))
    assert "wait to be confirmed" not in parts(enter(office).get("/office/"))


def test_administrator_reads_the_health_of_each_part(enter, administrator):
    page = parts(enter(administrator).get("/administration/"))

    assert page.count("Does not answer") == 3  # broker, worker and beat are not there in a test
    assert page.count("Works") == 1


# First steps


def done(today=TODAY) -> dict[str, bool]:
    return {str(step.what): step.done for step in setup.steps(today=today)}


def test_empty_installation_has_everything_to_do():
    assert len(done()) >= 14
    assert not any(done().values())


@pytest.mark.parametrize(
    ("role", "what"),
    [
        (Role.OFFICE, "Name the people of the office"),
        (Role.APPROVER, "Name an approver"),
        (Role.ACCOUNTING, "Name the people of accounting"),
        (Role.DEPARTMENT, "Name the people of the departments"),
        (Role.PANEL, "Name the members of the selection subcommittee"),
    ],
)
def test_naming_a_person_ticks_one_step(role, what):
    person = factories.user(role)
    assert [step for step, is_done in done().items() if is_done] == [what]

    Duty.objects.filter(user=person).update(valid_until=TODAY - timedelta(days=1))
    assert not done()[what]


def test_a_played_call_ticks_what_a_call_needs():
    factories.sender()
    office = factories.user(Role.OFFICE)
    for code, value in {
        "program_name": "試験の補助", "city_name": "架空市", "office_name": "架空課",
        "office_contact": "000", "letter_symbol": "架空", "letter_seal": "omitted",
    }.items():  # fmt: skip
        city.set_value(code, value, source="試験", by=office, at=NOON)
    call = factories.call()

    before = done()
    call.edition.parameters.update(confirmed_years="2025 2026")

    assert before["Open a round of a course"] and before["Write the rubric of a round"]
    assert before["Name who scores a round"] and before["Say in whose name letters leave"]
    assert before["Set the symbol and the seal of letters"]
    rules = "Confirm the rules of a course for this fiscal year or the next"
    assert (before[rules], done()[rules]) == (False, True)
    call.edition.parameters.filter(name="cap_yen").update(confirmed_years="2025")
    assert not done()[rules]


def test_administrator_is_led_to_what_only_an_administrator_does(enter, administrator):
    page = parts(enter(administrator).get("/administration/"))

    assert f'<a href="{reverse("accounts:person-list")}">Name an approver</a>' in page
    assert "<strong>Open a round of a course</strong>" in page
    assert "Who can do it: Office." in page


def test_office_is_led_to_its_own_steps(enter):
    page = parts(enter(factories.user(Role.OFFICE)).get("/office/"))

    assert f'<a href="{reverse("grants:rounds")}">Open a round of a course</a>' in page
    assert "<strong>Name an approver</strong>" in page
    assert "<details open>" in page


def test_steps_are_folded_while_cases_wait(enter):
    filed()

    assert "<details open>" not in parts(enter(factories.user(Role.OFFICE)).get("/office/"))


# Queries: session, person, duties, the menu with the words of the city; then the parts.

AUDITOR_DESK, COMMITTEE_DESK, ADMINISTRATOR_DESK = 7, 10, 21


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("role", "queries"),
    [
        (Role.AUDITOR, AUDITOR_DESK),
        (Role.COMMITTEE, COMMITTEE_DESK),
        (Role.ADMINISTRATOR, ADMINISTRATOR_DESK),
    ],
)
def test_desk_of_a_reader_asks_as_often_for_three_rows_as_for_one(
    enter, role, queries, count, django_assert_num_queries
):
    for _ in range(count):
        filed()
        factories.user(Role.OFFICE).duty_set.update(valid_until=TODAY)
    client = enter(factories.user(role))

    with django_assert_num_queries(queries):
        assert client.get(reverse(DESKS[role].url_name)).status_code == 200
