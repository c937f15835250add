"""A period as a rule states it, and as one line of text keeps it: ``30 days next_open_day``.

The text is a number, a unit, and what the rule says besides; a bare number is calendar days.
Unless the rule says otherwise the first day is not counted (初日不算入), and a closed day moves
nothing. Which day a period ends on is computed by :meth:`Period.after`; nothing here reads a clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from . import calendar, derivation
from .derivation import Due
from .flow import Text


class Unit(models.TextChoices):
    """What is counted, and which way."""

    DAYS = "days", _("calendar days after")
    MONTHS = "months", _("months after")
    OPEN_DAYS = "open_days", _("days after on which city hall is open")
    OPEN_DAYS_BEFORE = "open_days_before", _("days before on which city hall is open")


class FirstDay(models.TextChoices):
    """Whether the day counted from is itself the first."""

    NOT_COUNTED = "", _("is not counted (初日不算入)")
    COUNTED = "first_day_counts", _("is counted")


class OnClosedDay(models.TextChoices):
    """What happens where the period ends on a day on which city hall is closed."""

    STAYS = "", _("the date stays")
    NEXT = "next_open_day", _("the next open day counts")
    PREVIOUS = "previous_open_day", _("the open day before counts")


class Latest(models.TextChoices):
    """The day beyond which the period never reaches."""

    NONE = "", _("none")
    FISCAL_YEAR_END = "fiscal_year_end", _("the end of the fiscal year (31 March)")
    ACCOUNTS_CLOSED = "accounts_closed", _("the closing of its accounts (31 May)")


#: What a number of each unit is called.
NUMBERS = {
    Unit.DAYS: ngettext_lazy("%(count)d calendar day", "%(count)d calendar days", "count"),
    Unit.MONTHS: ngettext_lazy("%(count)d month", "%(count)d months", "count"),
    Unit.OPEN_DAYS: ngettext_lazy("%(count)d open day", "%(count)d open days", "count"),
    Unit.OPEN_DAYS_BEFORE: ngettext_lazy(
        "%(count)d open day before", "%(count)d open days before", "count"
    ),
}

LATEST_DAY = {
    Latest.FISCAL_YEAR_END: calendar.last_day,
    Latest.ACCOUNTS_CLOSED: calendar.closing_day,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days or months and how they are counted.

    :param count: 1 or more.
    :raises ValueError: if it is less, or open days are to be counted from the first day.
    """

    count: int
    unit: str = Unit.DAYS
    first_day: str = FirstDay.NOT_COUNTED
    on_closed_day: str = OnClosedDay.STAYS
    latest: str = Latest.NONE

    def __post_init__(self):
        if self.count < 1:
            raise ValueError(f"A period has at least one day or month, not {self.count}.")
        if self.first_day and self.unit not in (Unit.DAYS, Unit.MONTHS):
            raise ValueError("Open days are counted from the day after.")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Return what ``text`` says; ``str`` undoes it.

        :raises ValueError: naming the word that is not known.
        """
        number, *words = text.split() or [""]
        if not (number.isascii() and number.isdecimal()):
            raise ValueError(f"A period begins with a number, not with “{number}”.")
        said = {name: word for word in words for name in (_name_of(word),)}
        if len(said) < len(words):
            raise ValueError(f"“{text}” says one thing twice.")
        return cls(int(number), **said)

    def __str__(self) -> str:
        unit = self.unit if self.unit != Unit.DAYS else ""
        words = (unit, self.first_day, self.on_closed_day, self.latest)
        return " ".join([str(self.count), *(str(word) for word in words if word)])

    def in_words(self) -> list[Text]:
        """Return what it says, in parts, in the language of the page."""
        parts = [NUMBERS[self.unit] % {"count": self.count}]
        if self.first_day:
            parts.append(_("the first day is counted"))
        if self.on_closed_day:
            parts.append(_("on a closed day: %s") % OnClosedDay(self.on_closed_day).label)
        if self.latest:
            parts.append(_("at the latest: %s") % Latest(self.latest).label)
        return parts

    def after(
        self, day: date, closed: Collection[date], *, basis: str, fiscal_year: int, source: str = ""
    ) -> Due:
        """Return when the period ends that ``day`` (Japan date) sets off, with each step.

        :param closed: weekdays on which city hall is closed; read only where the rule needs them.
        :param basis: what ``day`` is: a code of ``casework.derivation.BASES``.
        :param fiscal_year: whose end, or whose accounts, the period may not outlast.
        """
        due = self.counted(day, closed, basis=basis, source=source)
        return self.bounded(due, closed, fiscal_year=fiscal_year)

    def bounded(self, due: Due, closed: Collection[date], *, fiscal_year: int) -> Due:
        """Return ``due`` as closed days and the latest day of this period leave it."""
        if self.on_closed_day == OnClosedDay.NEXT:
            due = derivation.move_to_next_open_day(due, closed)
        elif self.on_closed_day == OnClosedDay.PREVIOUS:
            due = derivation.move_to_previous_open_day(due, closed)
        if self.latest:
            due = derivation.cap_at(due, LATEST_DAY[self.latest](fiscal_year), basis=self.latest)
        return due

    def counted(self, day: date, closed: Collection[date], **told: str) -> Due:
        """Return the day that is counted to, whatever the period says besides; as ``after``."""
        if self.unit == Unit.OPEN_DAYS:
            return derivation.open_days_after(day, self.count, closed, **told)
        if self.unit == Unit.OPEN_DAYS_BEFORE:
            return derivation.open_days_before(day, self.count, closed, **told)
        count_on = {
            (Unit.DAYS, False): derivation.days_after,
            (Unit.DAYS, True): derivation.days_from,
            (Unit.MONTHS, False): derivation.months_after,
            (Unit.MONTHS, True): derivation.months_from,
        }
        return count_on[Unit(self.unit), bool(self.first_day)](day, self.count, **told)


#: Field of a period → the words it may hold; a word belongs to one field.
CHOICES: dict[str, type[models.TextChoices]] = {
    "unit": Unit,
    "first_day": FirstDay,
    "on_closed_day": OnClosedDay,
    "latest": Latest,
}


def _name_of(word: str) -> str:
    for name, choices in CHOICES.items():
        if word in choices.values:
            return name
    raise ValueError(f"A period does not know the word “{word}”.")
