"""By what a list of cases is narrowed besides its own columns; each higher app registers its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from .flow import Text


@dataclass(frozen=True, slots=True)
class CaseSort:
    """One way to sort cases that casework does not know of, such as their course.

    :param choices: returns (value, words) of each sort there is.
    :param ids: called with a value; returns a query of the ids of its cases.
    """

    code: str
    label: Text
    choices: Callable[[], Iterable[tuple[str, Text]]]
    ids: Callable[[str], QuerySet]


SORTS: dict[str, CaseSort] = {}


def case_sort(sort: CaseSort) -> None:
    """Offer a way to narrow lists of cases.

    :raises ValueError: if there is one of this code already.
    """
    if SORTS.setdefault(sort.code, sort) is not sort:
        raise ValueError(f"Cases are sorted by {sort.code} twice.")
