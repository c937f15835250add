"""The picture of how far the sheets of each proposal lie apart; its table is the truth."""

from dataclasses import dataclass
from fractions import Fraction

from .scoring import PassUnit, Rules
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
    points: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    left: int
    right: int
    pass_mark: int | None
    lines: list[Line]


def spread(rows: list[Standing], rules: Rules) -> Chart | None:
    """Return the picture of ``rows``, or ``None`` while no sheet has come."""
    if not rules.most or not any(row.totals for row in rows):
        return None
    lines = [_line(row, place, rules.most) for place, row in enumerate(rows)]
    return Chart(WIDTH, TOP + ROW * len(rows), LEFT, RIGHT, _mark(rules), lines)


def _mark(rules: Rules) -> int | None:
    if rules.pass_mark is None:
        return None
    most = Fraction(100) if rules.pass_unit == PassUnit.PERCENT else rules.most
    return _x(Fraction(rules.pass_mark), most)


def _line(row: Standing, place: int, most: Fraction) -> Line:
    top = TOP + ROW * place
    dots = sorted(_x(total, most) for total in row.totals.values())
    low, high = (dots[0], dots[-1]) if dots else (LEFT, LEFT)
    name = f"{row.proposal.number or ''} {row.proposal.title}".strip()
    points = None if row.points is None else _x(row.points, most)
    return Line(name[:24], top + 14, top + 32, dots, low, high - low, points)


def _x(points: Fraction, most: Fraction) -> int:
    return LEFT + round((RIGHT - LEFT) * points / most)
