"""Duties that end on 31 March and begin on 1 April, entered by an administrator, twice or not."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import Change, Duty, Role
from accounts.views.change_over import turn_of_the_year
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db

LAST, FIRST = date(2027, 3, 31), date(2027, 4, 1)


@pytest.fixture
def admin():
    return factories.user(Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("today", "last_day"),
    [
        (date(2026, 11, 20), date(2027, 3, 31)),
        (date(2027, 3, 31), date(2027, 3, 31)),
        (date(2027, 4, 1), date(2027, 3, 31)),
        (date(2027, 9, 30), date(2027, 3, 31)),
        (date(2027, 10, 1), date(2028, 3, 31)),
    ],
)
def test_nearest_turn_of_the_year_is_meant(today, last_day):
    assert turn_of_the_year(today) == last_day


def test_duties_end_together_and_twice_is_once(admin):
    duties = [factories.user(Role.OFFICE).duty_set.get() for _ in range(2)]
    ids = [duty.pk for duty in duties]

    assert len(services.end_duties(ids, last_day=LAST, by=admin, at=NOON)) == 2
    assert services.end_duties(ids, last_day=LAST, by=admin, at=NOON) == []

    assert set(Duty.objects.filter(pk__in=ids).values_list("valid_until", flat=True)) == {LAST}
    assert Change.objects.filter(what="duty_ended").count() == 2
    person = duties[0].user
    assert person.act_on(LAST).duties.holds(Role.OFFICE)
    assert not person.act_on(FIRST).duties.holds(Role.OFFICE)


def test_duty_that_ends_sooner_is_not_made_longer(admin):
    duty = factories.user(Role.OFFICE).duty_set.get()
    Duty.objects.filter(pk=duty.pk).update(valid_until=date(2026, 12, 31))

    assert services.end_duties([duty.pk], last_day=LAST, by=admin, at=NOON) == []


def test_nothing_ends_where_nobody_would_be_left_to_give_duties(admin):
    clerk = factories.user(Role.OFFICE).duty_set.get()
    both = [clerk.pk, admin.duty_set.get().pk]

    with pytest.raises(ValidationError, match="only administrator"):
        services.end_duties(both, last_day=LAST, by=admin, at=NOON)

    assert Duty.objects.get(pk=clerk.pk).valid_until is None


def test_duty_begins_once(admin):
    person = factories.user()
    told = {"role": Role.OFFICE, "valid_from": FIRST, "by": admin, "at": NOON}

    assert services.begin_duty(person, **told)[1]
    assert not services.begin_duty(person, **told)[1]

    assert person.duty_set.get().valid_from == FIRST
    assert not person.act_on(LAST).duties.roles and person.act_on(FIRST).duties.holds(Role.OFFICE)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.APPROVER, Role.AUDITOR])
def test_only_an_administrator_changes_duties(role):
    person, by = factories.user(Role.OFFICE), factories.user(role)

    with pytest.raises(PermissionDenied):
        services.end_duties([person.duty_set.get().pk], last_day=LAST, by=by, at=NOON)
    with pytest.raises(PermissionDenied):
        services.begin_duty(person, role=Role.OFFICE, valid_from=FIRST, by=by, at=NOON)


def test_page_ends_and_begins_duties(client, admin, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    leaves, comes = factories.user(Role.OFFICE), factories.user()
    url = reverse("accounts:change-over")

    page = client.get(url)
    assert page.context["last_day"] == LAST and leaves.name in page.content.decode()
    posted = {"last_day": LAST.isoformat(), "duty": [leaves.duty_set.get().pk]}
    assert "1 duty ends then" in client.post(url, posted, follow=True).content.decode()
    begun = {"user": comes.pk, "role": "office", "valid_from": FIRST.isoformat()}
    for words in ("Saved.", "already"):
        answer = client.post(reverse("accounts:duty-begin"), begun, follow=True)
        assert words in answer.content.decode()

    assert leaves.duty_set.get().valid_until == LAST
    assert comes.duty_set.get().valid_from == FIRST
    assert TODAY < LAST
