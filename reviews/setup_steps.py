"""The first steps of a selection: what a round is scored by, and by whom."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.setup import Step, setup_part
from grants.setup_steps import coming_years

from .models import PanelSeat, Rubric


def selection(today: date) -> Iterator[Step]:
    years = coming_years(today)
    yield Step(
        _("Write the rubric of a round"),
        _("No proposal can be referred to the selection without criteria and points."),
        Role.OFFICE,
        reverse("reviews:rounds"),
        Rubric.objects.filter(round__fiscal_year__in=years).exists(),
    )
    yield Step(
        _("Name who scores a round"),
        _("Each member of the subcommittee gets a score sheet for each proposal."),
        Role.OFFICE,
        reverse("reviews:rounds"),
        PanelSeat.objects.filter(round__fiscal_year__in=years).exists(),
    )


setup_part(selection, order=50)
