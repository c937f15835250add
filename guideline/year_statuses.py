"""How far the measures of an edition had come at the end of each fiscal year, by class.

The status of a year is that of the year's row; where the row names none, that of the last day of the
year for which progress is on record.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from .chart import BAR, COLOURS, WIDTH, Segment
from .measure_page import YearStatus
from .models import Classification, Edition, Measure, Progress, Status, fiscal_year_name
from .years import YearShown, years_shown

#: Height of a class's name and of a bar with its year, in pixels.
NAME, ROW = 28, 52

#: Fiscal year → measure → status.
Statuses = dict[int, dict[int, str]]


def statuses(edition: Edition, user, years: Iterable[YearShown] | None = None) -> Statuses:
    """Return the status of each measure in each fiscal year, as ``user`` may read it.

    :param years: what :func:`years_shown` returned, where the caller has it already.
    """
    measures = Measure.objects.filter(edition=edition)
    found: Statuses = {}
    rows = Progress.objects.visible_to(user).filter(measure__in=measures).order_by("as_of")
    for fiscal_year, measure, status in rows.values_list("fiscal_year", "measure", "status"):
        found.setdefault(fiscal_year, {})[measure] = status
    for year in years_shown(measures, user) if years is None else years:
        if year.status:
            found.setdefault(year.fiscal_year, {})[year.measure_id] = year.status
    return dict(sorted(found.items()))


def differing(
    measures: QuerySet[Measure], user, years: Iterable[YearShown] | None = None
) -> list[YearStatus]:
    """Return what the row of a year says of a measure otherwise than the last table of that year.

    By edition, the newest year first, and by number.

    :param years: what :func:`years_shown` returned, where the caller has it already.
    """
    shown = years_shown(measures, user) if years is None else years
    written = {(one.measure_id, one.fiscal_year): one.status for one in shown if one.status}
    rows = Progress.objects.visible_to(user).filter(
        measure__in=measures, fiscal_year__in={year for _measure, year in written}
    )
    latest = {(row.measure_id, row.fiscal_year): row for row in rows.order_by("as_of")}
    named = measures.select_related("edition").in_bulk({measure for measure, _year in written})
    found = [
        YearStatus(named[key[0]], key[1], status, latest.get(key))
        for key, status in written.items()
    ]
    return sorted(
        (one for one in found if one.disagrees),
        key=lambda one: (one.measure.edition_id, -one.fiscal_year, one.measure.number),
    )


def differing_on(edition: Edition, day: date | None, user) -> list[YearStatus]:
    """Return what :func:`differing` does of an edition, where its table of ``day`` is the last of the year."""
    found = differing(Measure.objects.filter(edition=edition), user) if day else []
    return [one for one in found if one.recorded.as_of == day]


@dataclass(frozen=True, slots=True)
class Bar:
    """The measures of one class in one fiscal year."""

    fiscal_year: int
    y: int
    segments: tuple[Segment, ...]
    counts: tuple[int, ...]

    @property
    def name(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def top(self) -> int:
        return self.y + 18

    @property
    def baseline(self) -> int:
        return self.top + BAR - 9


@dataclass(frozen=True, slots=True)
class Group:
    """A class and its bars, a year below the other."""

    classification: Classification
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    groups: tuple[Group, ...]

    width = WIDTH
    bar_height = BAR
    legend = tuple((COLOURS[status][0], status.label) for status in COLOURS)

    @property
    def height(self) -> int:
        return sum(NAME + ROW * len(group.bars) for group in self.groups)


def counted(found: Statuses, classes: dict[int, str]) -> Counter[tuple[str, int, str]]:
    """Count measures by (class, fiscal year, status).

    :param classes: measure → class.
    """
    return Counter(
        (classes[measure], year, status)
        for year, told in found.items()
        for measure, status in told.items()
    )


def chart(counts: Counter[tuple[str, int, str]]) -> Chart | None:
    """Return bars for each class and year; ``None`` when nothing is counted."""
    totals: Counter[tuple[str, int]] = Counter()
    for (classification, year, _status), count in counts.items():
        totals[classification, year] += count
    if not totals:
        return None
    groups, y, longest = [], 0, max(totals.values())
    for classification in Classification:
        years = sorted(year for code, year in totals if code == classification)
        if years:
            bars = tuple(
                _bar(counts, classification, year, y + NAME + ROW * at, longest)
                for at, year in enumerate(years)
            )
            groups.append(Group(classification, y, bars))
            y += NAME + ROW * len(years)
    return Chart(tuple(groups))


def _bar(counts: Counter, classification: str, year: int, y: int, longest: int) -> Bar:
    here = tuple(counts[classification, year, status] for status in COLOURS)
    segments, x = [], 0
    for status, count in zip(COLOURS, here, strict=True):
        if count:
            width = WIDTH * count // longest
            segments.append(Segment(Status(status), count, x, width))
            x += width
    return Bar(year, y, tuple(segments), here)
