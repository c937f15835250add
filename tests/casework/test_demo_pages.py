"""The pages of a demonstration exist nowhere else, and let nobody be who is not invented."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from casework import clock, demo
from casework.models import DemoClock, Notice, Reminder
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True


@pytest.fixture
def invented():
    return factories.user(Role.OFFICE, name="架空 窓口", fictitious=True)


# Where there is no demonstration


def test_pages_are_not_there_without_a_demonstration(enter, invented):
    client = enter(invented)

    assert client.get("/demo/").status_code == 404
    assert client.get("/demo/clock/").status_code == 404
    assert client.post("/demo/clock/", {"to": "day"}).status_code == 404
    assert enter().post(reverse("casework:demo-login", args=[invented.pk])).status_code == 404
    assert "Demonstration" not in enter().get("/privacy/").content.decode()


# Accounts


@pytest.mark.usefixtures("demonstration")
def test_invented_people_stand_under_what_they_do(enter, invented):
    group = factories.organization(name="架空の会")
    member = factories.member(group, fictitious=True)

    groups = enter().get("/demo/").context["groups"]

    assert [(people[0][0], people[0][1]) for _role, people in groups] == [
        (member, "架空の会"),
        (invented, ""),
    ]


@pytest.mark.usefixtures("demonstration")
def test_visitor_logs_in_as_an_invented_person(enter, invented):
    client = enter()

    answer = client.post(reverse("casework:demo-login", args=[invented.pk]))

    assert client.get(answer.headers["Location"]).headers["Location"] == "/office/"
    assert "架空 窓口" in client.get("/office/").content.decode()


@pytest.mark.usefixtures("demonstration")
def test_nobody_logs_in_as_a_real_person(enter):
    real = factories.user(Role.OFFICE)
    gone = factories.user(Role.OFFICE, fictitious=True, is_active=False)
    over_all = factories.user(Role.OFFICE, fictitious=True, is_superuser=True)

    for person in (real, gone, over_all):
        client = enter()
        path = reverse("casework:demo-login", args=[person.pk])
        assert client.post(path).status_code == 404
        assert client.get("/office/").status_code == 302
    assert enter().get("/demo/").context["groups"] == []


@pytest.mark.usefixtures("demonstration")
def test_logging_in_takes_a_button(enter, invented):
    assert enter().get(reverse("casework:demo-login", args=[invented.pk])).status_code == 405


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("count", [1, 3])
def test_accounts_ask_as_often_for_three_as_for_one(enter, count, django_assert_num_queries):
    for _ in range(count):
        factories.member(factories.organization(), fictitious=True)

    client = enter()
    with django_assert_num_queries(5):
        client.get("/demo/")


# Clock


@pytest.mark.usefixtures("demonstration")
def test_banner_says_what_day_it_is_and_leads_to_the_clock(enter, invented):
    page = enter(invented).get("/office/").content.decode()

    assert "Today is" in page and "20 November 2026" in page and 'href="/demo/clock/"' in page


@pytest.mark.usefixtures("demonstration")
def test_clock_goes_to_the_next_deadline_and_sends_what_is_due(enter, invented):
    factories.sender()
    case = sent_back(filed())
    due_on = case.deadlines.open().get().due_on

    enter(invented).post("/demo/clock/", {"to": "day"})

    assert clock.today() == due_on == TODAY + timedelta(days=14)
    assert Reminder.objects.filter(deadline__case=case, outcome="sent", rung=0).exists()
    assert Notice.objects.filter(kind="deadline_near", state="sent").exists()


@pytest.mark.usefixtures("demonstration")
def test_clock_goes_past_a_deadline(enter, invented):
    factories.sender()
    due_on = sent_back(filed()).deadlines.open().get().due_on

    enter(invented).post("/demo/clock/", {"to": "after"})

    assert clock.today() == due_on + timedelta(days=1)
    assert Notice.objects.filter(kind="deadline_overdue").exists()


@pytest.mark.usefixtures("demonstration")
def test_clock_goes_to_a_day(enter, invented):
    answer = enter(invented).post("/demo/clock/", {"day": "2027-04-01"}, follow=True)

    assert clock.today() == date(2027, 4, 1)
    assert "1 April 2027" in answer.content.decode()


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("day", ["2026-11-20", "2020-01-01", "2031-01-01", "soon", ""])
def test_clock_neither_goes_back_nor_out_of_sight(enter, invented, day):
    assert enter(invented).post("/demo/clock/", {"day": day}).status_code == 422
    assert not DemoClock.objects.exists()


@pytest.mark.usefixtures("demonstration")
def test_clock_without_a_deadline_stays(enter, invented):
    assert demo.coming_deadlines(at=clock.now()) == []
    assert enter(invented).post("/demo/clock/", {"to": "day"}).status_code == 200
    assert clock.today() == TODAY


@pytest.mark.usefixtures("demonstration")
def test_only_who_is_logged_in_moves_the_clock(enter):
    assert enter().post("/demo/clock/", {"day": "2027-04-01"}).status_code == 302
    assert not DemoClock.objects.exists()

    visitor = enter(factories.member(factories.organization()))
    assert visitor.post("/demo/clock/", {"day": "2027-04-01"}).status_code == 302
    assert DemoClock.objects.exists()
