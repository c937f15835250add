"""What is to be set before the first report is published."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework import city
from casework.setup import Step, setup_part

from .city_settings import OWN


def publication(today: date) -> Iterator[Step]:
    told = city.values(*(setting.code for setting in OWN))
    yield Step(
        _("Set what the open data and the committee need"),
        _("Code of the municipality, licence, and when the committee receives reports."),
        Role.OFFICE,
        reverse("casework:settings"),
        all(told.values()),
    )


setup_part(publication, order=60)
