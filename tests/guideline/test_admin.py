"""The administration tables: read, exported, corrected, confirmed; never deleted."""

import pytest
import tablib
from django.urls import reverse

from accounts.models import Role
from guideline import reference_data, resources
from guideline.models import Crosswalk
from tests import factories

TABLES = [
    "edition",
    "section",
    "measure",
    "progress",
    "figure",
    "claim",
    "printedcount",
    "crosswalk",
]


@pytest.fixture
def administrator(client, loaded):
    person = factories.user(Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@pytest.mark.parametrize("table", TABLES)
def test_table_lists_imports_and_exports(client, administrator, table):
    for page in ("changelist", "import", "export"):
        url = reverse(f"admin:guideline_{table}_{page}")
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("table", ["edition", "measure"])
def test_row_cannot_be_deleted(client, administrator, table):
    assert client.post(reverse(f"admin:guideline_{table}_delete", args=[1])).status_code == 403


def test_confirm_marks_the_chosen_rows(client, administrator):
    chosen = Crosswalk.objects.filter(kind="kept").values_list("pk", flat=True)

    client.post(
        reverse("admin:guideline_crosswalk_changelist"),
        {"action": "confirm", "_selected_action": list(chosen)},
    )

    confirmed = Crosswalk.objects.filter(confirmed_by=administrator)
    assert set(confirmed.values_list("pk", flat=True)) == set(chosen)


@pytest.mark.parametrize(("_file", "resource", "_key"), reference_data.FILES)
def test_import_of_what_was_exported_changes_nothing(loaded, _file, resource, _key):
    result = resource().import_data(resource().export(), raise_errors=True)

    assert set(result.totals) and result.totals["skip"] == result.total_rows


def test_import_writes_only_the_row_that_differs(loaded):
    table = resources.EditionResource().export()
    changed = tablib.Dataset(*table[1:], headers=table.headers)
    changed.append(["Another" if cell == table["title_en"][0] else cell for cell in table[0]])

    totals = resources.EditionResource().import_data(changed, raise_errors=True).totals

    assert (totals["update"], totals["skip"]) == (1, len(table) - 1)
