"""Pictures of a selection: how far sheets lie apart, how far places move; their tables are the truth."""

from dataclasses import dataclass
from fractions import Fraction

from .scoring import PassUnit, Rules
from .selection import Standing, cut_after
from .sensitivity import Finding

LEFT, RIGHT, TOP, ROW = 12, 308, 8, 52
WIDTH = 320
#: Characters of a name that fit into the picture.
NAME = 24


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
    """:param cut: how far down the line lies below which nobody is proposed for money."""

    width: int
    height: int
    left: int
    right: int
    pass_mark: int | None
    cut: int | None
    lines: list[Line]


def spread(rows: list[Standing], rules: Rules) -> Chart | None:
    """Return the picture of ``rows``, or ``None`` while no sheet has come."""
    if not rules.most or not any(row.totals for row in rows):
        return None
    lines = [_line(row, place, rules.most) for place, row in enumerate(rows)]
    above = cut_after(rows)
    cut = None if above is None else TOP // 2 + ROW * above
    return Chart(WIDTH, TOP + ROW * len(rows), LEFT, RIGHT, _mark(rules), cut, lines)


def _mark(rules: Rules) -> int | None:
    if rules.pass_mark is None:
        return None
    most = Fraction(100) if rules.pass_unit == PassUnit.PERCENT else rules.most
    return _x(Fraction(rules.pass_mark), most)


def _line(row: Standing, place: int, most: Fraction) -> Line:
    top = TOP + ROW * place
    dots = sorted(_x(total, most) for total in row.totals.values())
    low, high = (dots[0], dots[-1]) if dots else (LEFT, LEFT)
    points = None if row.points is None else _x(row.points, most)
    return Line(_name_of(row), top + 14, top + 32, dots, low, high - low, points)


def _name_of(row: Standing) -> str:
    name = f"{row.proposal.number or ''} {row.proposal.title}".strip()
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def _x(points: Fraction, most: Fraction) -> int:
    return LEFT + round((RIGHT - LEFT) * points / most)


@dataclass(frozen=True, slots=True)
class Range:
    """One proposal: from its best to its worst place, and the official one."""

    label: str
    text_y: int
    y: int
    best: int
    span: int
    official: int


@dataclass(frozen=True, slots=True)
class Ranks:
    width: int
    height: int
    left: int
    right: int
    lines: list[Range]


def rank_ranges(found: list[tuple[Standing, Finding]]) -> Ranks | None:
    """Return the picture of how far each place moves, or ``None`` where nobody has one."""
    if not found:
        return None
    last = max(finding.worst or 1 for _row, finding in found)
    lines = [_range(row, finding, n, last) for n, (row, finding) in enumerate(found)]
    return Ranks(WIDTH, TOP + ROW * len(found), LEFT, RIGHT, lines)


def _range(row: Standing, finding: Finding, place: int, last: int) -> Range:
    def at(rank: int | None) -> int:
        return LEFT + (RIGHT - LEFT) * ((rank or 1) - 1) // max(last - 1, 1)

    top = TOP + ROW * place
    best = at(finding.best)
    name = _name_of(row)
    return Range(name, top + 14, top + 32, best, at(finding.worst) - best, at(finding.rank))
