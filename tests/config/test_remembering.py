"""Makers of test data repeat what they wrote after the same beginning, and leave the same rows."""

import pytest
from django.db import transaction
from django.utils import translation

from accounts.models import Role, User
from tests import factories
from tests.remembering import journal, remembered

pytestmark = pytest.mark.django_db
_made: list[str] = []


@remembered
def clerk(name: str) -> User:
    _made.append(name)
    person = factories.user(Role.OFFICE, name=name)
    transaction.on_commit(_made.clear)
    return person


@pytest.fixture(autouse=True)
def none_made() -> None:
    _made.clear()


def played(*names: str, before: int = 0) -> tuple[list[str], list[dict], int]:
    """Return who was made, the rows, and how much waits for the commit, of one taken-back test."""
    with transaction.atomic(), journal():
        waiting = len(transaction.get_connection().run_on_commit)
        for _ in range(before):
            factories.department()
        people = [clerk(name) for name in names]
        rows = list(User.objects.order_by("pk").values())
        assert all(person.duties.roles == {Role.OFFICE} for person in people)
        waits = len(transaction.get_connection().run_on_commit) - waiting
        transaction.set_rollback(True)
    return [person.name for person in people], rows, waits


def test_same_beginning_leaves_the_same_rows_and_works_once():
    first, second = played("一", "二"), played("一", "二")

    assert first == second
    assert len(second[1]) == second[2] == 2
    assert _made == ["一", "二"]


def test_another_beginning_and_other_arguments_are_worked_out():
    played("三"), played("四"), played("三", before=1)

    assert _made == ["三", "四", "三"]


def test_another_language_and_other_settings_are_worked_out(settings):
    played("五")
    with translation.override("ja"):
        played("五")
    settings.LANGUAGE_CODE = "en"
    played("五")

    assert _made == ["五", "五", "五"]


def test_what_one_test_does_to_what_it_was_given_is_nothing_to_the_next():
    with transaction.atomic(), journal():
        clerk("六").name = "別"
        transaction.set_rollback(True)

    assert played("六")[0] == ["六"]
    assert _made == ["六"]
