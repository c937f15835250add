"""The picture of how far the sheets of each proposal lie apart; its table is the truth."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .selection import Standing

LEFT, RIGHT, TOP, ROW = 12, 308, 8, 52
WIDTH = 320


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal: its name at ``text_y``, its scale at ``y``; all in units of the picture."""

    label: str
    text_y: int
    y: int
    dots: list[int]
    low: int
    span: int
    mean: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    left: int
    right: int
    pass_mark: int | None
    lines: list[Line]


def spread(rows: list[Standing], *, max_points: int, pass_mark: Decimal | None) -> Chart | None:
    """Return the picture of ``rows``, or ``None`` while no sheet has come."""
    if not max_points or not any(row.totals for row in rows):
        return None
    mark = None if pass_mark is None else _x(Fraction(pass_mark), max_points)
    lines = [_line(row, place, max_points) for place, row in enumerate(rows)]
    return Chart(WIDTH, TOP + ROW * len(rows), LEFT, RIGHT, mark, lines)


def _line(row: Standing, place: int, max_points: int) -> Line:
    top = TOP + ROW * place
    dots = sorted(_x(Fraction(total), max_points) for total in row.totals.values())
    low, high = (dots[0], dots[-1]) if dots else (LEFT, LEFT)
    name = f"{row.proposal.number or ''} {row.proposal.title}".strip()
    mean = None if row.mean is None else _x(row.mean, max_points)
    return Line(name[:24], top + 14, top + 32, dots, low, high - low, mean)


def _x(points: Fraction, max_points: int) -> int:
    return LEFT + round((RIGHT - LEFT) * points / max_points)
