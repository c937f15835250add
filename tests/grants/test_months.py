"""Plan against actual by month: the rule of the picture, who keeps it, and that nothing is written over."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from casework import retention
from casework.models import Case
from casework.services import advance
from grants.models import Activity, ActivityDone, ProjectYear
from grants.months import MONTHS, cells, chart_of, total
from grants.services import months
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import group_of
from tests.factories import NOON
from tests.grants.test_projects import selected
from tests.remembering import remembered

months_of_a_year = st.sets(st.sampled_from(MONTHS))


@given(planned=months_of_a_year, done=months_of_a_year)
def test_every_month_of_the_fiscal_year_says_what_was_planned_and_done(planned, done):
    row = cells(planned, done)

    assert [cell.month for cell in row] == list(MONTHS)
    assert {cell.month for cell in row if cell.planned} == planned
    assert {cell.month for cell in row if cell.done} == done
    assert all(bool(cell.words) == (cell.planned or cell.done) for cell in row)


@given(st.lists(st.none() | st.integers(0, 1000)))
def test_unknown_numbers_of_participants_are_not_counted_as_none_came(numbers):
    known = [number for number in numbers if number is not None]

    assert total(numbers) == (sum(known) if known else None)


@remembered
def planned_year() -> ProjectYear:
    """A project year with a department in charge."""
    factories.sender()
    office = factories.anyone(Role.OFFICE)
    group = factories.member(factories.organization())
    made = advance(selected(group, office), "prepare", by=office, at=NOON).project_years.get()
    Case.objects.filter(pk=made.pk).update(department=factories.department())
    return ProjectYear.objects.get(pk=made.pk)


@pytest.fixture
def year(db):
    return planned_year()


@pytest.fixture(autouse=True)
def _at_noon():
    """The pages are asked for at noon of the day of the tests."""
    with time_machine.travel(NOON, tick=False):
        yield


def plan(year, by, label="練習会", planned=(5, 4)) -> Activity:
    return months.plan_activity(year, label=label, planned=planned, by=by, at=NOON)


def worker_of(department):
    person = factories.user()
    person.duty_set.create(role=Role.DEPARTMENT, department=department)
    return person.act_on(factories.TODAY)


def browser(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_group_and_department_keep_the_same_page(year):
    department = worker_of(year.department)
    activity = plan(year, group_of(year))
    months.tell_done(activity, month=5, note="2回", participants=14, by=department, at=NOON)

    pages = {p: browser(p).get(f"/years/{year.pk}/months/") for p in (group_of(year), department)}

    (row,) = chart_of(year).rows
    assert (row.activity.planned, row.participants) == ([4, 5], 14)
    for page in pages.values():
        assert "April, May" in page.content.decode() and ">Apr</text>" in page.content.decode()
    assert [cell.words for cell in row.cells][:3] == [
        "planned, not done yet",
        "planned and done",
        "",
    ]
    assert all(
        "練習会" in p.content.decode() and "2回" in p.content.decode() for p in pages.values()
    )


def test_others_read_or_do_not_and_nobody_else_writes(year):
    plan(year, group_of(year))
    activity = Activity.objects.get()
    readers = {role: factories.user(role) for role in (Role.OFFICE, Role.APPROVER, Role.AUDITOR)}
    strangers = [factories.user(r) for r in (Role.DEPARTMENT, Role.PANEL, Role.COORDINATOR)]
    strangers.append(factories.member(factories.organization()))

    for person in readers.values():
        assert browser(person).get(f"/years/{year.pk}/months/").status_code == 200
        assert browser(person).post(f"/activities/{activity.pk}/strike/").status_code == 403
        assert browser(person).post(f"/years/{year.pk}/months/", {"label": "x"}).status_code == 403
    for person in strangers:
        assert browser(person).get(f"/years/{year.pk}/months/").status_code == 404
        assert browser(person).get(f"/activities/{activity.pk}/done/").status_code == 404
        with pytest.raises(PermissionDenied):
            plan(year, person)
    assert Activity.objects.standing().count() == 1


def test_what_is_struck_out_shows_no_more_and_stays_in_the_rows(year):
    group = group_of(year)
    activity = plan(year, group)
    told = months.tell_done(activity, month=4, note="まちがい", participants=1, by=group, at=NOON)
    client = browser(group)

    client.post(f"/activities/{activity.pk}/done/{told.pk}/strike/")
    assert chart_of(year).rows[0].done == []
    client.post(f"/activities/{activity.pk}/strike/")

    assert chart_of(year) is None
    assert Activity.objects.get().struck_at == NOON


def test_pages_add_what_is_planned_and_done(year):
    client = browser(group_of(year))
    client.post(f"/years/{year.pk}/months/", {"label": "発表会", "planned": ["3", "10"]})
    activity = Activity.objects.get()

    wrong = client.post(f"/activities/{activity.pk}/done/", {"month": "13", "note": ""})
    client.post(
        f"/activities/{activity.pk}/done/", {"month": "10", "note": "満員", "participants": "40"}
    )

    assert wrong.status_code == 422
    assert activity.planned == [10, 3]
    assert activity.done.get().participants == 40
    assert "満員" in whole_page(client, year)


def test_month_that_is_none_and_a_closed_year_are_refused(year):
    group = group_of(year)
    with pytest.raises(ValidationError):
        plan(year, group, planned=[0])

    Case.objects.filter(pk=year.pk).update(closed_at=NOON)

    with pytest.raises(PermissionDenied):
        plan(year, group)
    assert browser(group).get("/years/999999/months/").status_code == 404


def test_proposal_has_no_plan_by_month(year):
    client = browser(group_of(year))

    assert client.get(f"/years/{year.proposal_id}/months/").status_code == 404


def test_plan_goes_with_its_project(year):
    plan(year, group_of(year))
    kept = retention.classes()["activities"]
    Case.objects.update(closed_at=NOON)

    kept.destroy(kept.due(factories.TODAY), by=factories.anyone(Role.OFFICE), at=NOON)

    assert not Activity.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_often_for_three_activities_as_for_one(
    year, number, django_assert_max_num_queries
):
    group = group_of(year)
    for _time in range(number):
        told = months.tell_done(
            plan(year, group), month=4, note="した", participants=None, by=group, at=NOON
        )
    client = browser(group)

    with django_assert_max_num_queries(15):
        page = client.get(f"/years/{year.pk}/months/")
    assert page.content.decode().count(told.note) >= number


def test_month_that_has_not_begun_is_not_told_as_done(year):
    group = group_of(year)
    activity = plan(year, group)
    address = f"/activities/{activity.pk}/done/"
    told = {"month": "3", "note": "した", "participants": ""}

    answer = browser(group).post(address, told)

    assert answer.status_code == 422 and "has not begun" in answer.content.decode()
    with pytest.raises(ValidationError):
        months.tell_done(activity, month=12, note="した", participants=1, by=group, at=NOON)
    assert not ActivityDone.objects.exists()
