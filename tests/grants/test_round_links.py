"""What higher apps put on the page of a round, for whoever may follow it."""

import pytest
from django.urls import reverse

from accounts.models import Role
from grants.round_links import links_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_round_leads_the_office_to_its_selection(client):
    round = factories.call()
    address = reverse("reviews:selection", args=[round.pk])
    client.force_login(factories.anyone(Role.OFFICE))
    page = client.get(reverse("grants:round", args=[round.pk]))
    assert address in page.content.decode()
    assert links_of(round, factories.anyone(Role.PANEL)) == []
