"""What would change in the files of open data: rows that come and go, and cells, each by its key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from reporting import open_data
from reporting.figures import KEYS

SAME, ADDED, REMOVED = "same", "added", "removed"
#: Tables that are made of the others: what changes there is told there. One tells its own moment.
_MADE_OF_OTHERS = ("figures", "figure-sources")

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """One value, or one row of a file, that would change.

    :param parts: of words, ``(same, added or removed, text)`` in order; of other values empty.
    :param before: the value that is public now; ``None`` where there is none.
    """

    place: str
    before: object
    after: object
    parts: tuple[tuple[str, str], ...] = ()


def between(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    """Yield what differs between two sets of files; CSV and JSON of a table hold the same rows.

    :param before: name of the file → its text.
    """
    for code, data_set in open_data.DATASETS.items():
        name = f"{code}.json"
        if code not in _MADE_OF_OTHERS and before.get(name) != after.get(name):
            yield from _of_table(data_set, _rows(before.get(name)), _rows(after.get(name)))


def _rows(text: str | None) -> list[Row]:
    return json.loads(text) if text else []


def _of_table(data_set: open_data.DataSet, before: list[Row], after: list[Row]) -> Iterator[Change]:
    key = KEYS.get(data_set.code)  # rows of other tables have no name: they come and go whole
    old, new = (_by_key(rows, key or tuple(data_set.names)) for rows in (before, after))
    for name in [*old, *(name for name in new if name not in old)]:
        was, will_be = old.get(name), new.get(name)
        place = f"{data_set.label}: {' / '.join(name)}" if key else str(data_set.label)
        if was is None or will_be is None:
            yield _row_alone(place, was, will_be)
        else:
            yield from _cells(data_set, place, was, will_be)


def _by_key(rows: list[Row], key: tuple[str, ...]) -> dict[tuple[str, ...], Row]:
    return {tuple(str(row.get(name)) for name in key): row for row in rows}


def _row_alone(place: str, was: Row | None, will_be: Row | None) -> Change:
    """Tell of a row that goes or comes, with all that it says."""
    values = (was or will_be or {}).values()
    text = ", ".join(str(value) for value in values if value not in (None, ""))
    kind = ADDED if was is None else REMOVED
    before, after = (None, text) if was is None else (text, None)
    return Change(place, before, after, ((kind, text),))


def _cells(data_set: open_data.DataSet, place: str, was: Row, will_be: Row) -> Iterator[Change]:
    for column in data_set.columns:
        before, after = was.get(column.name), will_be.get(column.name)
        if before != after:
            yield Change(f"{place}: {column.meaning}", before, after)
