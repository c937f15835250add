"""Numbers and days that no database and no calendar can hold are refused on the page, in words."""

import pytest
from django.urls import reverse

from accounts.models import Role
from reporting.models import CollaborationReport
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

TOO_LONG = "9" * 20


@pytest.fixture
def clerk(client):
    person = factories.user(Role.OFFICE)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def test_departments_are_not_asked_until_a_day_without_a_next_one(client, clerk):
    factories.department()
    page = reverse("reporting:requests")

    answer = client.post(page, {"fiscal_year": 2026, "due_on": "9999-12-31"})

    assert answer.status_code == 422
    assert "Write a day in the years 1873 to 2200." in answer.content.decode()
    assert not CollaborationReport.objects.exists()


def test_no_report_has_a_number_longer_than_a_key(client, clerk):
    report = makers.accepted_collaboration()
    made = releases.begin(title="公表", by=clerk, at=NOON)
    new = reverse("reporting:tabling-new", args=[report.fiscal_year])
    own = reverse("reporting:release-report", args=[report.pk])
    reports = reverse("reporting:release-reports", args=[made.pk])

    tabled = client.post(new, {"tabled_on": "2026-11-20", "reports": [report.pk, TOO_LONG]})
    put_in = client.post(reports, {"reports": [TOO_LONG]}, follow=True)
    released = client.post(own, {"release": TOO_LONG})

    assert (tabled.status_code, released.status_code) == (422, 422)
    assert "Choose at least one report that is accepted." in put_in.content.decode()
    assert not made.items.exists() and not report.tablings.exists()
