"""Which rules the program computes with, and which it only shows to people."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Role
from grants.parameters import PARAMETERS
from tests import factories

APPS = ("grants", "reviews", "reporting")


def words_of_the_program() -> Iterator[str]:
    """Yield every string in the code of the apps, but for the list of the rules itself."""
    files = (path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py"))
    for path in files:
        if path.name == "parameters.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_rules_that_no_code_reads_are_marked_as_shown_only():
    words = set(words_of_the_program())

    unread = {name for name in PARAMETERS if name not in words}
    assert unread == {name for name, known in PARAMETERS.items() if known.shown_only}


@pytest.mark.django_db
def test_page_of_the_rules_says_which_ones_people_apply(as_person):
    edition = factories.call().edition
    office = as_person(factories.user(Role.OFFICE))

    page = office.get(reverse("grants:course", args=[edition.pk])).content.decode()

    def row(name: str) -> str:
        return page.split(f"<code>{name}</code>")[1].split("</th>")[0]

    assert "People apply this rule" in row("rounding_unit_yen")
    assert "People apply this rule" not in row("report_days")
