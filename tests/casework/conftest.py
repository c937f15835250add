import pytest
import time_machine
from django.test import Client

from tests.factories import NOON


@pytest.fixture
def at_noon():
    """Let requests take place at NOON."""
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def enter():
    """Return a browser in which a person is logged in, and which asks for one language."""

    def log_in(person=None, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        if person is not None:
            client.force_login(person)
        return client

    return log_in
