"""The measures of each class by status, as bars: only whole pixels, no styles, no scripts."""

from collections import Counter
from dataclasses import dataclass

from guideline.models import Classification, Status

#: Bars keep to this width (pixels), so that a phone shows them at full size.
WIDTH = 336
BAR = 28
ROW = 64

#: Fill and the colour of the number in it: apart by lightness, at least 4.5 : 1 to each other.
#: In the order in which the tables name them.
COLOURS = {
    Status.NOT_STARTED: ("#e6e6e6", "#000000"),
    Status.IN_PROGRESS: ("#ffc700", "#000000"),
    Status.PARTLY: ("#9bd4b5", "#000000"),
    Status.DONE: ("#115a36", "#ffffff"),
    Status.ONGOING: ("#2b8a5a", "#000000"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One status in a bar: where it starts and how wide it is, in pixels."""

    status: Status
    count: int
    x: int
    width: int

    @property
    def fill(self) -> str:
        return COLOURS[self.status][0]

    @property
    def ink(self) -> str:
        return COLOURS[self.status][1]

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Bar:
    """The measures of one class."""

    classification: Classification
    total: int
    y: int
    segments: tuple[Segment, ...]
    counts: tuple[int, ...]

    @property
    def top(self) -> int:
        """Where the bar starts, below its label."""
        return self.y + 24

    @property
    def baseline(self) -> int:
        return self.top + BAR - 9


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]

    statuses = tuple(COLOURS)
    width = WIDTH
    bar_height = BAR

    @property
    def height(self) -> int:
        return ROW * len(self.bars)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(fill, label) for each status, in the order of the bars."""
        return [(COLOURS[status][0], status.label) for status in self.statuses]


def chart(counts: Counter[tuple[str, str]]) -> Chart | None:
    """Return the bars of these counts by (class, status); ``None`` when nothing is counted."""
    totals = {c: sum(counts[c, s] for s in COLOURS) for c in Classification}
    shown = [c for c in Classification if totals[c]]
    if not shown:
        return None
    longest = max(totals.values())
    return Chart(tuple(_bar(c, counts, row * ROW, longest) for row, c in enumerate(shown)))


def _bar(classification: Classification, counts: Counter, y: int, longest: int) -> Bar:
    here = tuple(counts[classification, status] for status in COLOURS)
    segments, x = [], 0
    for status, count in zip(COLOURS, here, strict=True):
        if count:
            width = WIDTH * count // longest
            segments.append(Segment(status, count, x, width))
            x += width
    return Bar(classification, sum(here), y, tuple(segments), here)
