"""What each column of the open data means, and when it came: tables about the tables."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .table import SECOND, Column, DataSet, Kind, Value, iso

Tables = Callable[[], Iterable[DataSet]]


def _in(language: str, words: str | Promise) -> str:
    with override(language):
        return str(words)


def dictionary_of(tables: Tables) -> DataSet:
    """Return the table of all columns, in both languages, whatever the page speaks."""

    def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
        for table in tables():
            for place, column in enumerate(table.columns, start=1):
                yield (
                    table.code,
                    place,
                    column.name,
                    column.kind.value,
                    _in("ja", column.meaning),
                    _in("en", column.meaning),
                    iso(column.since),
                )

    return DataSet(
        "dictionary",
        _("Columns and what they mean"),
        (
            Column("table", Kind.CODE, _("Code of the table, which is the name of its file"), SECOND),
            Column("place", Kind.WHOLE, _("Place of the column, from 1"), SECOND),
            Column("column", Kind.CODE, _("Name of the column"), SECOND),
            Column("kind", Kind.CODE, _("How its values are written: text, code, integer, yen, fiscal_year, date, datetime, boolean"), SECOND),
            Column("meaning_ja", Kind.TEXT, _("What it holds, in Japanese"), SECOND),
            Column("meaning_en", Kind.TEXT, _("What it holds, in English"), SECOND),
            Column("since", Kind.DAY, _("Day on which it was added"), SECOND),
        ),
        rows,
    )  # fmt: skip


def changes_of(tables: Tables) -> DataSet:
    """Return the table of what was added when, the latest first; nothing else ever changes."""

    def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
        for day, table, added in changes(tables()):
            whole = added == table.columns
            what = "table_added" if whole else "columns_added"
            yield iso(day), table.code, what, " ".join(column.name for column in added)

    return DataSet(
        "changes",
        _("What changed in the columns"),
        (
            Column("day", Kind.DAY, _("Day of the change"), SECOND),
            Column("table", Kind.CODE, _("Code of the table, which is the name of its file"), SECOND),
            Column("what", Kind.CODE, _("table_added, or columns_added"), SECOND),
            Column("columns", Kind.CODE, _("Names of the columns that were added, separated by blanks"), SECOND),
        ),
        rows,
    )  # fmt: skip


def changes(tables: Iterable[DataSet]):
    """Return (day, table, the columns that it got on that day), the latest day first."""
    found = [
        (day, table, tuple(column for column in table.columns if column.since == day))
        for table in tables
        for day in {column.since for column in table.columns}
    ]
    return sorted(found, key=lambda change: change[0], reverse=True)
