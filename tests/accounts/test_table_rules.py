"""Which tables of the administration site open, in every app, and that history is never edited."""

import pytest
import rules
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from accounts.permissions import is_approver, is_office, register_table_rules
from guideline.models import Measure
from tests import factories

pytestmark = pytest.mark.django_db

HISTORY = {
    "accounts.change",
    "casework.event",
    "casework.letter",
    "casework.notice",
    "casework.seal",
    "casework.version",
}
OURS = ("accounts", "casework", "guideline", "grants", "reviews", "reporting")
WRITES = ("add", "change", "delete")


@pytest.fixture
def registered():
    """The rules, which are as before when the test ends."""
    before = dict(rules.permissions.permissions)
    yield
    rules.permissions.permissions.clear()
    rules.permissions.permissions.update(before)


def test_history_and_cases_are_written_by_no_rule_of_a_table():
    cases = {
        model._meta.label_lower
        for model in apps.get_models()
        if issubclass(model, apps.get_model("casework.Case"))
    }
    for label in HISTORY | cases:
        app_label, name = label.split(".")
        assert apps.get_model(label)
        assert not [v for v in WRITES if rules.perm_exists(f"{app_label}.{v}_{name}")], label


def test_only_tables_to_which_nothing_refers_let_rows_be_deleted(rf):
    request = rf.get("/")
    request.user = factories.user("office", "administrator", is_staff=True)

    tables = {
        model._meta.label: table.has_delete_permission(request)
        for model, table in admin.site._registry.items()
        if model._meta.app_label in OURS
    }
    assert {label for label, deletes in tables.items() if deletes} <= {"casework.ClosedDay"}


@pytest.mark.parametrize(
    ("role", "is_staff", "status"),
    [
        ("office", True, 200),
        ("administrator", True, 200),
        ("approver", True, 403),
        ("department", True, 403),
        ("office", False, 302),
    ],
)
@pytest.mark.parametrize("page", ["changelist", "add", "import", "export"])
def test_the_guideline_s_tables_open_to_the_office(client, page, role, is_staff, status):
    client.force_login(factories.user(role, is_staff=is_staff))

    response = client.get(reverse(f"admin:guideline_measure_{page}"))

    assert response.status_code == status


def test_the_office_corrects_a_measure_but_deletes_none(client):
    measure = factories.measure()
    client.force_login(factories.user("office", is_staff=True))

    page = reverse("admin:guideline_measure_change", args=[measure.pk])
    assert client.get(page).status_code == 200
    page = reverse("admin:guideline_measure_delete", args=[measure.pk])
    assert client.post(page, {"post": "yes"}).status_code == 403
    assert Measure.objects.filter(pk=measure.pk).exists()


def test_only_open_tables_are_listed(client):
    client.force_login(factories.user("office", is_staff=True))

    text = client.get(reverse("admin:index")).text

    assert reverse("admin:guideline_measure_changelist") in text
    assert reverse("admin:accounts_department_changelist") in text
    assert reverse("admin:accounts_duty_changelist") not in text


def test_tables_registered_later_join_those_before(registered):
    register_table_rules("warehouse", ["shelf"], is_office)
    register_table_rules("warehouse", ["ledger"], is_approver, verbs=["view"])
    clerk, approver = factories.user("office"), factories.user("approver")

    assert clerk.has_perm("warehouse.change_shelf")
    assert not clerk.has_perm("warehouse.delete_shelf")
    assert not clerk.has_perm("warehouse.view_ledger")
    assert approver.has_perm("warehouse.view_ledger")
    assert not approver.has_perm("warehouse.change_ledger")
    assert clerk.has_module_perms("warehouse")
    assert approver.has_module_perms("warehouse")
    assert not factories.user("panel").has_module_perms("warehouse")


def test_a_table_is_registered_once(registered):
    register_table_rules("warehouse", ["shelf"], is_office)

    with pytest.raises(KeyError):
        register_table_rules("warehouse", ["shelf"], is_approver)
