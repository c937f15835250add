"""Pages of people who are logged in are kept by no browser; those of everybody are."""

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_page_of_somebody_logged_in_is_not_stored(client):
    assert not client.get("/").has_header("Cache-Control")
    client.force_login(factories.anyone(Role.OFFICE))
    for name in ("casework:office", "casework:mailbox"):
        answer = client.get(reverse(name))
        assert answer["Cache-Control"] == "no-store, private"
