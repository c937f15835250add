"""Whether what is published is what the rows add up to, cell by cell."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import transaction

from reporting.open_data import file

from . import live, published
from .published import Read
from .table import FIGURES, Cells, Figure, Number, Table

#: The published file of the figures themselves.
PRINTED = "data/figures.csv"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell in which what is published is not what was reckoned.

    :param published: what the public reads; ``None`` where it reads nothing.
    :param recomputed: what it is in truth; ``None`` where there is nothing.
    """

    table: str
    row: str
    column: str
    published: Number | str
    recomputed: Number | str

    def __str__(self) -> str:
        return f"{self.table}: {self.row}: {self.column}: {_said(self.published)} / {_said(self.recomputed)}"


def _said(value: Number | str) -> str:
    return "–" if value is None else str(value)


def read_live(*, fictitious: bool, at: datetime) -> Read:
    """Return what gives the published files as they are made now."""

    @cache
    def read(path: str) -> bytes:
        code = path.removeprefix("data/").removesuffix(".csv")
        return "".join(file(code, "csv", fictitious=fictitious, at=at).parts).encode()

    return read


def tables(*, fictitious: bool, at: datetime) -> list[Table]:
    """Return every table of figures as of now, added up by the database."""
    read = read_live(fictitious=fictitious, at=at)
    return [_table(figure, read, fictitious, at) for figure in FIGURES.values()]


def table_of(code: str, *, fictitious: bool, at: datetime) -> Table:
    """Return one table of figures as of now."""
    read = read_live(fictitious=fictitious, at=at)
    return _table(FIGURES[code], read, fictitious, at)


def _table(figure: Figure, read: Read, fictitious: bool, at: datetime) -> Table:
    cells = live.cells(figure, fictitious=fictitious)
    rows = ((name, tuple(cells[name][c] for c in figure.columns)) for name in sorted(cells))
    return Table(
        figure.code,
        figure.title,
        at,
        tuple(figure.columns),
        tuple(rows),
        published.sources(figure, read),
    )


@transaction.atomic
def differences(
    read: Read, *, fictitious: bool, codes: Iterable[str] = tuple(FIGURES)
) -> list[Difference]:
    """Return every cell in which the published files and the live rows disagree.

    Each figure is reckoned from the published files alone and held against the rows; what the file
    of figures prints is held against that.

    :param read: gives the bytes of a published file by its path, such as ``data/awards.csv``.
    :param codes: which figures are looked at, where only some of the files are there.
    """
    read = cache(read)
    printed = _printed(read)
    found: list[Difference] = []
    for figure in (FIGURES[code] for code in codes):
        told = published.cells(figure, read)
        found += _compared(figure, told, live.cells(figure, fictitious=fictitious))
        found += _compared(figure, printed.get(figure.code, {}), told)
    return found


def _compared(figure: Figure, told: Cells, truth: Cells) -> Iterator[Difference]:
    for row in sorted({*told, *truth}):
        for column in figure.columns:
            said, true = told.get(row, {}).get(column), truth.get(row, {}).get(column)
            if said != true:
                yield Difference(figure.code, row, column, said, true)
            elif (row in told) != (row in truth):
                yield Difference(figure.code, row, column, *_there(row in told))


def _there(is_told: bool) -> tuple[str, str]:
    return ("empty", "missing") if is_told else ("missing", "empty")


def _printed(read: Read) -> dict[str, Cells]:
    found: dict[str, Cells] = {}
    text = read(PRINTED).decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        cells = found.setdefault(row["table"], {}).setdefault(row["row"], {})
        cells[row["column"]] = int(row["value"]) if row["value"] else None
    return found
