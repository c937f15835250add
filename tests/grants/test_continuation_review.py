"""The review of a continuation: what there is to weigh, and who decided what, when and why."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from casework.work_pages import work_on
from grants.continuation import earlier_years
from grants.models import Activity, ActivityDone
from tests import factories
from tests.factories import NOON, TODAY
from tests.grants.test_continuation import DECISION, group, office, years

__all__ = ["group", "office", "years"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]


def url_of(year) -> str:
    return reverse("grants:continuation", args=[year.pk])


def test_sheet_shows_how_the_year_before_went(as_person, office, years):
    planned = Activity.objects.create(year=years[0], label="祭り", planned=[5], by=office, at=NOON)
    Activity.objects.create(year=years[0], label="会議", planned=[6], by=office, at=NOON)
    ActivityDone.objects.create(activity=planned, month=5, note="済", by=office, at=NOON)
    ActivityDone.objects.create(activity=planned, month=6, note="済", by=office, at=NOON)

    (before,) = earlier_years(years[1])
    assert (before.year, before.planned, before.done) == (years[0], 2, 1)
    assert (before.granted_yen, before.confirmed_yen, before.paid_yen) == (None, None, 0)
    text = as_person(office).get(url_of(years[1])).content.decode()
    assert "1 / 2" in text and "Open the year for application" in text
    assert "Do not continue" in text and "1 April 2027" in text


def test_rule_that_nobody_knows_is_not_set_and_decides_nothing(as_person, office, years):
    text = as_person(office).get(url_of(years[1])).content.decode()

    assert "Review before the next project year" in text and "Not set" in text
    assert "Nothing is granted before it is recorded as voted" in text


def test_sheet_leads_the_office_to_the_decision_until_it_is_made(office, years):
    assert [page.url for page in work_on(years[1], office)] == [url_of(years[1])]
    assert work_on(years[0], office) == [] or url_of(years[0]) not in [
        page.url for page in work_on(years[0], office)
    ]

    year = advance(years[1], "plan", by=office, at=NOON, **DECISION)
    assert url_of(year) not in [page.url for page in work_on(year, office)]


def test_who_decided_when_and_why_stands_on_the_sheet(as_person, office, years):
    client = as_person(office)
    told = {
        "decided_on": "2026-11-19",
        "document": "継続決定書",
        "reason": "一年目の成果が大きい。",
    }
    client.post(reverse("casework:move", args=[years[1].pk, "plan"]), told)

    text = client.get(url_of(years[1])).content.decode()

    assert "継続決定書" in text and "一年目の成果が大きい。" in text and office.name in text
    assert years[1].remarks.get().text == "一年目の成果が大きい。"


def test_first_year_has_no_sheet(as_person, office, years):
    assert as_person(office).get(url_of(years[0])).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.OFFICE, 200), (Role.APPROVER, 200), (Role.AUDITOR, 200), (Role.ACCOUNTING, 403),
        (Role.PANEL, 404), (Role.COORDINATOR, 404),
    ],
)  # fmt: skip
def test_sheet_is_for_whoever_reads_the_plans_of_the_city(as_person, years, role, status):
    assert as_person(factories.user(role)).get(url_of(years[1])).status_code == status


def test_group_is_asked_for_nothing_there(as_person, group, years):
    assert as_person(group).get(url_of(years[1])).status_code == 403


def test_day_of_the_new_year_is_named(as_person, office, years):
    context = as_person(office).get(url_of(years[2])).context

    assert context["begins_on"] == date(2028, 4, 1) > TODAY
    assert [row.year for row in context["earlier"]] == years[:2]
