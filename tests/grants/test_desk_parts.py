"""What the desk of a group says about facts that are still empty."""

import pytest
from django.urls import reverse

from accounts.models import MemberRole, Organization
from tests import factories

pytestmark = pytest.mark.django_db


def test_desk_of_a_group_names_its_empty_facts_with_a_link(as_person):
    group = factories.organization()
    Organization.objects.filter(pk=group.pk).update(founded_on=None, members_total=None)
    link = f'href="{reverse("accounts:organization-edit", args=[group.pk])}"'
    desk = reverse("casework:my")

    said = as_person(factories.member(group)).get(desk).content.decode()
    read = as_person(factories.member(group, MemberRole.VIEWER)).get(desk).content.decode()

    assert link in said and "founded on, members" in said
    assert link not in read


def test_desk_of_a_group_whose_facts_are_there_says_nothing(as_person):
    group = factories.organization()
    Organization.objects.filter(pk=group.pk).update(
        founded_on="2020-04-01", members_total=9, citizen_members=9, address="御成町1-1",
        in_city=True, rules_on_file_on="2020-04-01",
    )  # fmt: skip

    page = as_person(factories.member(group)).get(reverse("casework:my")).content.decode()

    assert "These facts are still empty" not in page
