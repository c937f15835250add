"""The first steps of an installation: its people, then what stands in every letter."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Duty, Role

from . import calendar, city
from .models import ClosedDay
from .setup import Step, setup_part

#: Role → what to do, and why.
PEOPLE = {
    Role.OFFICE: (
        _("Name the people of the office"),
        _("They open calls, take in proposals and draft decisions."),
    ),
    Role.APPROVER: (
        _("Name an approver"),
        _("One person drafts a decision, another one approves it."),
    ),
    Role.ACCOUNTING: (
        _("Name the people of accounting"),
        _("They record what is paid and what comes back."),
    ),
    Role.DEPARTMENT: (
        _("Name the people of the departments"),
        _("A department takes part in a collaboration, and reports on it."),
    ),
    Role.PANEL: (
        _("Name the members of the selection subcommittee"),
        _("They score the proposals."),
    ),
}


def people(today: date) -> Iterator[Step]:
    """A person for each duty without which no case comes to its end."""
    held = Duty.objects.valid_on(today).filter(role__in=PEOPLE, user__is_active=True)
    named = set(held.values_list("role", flat=True).distinct())
    for role, (what, why) in PEOPLE.items():
        yield Step(what, why, Role.ADMINISTRATOR, reverse("accounts:person-list"), role in named)


def letters(today: date) -> Iterator[Step]:
    """What only the city knows and every page or letter shows."""
    address = reverse("casework:settings")
    told = city.values(
        "program_name", "city_name", "office_name", "office_contact", "letter_symbol", "letter_seal"
    )
    names = ("program_name", "city_name", "office_name", "office_contact")
    yield Step(
        _("Set the names of the program, the city and the office, and how to reach it"),
        _("They stand on every page and in every notice."),
        Role.OFFICE,
        address,
        all(told[code] for code in names),
    )
    yield Step(
        _("Say in whose name letters leave"),
        _("Without it no letter is made, and nothing is decided."),
        Role.OFFICE,
        address,
        city.sender_on(today) is not None,
    )
    yield Step(
        _("Set the symbol and the seal of letters"),
        _("They stand at the head and the foot of every formal letter."),
        Role.OFFICE,
        address,
        bool(told["letter_symbol"] and told["letter_seal"]),
    )


def closed_days(today: date) -> Iterator[Step]:
    """Closed days up to the end of the next fiscal year: deadlines run until then."""
    until = calendar.last_day(calendar.fiscal_year(today) + 1)
    of_that_year = (calendar.first_day(calendar.fiscal_year(today) + 1), until)
    yield Step(
        _("Enter the closed days until the end of the next fiscal year"),
        _("Some deadlines move when their day is a closed one."),
        Role.OFFICE,
        reverse("casework:closed-days"),
        ClosedDay.objects.filter(day__range=of_that_year).exists(),
    )


setup_part(people, order=10)
setup_part(letters, order=20)
setup_part(closed_days, order=30)
