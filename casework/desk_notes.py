"""What a row of a desk says beyond the table of its kind: an amount, a name. Higher apps register it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from .flow import Text
from .models import Case

#: Called with the ids of cases of one kind and the moment; returns what to do with each, in words.
Notes = Callable[[list[int], datetime], dict[int, Text]]

_NOTES: dict[tuple[str, str], list[Notes]] = defaultdict(list)


def desk_notes(kind: str, party: str, notes: Notes) -> None:
    """Ask ``notes`` what ``party`` has to do with cases of ``kind``, on a desk and on their pages.

    A page asks for each party its reader acts for, whoever holds the case.
    """
    _NOTES[kind, party].append(notes)


def notes_on(cases: Iterable[Case], party: str, *, at: datetime) -> dict[int, Text]:
    """Return case → what ``party`` has to do, where an app says more than the table."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        by_kind[case.kind].append(case.pk)
    found: dict[int, Text] = {}
    for kind, ids in by_kind.items():
        for notes in _NOTES[kind, party]:
            found |= notes(ids, at)
    return found
