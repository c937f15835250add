"""Yen and cases by measure, as bars: only whole pixels, no styles, no scripts."""

from dataclasses import dataclass

from grants.measure_years import Tally
from guideline.models import Measure

#: Bars keep to this width (pixels), so that a phone shows them at full size.
WIDTH = 336
ROW = 76
#: How high the bar of the yen is, and that of the cases below it.
YEN_HIGH, CASES_HIGH = 18, 8
#: How much of a title fits above its bar, in columns of a fixed font: a wide character takes two.
COLUMNS = 42


@dataclass(frozen=True, slots=True)
class Bar:
    """One measure: where its bars stand and how long they are, in pixels."""

    measure: Measure
    tally: Tally
    y: int
    yen_width: int
    cases_width: int

    @property
    def title_y(self) -> int:
        return self.y + 16

    @property
    def yen_y(self) -> int:
        return self.y + 24

    @property
    def cases_y(self) -> int:
        return self.yen_y + YEN_HIGH + 2

    @property
    def words_y(self) -> int:
        return self.cases_y + CASES_HIGH + 16

    @property
    def amount(self) -> str:
        """The decided yen, with thousands apart; empty while nothing is decided."""
        decided = self.tally.yen.decided
        return "" if decided is None else f"{decided:,}"

    @property
    def title(self) -> str:
        """Number and name, cut where they would not fit."""
        words = f"{self.measure.number}. {self.measure.name}"
        columns = 0
        for at, letter in enumerate(words):
            columns += 1 if letter.isascii() else 2
            if columns > COLUMNS:
                return words[:at] + "…"
        return words


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]

    width = WIDTH
    yen_high = YEN_HIGH
    cases_high = CASES_HIGH

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def chart(rows: list[tuple[Measure, Tally]]) -> Chart | None:
    """Return a bar of the decided yen and one of the cases for each measure that has a case.

    ``None`` when no measure has one.
    """
    shown = [(measure, tally) for measure, tally in rows if tally.confirmed or tally.named]
    if not shown:
        return None
    most_yen = max(tally.yen.decided or 0 for _measure, tally in shown) or 1
    most_cases = max(tally.confirmed + tally.named for _measure, tally in shown)
    return Chart(
        tuple(
            Bar(
                measure, tally, at * ROW, WIDTH * (tally.yen.decided or 0) // most_yen,
                WIDTH * (tally.confirmed + tally.named) // most_cases,
            )
            for at, (measure, tally) in enumerate(shown)
        )
    )  # fmt: skip
