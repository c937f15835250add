"""Whoever writes or reads a proposal is told which city issue it answers."""

import pytest
from django.test import Client
from django.urls import reverse

from grants import services
from grants.models import Proposal
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db


def test_form_and_head_of_the_case_name_the_issue():
    department = factories.department()
    clerk = makers.department_clerk(department)
    issue = services.open_issue(department, fiscal_year=2026, title="海岸の清掃", by=clerk, at=NOON)
    group = factories.member(factories.organization())
    proposal = factories.draft("collaboration", by=group)
    client = Client()
    client.force_login(group)
    pages = [
        reverse("grants:proposal-edit", args=[proposal.pk]),
        reverse("casework:case", args=[proposal.pk]),
    ]
    assert all("海岸の清掃" not in client.get(page).content.decode() for page in pages)

    Proposal.objects.filter(pk=proposal.pk).update(city_issue=issue)

    assert all("海岸の清掃" in client.get(page).content.decode() for page in pages)
