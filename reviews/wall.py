"""What of a long list stands on a wall, which does not scroll: what lies around one place of it.

Pure: no database, no clock, no settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

#: How many items of the order of discussion, and how many places, a screen of 1080 lines holds.
ITEMS, PLACES = 5, 6


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Rows that follow each other, and how many of the list stand before and after them."""

    before: int
    rows: Sequence[Row]
    after: int


def whole(rows: Sequence[Row]) -> Part[Row]:
    return Part(0, rows, 0)


def around(rows: Sequence[Row], place: int, most: int) -> Part[Row]:
    """Return at most ``most`` of ``rows``: a third of them before ``place`` (0 is the first)."""
    first = max(0, min(place - most // 3, len(rows) - most))
    part = rows[first : first + most]
    return Part(first, part, len(rows) - first - len(part))
