"""Every address has a declared expectation for every role, and keeps it."""

import os

import pytest
import time_machine
from django.db import transaction

from tests.doors import doors, world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    """The world, built once for all doors and taken down after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        world.build()
        things, clients = world.things(), world.clients()
        if os.environ.get("RECORD_DOORS"):
            with time_machine.travel(world.NOW, tick=False):
                doors.record(doors.read(), clients, things)
        yield things, clients
        transaction.set_rollback(True)


def test_every_address_is_in_the_table():
    assert {row["door"] for row in doors.read()} == doors.names()


@pytest.mark.parametrize("column", world.PEOPLE)
def test_each_door_opens_to_whom_it_should(played, column):
    things, clients = played
    with time_machine.travel(world.NOW, tick=False):
        got = {_key(row): doors.knock(clients[column], row, things) for row in doors.read()}

    assert got == {_key(row): row[column] for row in doors.read()}


def _key(row: dict[str, str]) -> str:
    return f"{row['method']} {row['door']} {row['args']}".strip()
