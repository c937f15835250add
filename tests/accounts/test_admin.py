import pytest
import tablib
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Department, Organization
from accounts.resources import DepartmentResource, OrganizationResource
from tests import factories

pytestmark = pytest.mark.django_db

TABLES = ["department", "organization", "user", "duty", "membership", "change"]


def rows(**columns):
    return tablib.Dataset(list(columns.values()), headers=list(columns))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("role", "is_staff", "open_tables"),
    [
        ("administrator", True, set(TABLES)),
        ("office", True, {"department", "organization"}),
        ("approver", True, set()),
        ("administrator", False, set()),
    ],
)
def test_tables_open_to_whom_they_may(client, table, role, is_staff, open_tables):
    client.force_login(factories.user(role, is_staff=is_staff))

    response = client.get(reverse(f"admin:accounts_{table}_changelist"))

    assert (response.status_code == 200) is (table in open_tables)


def test_administration_site_sends_strangers_to_our_log_in_and_back(client):
    boss = factories.user("administrator", is_staff=True)

    sent = client.get("/admin/", follow=True)
    assert sent.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    answers = {"login": boss.email, "password": "correct-horse", "next": "/admin/"}
    back = client.post("/accounts/login/", answers, follow=True)

    assert back.redirect_chain[-1][0] == "/admin/"
    assert 'lang="ja"' in back.text and "css/admin.css" in back.text


def test_administration_site_is_closed_to_whoever_works_with_no_table(client):
    client.force_login(factories.user("approver"))

    assert client.get("/admin/", follow=True).status_code == 403


def test_nothing_is_deleted_and_duties_are_only_read(client):
    boss = factories.user("administrator", is_staff=True)
    client.force_login(boss)
    department = factories.department()

    for page in (
        reverse("admin:accounts_department_delete", args=[department.pk]),
        reverse("admin:accounts_duty_add"),
        reverse("admin:accounts_user_delete", args=[boss.pk]),
    ):
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("action", ["import", "export"])
def test_import_and_export_need_the_permission(client, action):
    page = reverse(f"admin:accounts_organization_{action}")
    client.force_login(factories.user("approver", is_staff=True))
    assert client.get(page).status_code == 403

    client.force_login(factories.user("office", is_staff=True))
    assert client.get(page).status_code == 200


def test_departments_come_in_once():
    table = rows(
        name="地域のつながり課", name_en="", valid_from="", valid_until="", source="示された資料"
    )
    for _ in range(2):
        result = DepartmentResource().import_data(table, raise_errors=True)

    assert not result.has_errors()
    assert Department.objects.get().source == "示された資料"


def test_import_of_groups_changes_facts_but_confirms_nothing():
    group = factories.organization(name="みどりの会")
    table = tablib.Dataset(headers=["name", "citizen_members", "confirmed_at", "merged_into"])
    table.append(["みどりの会", "12", "2026-01-01 00:00:00", str(group.pk)])
    table.append(["あおぞら食堂", "", "2026-01-01 00:00:00", ""])

    OrganizationResource().import_data(table, raise_errors=True)

    group.refresh_from_db()
    assert (group.citizen_members, group.confirmed_at, group.merged_into) == (12, None, None)
    assert Organization.objects.unconfirmed().count() == 2
    assert list(Organization.objects.all().named_like("アオゾラ")) == [
        Organization.objects.get(name="あおぞら食堂")
    ]


def test_import_refuses_what_no_page_would_take():
    table = tablib.Dataset(headers=["name", "website"])
    table.append(["みどりの会", "javascript:alert(1)"])

    result = OrganizationResource().import_data(table)

    assert result.has_validation_errors()
    assert not Organization.objects.exists()


def test_a_department_is_named_once_from_one_day_and_once_without():
    department = factories.department(name="地域のつながり課", valid_from="2020-04-01")
    factories.department(name=department.name)
    factories.department(name=department.name, valid_from="2024-04-01")

    for first_day in ("2020-04-01", None):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.department(name=department.name, valid_from=first_day)
        with pytest.raises(ValidationError):
            Department(name=department.name, valid_from=first_day).full_clean()
