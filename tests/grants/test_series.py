"""What stands before a proposal's number is data of the course edition."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Role
from grants.models import CourseEdition
from tests import factories
from tests.casework.cases import filed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("series", "number"), [("YELL", "YELL-2026-001"), ("", "startup-2026-001")]
)
def test_proposal_is_numbered_in_the_series_of_its_edition(series, number):
    round_ = factories.call()
    CourseEdition.objects.filter(pk=round_.edition_id).update(series=series)

    assert filed(round=round_).number == number


def test_two_editions_of_one_series_share_its_numbers():
    assert [filed().number, filed().number] == ["S-2026-001", "S-2026-002"]


def test_reference_files_bring_the_series_and_never_overwrite_it():
    call_command("load_reference", verbosity=0)
    found = CourseEdition.objects.values_list("course", "series").distinct()
    assert set(found) == {("startup", "S"), ("collaboration", "C"), ("revitalization", "R")}

    CourseEdition.objects.update(series="X")
    call_command("load_reference", verbosity=0)
    assert set(CourseEdition.objects.values_list("series", flat=True)) == {"X"}


def test_empty_series_is_shown_as_not_set(as_person):
    edition = factories.edition()
    client = as_person(factories.user(Role.OFFICE))
    pages = [reverse("grants:courses"), reverse("grants:course", args=[edition.pk])]
    CourseEdition.objects.update(series="")

    listed, detail = (client.get(url).content.decode() for url in pages)

    assert 'class="not-set"' in listed
    assert "“startup” is used until then" in detail
