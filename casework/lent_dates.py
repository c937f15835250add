"""Dates that stand on another case, and by which something is done on this one.

A claim of the balance is written by a date of its project year, and a year that waits for a payment
waits for the date of the claim. Higher apps say so; the page of a case shows both.
"""

from collections import defaultdict
from collections.abc import Callable

#: Called with a case; returns the id of another case and the kinds of its deadlines, or ``None``.
Lender = Callable[..., tuple[int, tuple[str, ...]] | None]

_LENDERS: dict[str, list[Lender]] = defaultdict(list)


def dates_lent_to(kind: str, lender: Lender) -> None:
    """Show on cases of ``kind`` what is owed on another one; asks the database nothing."""
    _LENDERS[kind].append(lender)


def lenders_of(case) -> list[tuple[int, tuple[str, ...]]]:
    """Return the cases, with kinds of deadlines, whose dates count on the page of ``case``."""
    found = (lender(case) for lender in _LENDERS[case.kind])
    return [one for one in found if one is not None]
