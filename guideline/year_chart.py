"""Planned months and months in which something was done, as bars: only whole pixels, no styles, no scripts."""

from collections.abc import Iterable
from dataclasses import dataclass

from .models import MONTHS
from .years import YearShown

#: Width of a month, height of a row and of the head, in pixels.
CELL, ROW, HEAD = 58, 44, 22


@dataclass(frozen=True, slots=True)
class Cell:
    """A month of a row; ``x`` is where it begins.

    :param plan: what is planned for it in words; empty where nothing is said. So ``result``.
    """

    month: int
    x: int
    planned: bool
    done: bool
    plan: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A measure, or a year of one; ``year`` is ``None`` where nothing was written."""

    label: str
    year: YearShown | None
    y: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    rows: tuple[Row, ...]

    width = CELL * len(MONTHS)
    months = tuple((place * CELL, month) for place, month in enumerate(MONTHS))

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows)


def chart(rows: Iterable[tuple[str, YearShown | None]]) -> Chart | None:
    """Return the bars of these rows, from above; ``None`` where no month is named at all."""
    drawn = tuple(_row(label, year, HEAD + ROW * at) for at, (label, year) in enumerate(rows))
    named = any(cell.planned or cell.done for row in drawn for cell in row.cells)
    return Chart(drawn) if named else None


def _row(label: str, year: YearShown | None, y: int) -> Row:
    planned, done = (dict(year.planned), dict(year.done)) if year else ({}, {})
    cells = tuple(
        Cell(
            month, place * CELL, month in planned, month in done,
            planned.get(month, ""), done.get(month, ""),
        )
        for place, month in enumerate(MONTHS)
    )  # fmt: skip
    return Row(label, year, y, cells)
