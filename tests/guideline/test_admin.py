"""The administration tables: read, exported, corrected, confirmed; never deleted."""

import pytest
from django.urls import reverse

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
    person = factories.user(is_staff=True, is_superuser=True)
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
