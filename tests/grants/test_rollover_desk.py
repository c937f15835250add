"""The desk of the office names the change of the year while it is time for it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2027, 2, 28), None), (date(2027, 3, 1), 2027), (date(2027, 3, 31), 2027),
        (date(2027, 4, 1), 2027), (date(2027, 5, 31), 2027), (date(2027, 6, 1), None),
    ],
)  # fmt: skip
def test_desk_names_the_change_from_march_until_the_books_close(as_person, clock, day, year):
    clock(NOON.replace(year=day.year, month=day.month, day=day.day))
    client = as_person(factories.user(Role.OFFICE))

    text = client.get(reverse("casework:office")).content.decode()

    address = reverse("grants:rollover", args=[2027])
    assert (address in text) == (year is not None)
