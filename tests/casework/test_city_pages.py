"""Settings, senders of letters, closed days, and the two statements for everybody."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Role
from casework import city
from casework.models import CitySetting, ClosedDay, Sender
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PAGES = ["/office/settings/", "/office/closed-days/"]
FORMS = ["/office/settings/letter_symbol/", "/office/settings/senders/add/"]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.mark.parametrize("path", PAGES)
def test_settings_are_read_by_the_office_and_the_auditor(enter, office, path):
    assert enter(office).get(path).status_code == 200
    assert enter(factories.user(Role.AUDITOR)).get(path).status_code == 200
    assert enter(factories.user(Role.APPROVER)).get(path).status_code == 403
    assert enter(factories.user()).get(path).status_code == 403
    assert enter().get(path).status_code == 302


@pytest.mark.parametrize("path", FORMS)
def test_settings_are_changed_by_the_office_alone(enter, office, path):
    assert enter(office).get(path).status_code == 200
    assert enter(factories.user(Role.AUDITOR)).get(path).status_code == 403


def test_what_is_not_set_is_said_to_be_so(enter, office):
    page = enter(office).get("/office/settings/").content.decode()

    assert page.count('class="not-set"') >= len(city.SETTINGS)
    assert "Nobody is set for today: no letter can leave." in page


def test_office_sets_a_value_with_its_source(enter, office):
    path = reverse("casework:setting", args=["letter_symbol"])

    enter(office).post(path, {"value": "架空発", "source": "文書取扱規程"})

    row = CitySetting.objects.get(code="letter_symbol")
    assert (row.value, row.source, row.by, row.at) == ("架空発", "文書取扱規程", office, NOON)
    assert "架空発" in enter(office).get("/office/settings/").content.decode()


def test_value_without_a_source_is_refused(enter, office):
    path = reverse("casework:setting", args=["letter_symbol"])

    assert enter(office).post(path, {"value": "x", "source": ""}).status_code == 422
    assert not CitySetting.objects.exists()


def test_setting_with_few_values_offers_them(enter, office):
    path = reverse("casework:setting", args=["letter_seal"])
    client = enter(office)

    assert client.post(path, {"value": "golden", "source": "x"}).status_code == 422
    assert client.post(path, {"value": "official", "source": "x"}).status_code == 302
    assert "official seal" in client.get("/office/settings/").content.decode()


def test_setting_that_does_not_exist_is_404(enter, office):
    assert enter(office).get(reverse("casework:setting", args=["weather"])).status_code == 404


def test_settings_refuse_whoever_is_not_of_the_office():
    approver = factories.user(Role.APPROVER)

    with pytest.raises(PermissionDenied):
        city.set_value("city_name", "x", source="x", by=approver, at=NOON)
    with pytest.raises(PermissionDenied):
        city.add_sender(Sender(title="x", name="y"), by=approver, at=NOON)
    with pytest.raises(PermissionDenied):
        city.end_sender(factories.sender(), last_day=TODAY, by=approver, at=NOON)


def test_senders_follow_one_another(enter, office):
    first, client = factories.sender(), enter(office)

    client.post(reverse("casework:sender-end", args=[first.pk]), {"last_day": "2026-11-30"})
    client.post(
        reverse("casework:sender-add"),
        {"title": "架空市長", "name": "架空 花子", "valid_from": "2026-12-01"},
    )

    assert city.sender_on(date(2026, 11, 30)) == first
    assert city.sender_on(date(2026, 12, 1)).name == "架空 花子"
    assert "Today" in client.get("/office/settings/").content.decode()


def test_sender_does_not_end_before_it_begins(enter, office):
    sender = Sender.objects.create(title="架空市長", name="架空", valid_from=date(2026, 12, 1))
    path = reverse("casework:sender-end", args=[sender.pk])

    assert enter(office).post(path, {"last_day": "2026-11-30"}).status_code == 422
    assert Sender.objects.get().valid_until is None


def test_closed_days_say_until_when_they_are_loaded(enter, office):
    ClosedDay.objects.create(day=date(2027, 1, 1), name="元日")

    page = enter(office).get("/office/closed-days/").content.decode()

    assert "元日" in page and "1 January 2027" in page


@pytest.mark.parametrize("count", [1, 3])
def test_settings_ask_as_often_for_three_senders_as_for_one(
    enter, office, count, django_assert_num_queries
):
    for _ in range(count):
        factories.sender()
    city.set_value("city_name", "架空市", source="x", by=office, at=NOON)
    client = enter(office)

    with django_assert_num_queries(8):
        client.get("/office/settings/")


# For everybody


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["/accessibility/", "/privacy/"])
def test_statement_is_read_without_logging_in(enter, path, language):
    page = enter(language=language).get(path).content.decode()

    assert f'<html lang="{language}">' in page
    assert 'class="not-set"' in page


def test_statements_name_the_contact_that_is_set(enter, office):
    city.set_value("accessibility_contact", "a11y@example.jp", source="x", by=office, at=NOON)
    city.set_value("office_contact", "office@example.jp", source="x", by=office, at=NOON)

    assert "a11y@example.jp" in enter().get("/accessibility/").content.decode()
    assert "office@example.jp" in enter().get("/privacy/").content.decode()


def test_name_of_the_program_stands_on_every_page(enter, office):
    city.set_value("program_name", "架空エール事業", source="x", by=office, at=NOON)

    assert "架空エール事業" in enter(language="ja").get("/privacy/").content.decode()
