"""What a row of a desk says beyond the table of its kind: an amount, a name. Higher apps register it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from .asked_once import is_shown, to_be_shown
from .flow import Text
from .models import Case
from .models.case import KINDS

#: Called with cases of one kind, read ``as_shown``, and the moment; returns what to do with each.
Notes = Callable[[list[Case], datetime], dict[int, Text]]

_NOTES: dict[tuple[str, str], list[Notes]] = defaultdict(list)


def desk_notes(kind: str, party: str, notes: Notes) -> None:
    """Ask ``notes`` what ``party`` has to do with cases of ``kind``, on a desk and on their pages.

    A page asks for each party its reader acts for, whoever holds the case.
    """
    _NOTES[kind, party].append(notes)


def notes_on(cases: Iterable[Case], party: str, *, at: datetime) -> dict[int, Text]:
    """Return case → what ``party`` has to do, where an app says more than the table.

    The cases of one kind are read once, however many notes there are on them; a case that is shown
    already is not read again.
    """
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if _NOTES[case.kind, party]:
            by_kind[case.kind].append(case)
    found: dict[int, Text] = {}
    for kind, rows in by_kind.items():
        shown = _shown(kind, rows)
        for notes in _NOTES[kind, party]:
            found |= notes(shown, at)
    return found


def _shown(kind: str, cases: list[Case]) -> list[Case]:
    shown = [case for case in cases if is_shown(case)]
    keys = [case.pk for case in cases if not is_shown(case)]
    rows = KINDS[kind].objects.as_shown().filter(pk__in=keys).order_by("pk") if keys else ()
    return [*shown, *map(to_be_shown, rows)]
