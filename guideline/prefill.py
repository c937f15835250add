"""What can be suggested for a year's row of a measure, from rows that are on record.

A suggestion is shown beside its field and says what it rests on; a person takes it or not, and nothing
is written before they save. Higher apps register what their cases say of a measure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.dates import MONTHS as NAMES

from casework import parties
from casework.flow import Text
from casework.history import digest_of

from .models import BY_MONTH, MONTHS, Measure, MeasureYear, Status

#: The fields of a year's row that hold months, and all for which something can be suggested.
MONTH_FIELDS = ("plan_months", "result_months")
FIELDS = ("target", "plan", "plan_months", "result", "result_months", "status", "next_plan")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value for one field.

    :param field: one of :data:`FIELDS`.
    :param value: words, a code of ``Status``, or for months a tuple of numbers, 1 to 12.
    :param why: from which rows it comes, in words.
    :param address: where they can be looked at; empty where nowhere.
    """

    field: str
    value: str | tuple[int, ...]
    why: Text
    address: str = ""

    @property
    def key(self) -> str:
        """What marks the suggestion, whatever the language in which it is told."""
        return digest_of([self.field, self.value, self.address])[:16]

    @property
    def in_words(self) -> str:
        """The value as a person reads it."""
        return said_in_words(self.field, self.value)

    def is_in(self, said) -> bool:
        """Return whether what stands in its field says it already."""
        if self.field in MONTH_FIELDS:
            return set(self.value) <= set(said)
        return said == self.value if self.field == "status" else self.value in said


def said_in_words(field: str, value) -> str:
    """Return the value of a field of a year's row in the language of the page."""
    if field in MONTH_FIELDS:
        return parties.listed(str(NAMES[month]) for month in value)
    if field in BY_MONTH:
        said = ((month, value.get(str(month))) for month in MONTHS)
        return "\n".join(f"{NAMES[month]}: {words}" for month, words in said if words)
    return str(Status(value).label) if field == "status" and value else value


PrefillFunction = Callable[[Measure, int], Iterable[Suggestion]]

_FUNCTIONS: list[PrefillFunction] = []


def prefills(function: PrefillFunction) -> PrefillFunction:
    """Register what suggests values, called with a measure and a fiscal year; call it from ``ready``."""
    _FUNCTIONS.append(function)
    return function


def suggestions_for(year: MeasureYear) -> list[Suggestion]:
    """Return what is suggested for a year's row and not said there yet, each value once a field."""
    found: dict[tuple, Suggestion] = {}
    for function in _FUNCTIONS:
        for suggestion in function(year.measure, year.fiscal_year):
            if suggestion.value and not suggestion.is_in(getattr(year, suggestion.field)):
                found.setdefault((suggestion.field, suggestion.value), suggestion)
    return list(found.values())
