"""The verified figures as open data: one row a cell, with its as-of moment and the digest of its table."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from .table import SECOND, Column, DataSet, Kind, Value, iso


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    # The figures are reckoned from the tables beside this one, which are there only by now.
    from reporting.figures import FIGURES, tables

    for table in tables(fictitious=fictitious, at=at):
        files = " ".join(FIGURES[table.code].files)
        told = (iso(table.as_of), files, len(table.sources), table.digest)
        for name, numbers in table.rows:
            for column, number in zip(table.columns, numbers, strict=True):
                yield table.code, name, column, number, *told


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
