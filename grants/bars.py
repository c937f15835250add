"""Sums as bars that lie below each other, drawn by a template; the table beside them is the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.flow import Text

#: Units of the picture: its width, the ends of the longest bar, and the heights of a row.
WIDTH, LEFT, RIGHT = 320, 4, 316
NAME, BAR, GAP = 18, 14, 4
SPACE = 12


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of the picture shows, in yen.

    :param bars: from top to bottom, each of (what it is, yen) from left to right; less than zero
        is nothing.
    :param mark_yen: where an upright line stands, such as a target.
    """

    label: Text
    bars: Sequence[Sequence[tuple[str, int]]]
    mark_yen: int | None = None

    @property
    def longest_yen(self) -> int:
        return max([self.mark_yen or 0, *(sum(_lengths(bar)) for bar in self.bars)])


@dataclass(frozen=True, slots=True)
class Piece:
    what: str
    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row as it is drawn; all in units of the picture."""

    label: Text
    text_y: int
    bar_y: int
    bottom: int
    pieces: list[Piece]
    mark_x: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    left: int
    span: int
    bar_height: int
    rows: list[Drawn]


def picture(rows: Sequence[Row]) -> Picture | None:
    """Return the picture of ``rows``, or ``None`` where every sum is zero."""
    longest = max((row.longest_yen for row in rows), default=0)
    if not longest:
        return None
    drawn, top = [], 0
    for row in rows:
        drawn.append(_drawn(row, top, longest))
        top = drawn[-1].bottom + SPACE
    return Picture(WIDTH, top, LEFT, RIGHT - LEFT, BAR, drawn)


def _lengths(bar: Sequence[tuple[str, int]]) -> list[int]:
    return [max(yen, 0) for _what, yen in bar]


def _drawn(row: Row, top: int, longest: int) -> Drawn:
    first = top + NAME
    pieces = [
        piece
        for n, bar in enumerate(row.bars)
        for piece in _pieces(bar, first + n * (BAR + GAP), longest)
    ]
    return Drawn(
        label=row.label,
        text_y=top + NAME - 5,
        bar_y=first,
        bottom=first + len(row.bars) * (BAR + GAP) - GAP,
        pieces=pieces,
        mark_x=None if row.mark_yen is None else _x(row.mark_yen, longest),
    )


def _pieces(bar: Sequence[tuple[str, int]], y: int, longest: int) -> list[Piece]:
    """Let each piece begin where the one before ends, so that no rounding opens a gap."""
    found, so_far = [], 0
    for (what, _yen), yen in zip(bar, _lengths(bar), strict=True):
        begin, so_far = _x(so_far, longest), so_far + yen
        if yen:
            found.append(Piece(what, begin, y, max(_x(so_far, longest) - begin, 1)))
    return found


def _x(yen: int, longest: int) -> int:
    return LEFT + (RIGHT - LEFT) * yen // longest
