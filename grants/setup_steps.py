"""The first steps of the program: rules that are confirmed, money, and a call."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework import calendar
from casework.setup import Step, setup_part

from .models import BudgetEntry, CourseEdition, EditionParameter, Round
from .rules import Status


def coming_years(today: date) -> tuple[int, int]:
    """Return the fiscal years that an office prepares for: this one and the next."""
    fiscal_year = calendar.fiscal_year(today)
    return fiscal_year, fiscal_year + 1


def program(today: date) -> Iterator[Step]:
    years = coming_years(today)
    yield Step(
        _("Confirm the rules of a course for this fiscal year or the next"),
        _("They come from documents of earlier years. A call freezes them as they then are."),
        Role.OFFICE,
        reverse("grants:courses"),
        _confirmed_editions(years).exists(),
    )
    yield Step(
        _("Enter the city’s budget for this fiscal year or the next"),
        _("A grant is decided only within a budget that was voted."),
        Role.OFFICE,
        reverse("grants:budget"),
        BudgetEntry.objects.filter(fiscal_year__in=years).exists(),
    )
    yield Step(
        _("Open a round of a course"),
        _("Groups propose to a round, from its first moment to its last."),
        Role.OFFICE,
        reverse("grants:rounds"),
        Round.objects.filter(fiscal_year__in=years).exists(),
    )


def _confirmed_editions(years: tuple[int, ...]):
    """Keep the editions whose every value was confirmed for one of ``years``.

    An invented edition rests on no document, so nobody has to confirm it.
    """
    rules = EditionParameter.objects.filter(edition=OuterRef("pk"), status=Status.SET)
    confirmed = Q(fictitious=True)
    for year in years:
        for_year = rules.filter(confirmed_years__contains=str(year))
        left = rules.exclude(confirmed_years__contains=str(year))
        confirmed |= Q(Exists(for_year)) & ~Q(Exists(left))
    return CourseEdition.objects.filter(confirmed)


setup_part(program, order=40)
