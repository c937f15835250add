"""What would change in the rows of published tables: rows that come and go, and cells, each by its name."""

import json
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.flow import Text
from reporting import open_data

from . import changes
from .cell_words import Courses, column_label, value_in_words
from .changes import ADDED, REMOVED, Change
from .contents import MEASURES, MOVED_OF_MEASURES
from .row_names import NAMED_BY, called

#: Tables that are made of the others: what changes there is told there. One tells its own moment.
_MADE_OF_OTHERS = ("figures", "figure-sources")

Row = dict[str, object]
#: What a column is called, and its value in words.
Said = Callable[[str, object], tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of a table are told.

    :param label: what the table is called; empty on its own page.
    :param key: the columns that tell its rows apart; rows without come and go whole.
    :param columns: those that are told, in order.
    :param named: what a row is called.
    :param said: what column and value are called.
    :param words: the columns that hold what somebody wrote.
    """

    label: Text
    key: tuple[str, ...]
    columns: tuple[str, ...]
    named: Callable[[Row], str]
    said: Said
    words: frozenset[str] = frozenset()


def between(
    before: dict[str, str], after: dict[str, str], *, courses: Courses, without: Container[str] = ()
) -> Iterator[Change]:
    """Yield what differs between two sets of files; CSV and JSON of a table hold the same rows.

    :param before: name of the file → its text.
    :param without: tables that are told elsewhere.
    """
    for code, data_set in open_data.DATASETS.items():
        name = f"{code}.json"
        if code in _MADE_OF_OTHERS or code in without:
            continue
        if before.get(name) != after.get(name):
            table = table_of(data_set, courses)
            yield from rows(table, _rows(code, before.get(name)), _rows(code, after.get(name)))


def _rows(code: str, text: str | None) -> list[Row]:
    """Return the rows of a file, without what the public reads of other releases in their place."""
    moved = MOVED_OF_MEASURES if code == MEASURES else ()
    found = json.loads(text) if text else []
    return [{name: value for name, value in row.items() if name not in moved} for row in found]


def table_of(data_set: open_data.DataSet, courses: Courses) -> Table:
    """Return how a table of open data is told: by the names of its columns in the dictionary."""
    columns = {column.name: column for column in data_set.columns}

    def said(name: str, value: object) -> tuple[str, object]:
        column = columns[name]
        return column_label(column), value_in_words(data_set.code, column, value, courses)

    def named(row: Row) -> str:
        return called(data_set.code, row)

    key = NAMED_BY.get(data_set.code, ())
    written = frozenset(
        column.name for column in data_set.columns if column.kind == open_data.Kind.TEXT
    )
    return Table(data_set.label, key, tuple(columns), named, said, written)


def rows(table: Table, before: list[Row], after: list[Row]) -> Iterator[Change]:
    """Yield the rows that come and go, and the cells that change."""
    old, new = (_by_key(rows, table.key or table.columns) for rows in (before, after))
    for name in [*old, *(name for name in new if name not in old)]:
        was, will_be = old.get(name), new.get(name)
        if was is None or will_be is None:
            yield _row_alone(table, was, will_be)
        elif was != will_be:
            yield from _cells(table, was, will_be)


def _by_key(rows: list[Row], key: tuple[str, ...]) -> dict[tuple[str, ...], Row]:
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        name = tuple(str(row.get(column)) for column in key)
        while name in found:  # twice the same: each is told
            name = (*name, "")
        found[name] = row
    return found


def _place(table: Table, row: Row, *more: str) -> str:
    named = table.named(row) if table.key else ""
    return ": ".join(part for part in (str(table.label), named, *more) if part)


def _row_alone(table: Table, was: Row | None, will_be: Row | None) -> Change:
    """Tell of a row that goes or comes, with all that it says under the names of its columns."""
    row = (will_be if was is None else was) or {}
    cells = (table.said(name, row.get(name)) for name in table.columns)
    text = _("; ").join(f"{label}: {value}" for label, value in cells if value not in (None, ""))
    kind = ADDED if was is None else REMOVED
    before, after = (None, text) if was is None else (text, None)
    return Change(_place(table, row), before, after, ((kind, text),))


def _cells(table: Table, was: Row, will_be: Row) -> Iterator[Change]:
    for name in table.columns:
        if was.get(name) != will_be.get(name):
            (label, before), (_label, after) = (table.said(name, row.get(name)) for row in (was, will_be))  # fmt: skip
            tell = changes.of_words if name in table.words else Change
            yield tell(_place(table, will_be, label), before, after)
