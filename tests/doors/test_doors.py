"""Every address has a declared expectation for every role, and keeps it; so do its queries."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from tests.doors import doors, world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker) -> Iterator[world.World]:
    """The world, built once for all tables and taken down after them.

    One file holds all the tests that need it, so that no second process builds it again.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def standing_still() -> Iterator[None]:
    """The clock stands at the moment at which the doors are knocked at."""
    with time_machine.travel(world.NOW, tick=False), doors.in_silence():
        yield


# Addresses


def test_every_address_is_in_the_table():
    assert {row["door"] for row in doors.TABLE.rows()} == doors.own_names()


def test_each_door_opens_to_whom_it_should_at_the_same_cost_for_one_row_and_three(played):
    doors.TABLE.hold(doors.walk(played, doors.TABLE.rows()))


def test_no_page_asks_row_by_row():
    grows = {row["door"]: row["queries"] for row in doors.TABLE.rows() if " " in row["queries"]}

    assert grows == {}
