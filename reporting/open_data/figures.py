"""The verified figures as open data: one row a cell, with moment and digest; and the rows that each adds up."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from .table import SECOND, Column, DataSet, Kind, Value, iso


def rows(
    *, fictitious: bool, at: datetime, codes: Iterable[str] | None = None
) -> Iterator[tuple[Value, ...]]:
    """Yield the cells of the figures.

    :param codes: of which figures; of all, if not given.
    """
    # The figures are reckoned from the tables beside this one, which are there only by now.
    from reporting.figures import FIGURES, tables

    for table in tables(fictitious=fictitious, at=at, codes=codes):
        files = " ".join(FIGURES[table.code].files)
        told = (iso(table.as_of), files, len(table.sources), table.digest)
        for name, numbers in table.rows:
            for column, number in zip(table.columns, numbers, strict=True):
                yield table.code, name, column, number, *told


def sources(
    *, fictitious: bool, at: datetime, codes: Iterable[str] | None = None
) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of open data that each figure adds up."""
    from reporting.figures import KEYS, tables

    for table in tables(fictitious=fictitious, at=at, codes=codes):
        for place, source in enumerate(table.sources, start=1):
            file, _colon, row = source.partition(":")
            yield table.code, place, file, "/".join(KEYS[file]), row


FIGURES = DataSet(
    "figures",
    _("Figures"),
    (
        Column("table", Kind.CODE, _("Code of the table of figures"), SECOND),
        Column("row", Kind.TEXT, _("What the row is about: parts are separated by a slash"), SECOND),
        Column("column", Kind.CODE, _("Code of the column"), SECOND),
        Column("value", Kind.WHOLE, _("The number; empty if not known"), SECOND),
        Column("as_of", Kind.MOMENT, _("The moment as of which the rows were added up"), SECOND),
        Column("files", Kind.CODE, _("Tables whose rows it adds up, separated by blanks"), SECOND),
        Column("source_rows", Kind.WHOLE, _("How many rows of these tables it rests on"), SECOND),
        Column("digest", Kind.CODE, _("SHA-256 of the numbers of the table and the ids of its source rows"), SECOND),
    ),
    rows,
)  # fmt: skip

SOURCES = DataSet(
    "figure-sources",
    _("Rows that the figures add up"),
    (
        Column("table", Kind.CODE, _("Code of the table of figures; on the public site also the page of a table, such as figures/2026"), SECOND),
        Column("place", Kind.WHOLE, _("Place of the row among those of its table, from 1"), SECOND),
        Column("file", Kind.CODE, _("Table of open data in which the row stands"), SECOND),
        Column("key", Kind.CODE, _("Columns that name the row there, separated by slashes"), SECOND),
        Column("row", Kind.TEXT, _("What stands in these columns, separated by slashes"), SECOND),
    ),
    sources,
)  # fmt: skip
