from datetime import datetime

import pytest

from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The clock of the machine shows NOON; call it with another moment to move it."""
    shown = [NOON]
    monkeypatch.setattr("django.utils.timezone.now", lambda: shown[-1])

    def move_to(moment: datetime) -> None:
        shown.append(moment)

    return move_to


@pytest.fixture
def as_person(client):
    """Log in and read English; returns the client."""

    def log_in(person):
        client.force_login(person)
        client.cookies["django_language"] = "en"
        return client

    return log_in


@pytest.fixture
def sender(db):
    return factories.sender()
