"""Where a table on a page comes from: the moment, how many rows, and a digest to compare it by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .history import digest_of


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page tells of a table that it shows.

    :ivar as_of: the moment as of which the rows were read.
    :ivar digest: SHA-256 of the rows as shown; the same rows have the same one at any moment.
    """

    as_of: datetime
    rows: int
    digest: str


def origin_of(rows: Iterable[Sequence], *, at: datetime) -> Origin:
    """Return what to tell of a table whose rows are numbers, words and yes or no; asks no database."""
    shown = [list(row) for row in rows]
    return Origin(at, len(shown), digest_of(shown))
