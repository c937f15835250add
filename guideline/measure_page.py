"""What the page of a measure tells: its line over the editions, its years, and what the office does next."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from casework import parties

from . import year_chart
from .lineage import Relative, lineage
from .models import (
    TONES,
    Crosswalk,
    Measure,
    MeasureYear,
    Progress,
    Status,
    fiscal_year_name,
)
from .year_lacks import lacks
from .years import YearShown, years_shown


@dataclass(frozen=True, slots=True)
class YearStatus:
    """The status of a measure of the line in a fiscal year.

    :param written: as the year's row says; empty where it says none.
    :param recorded: the last progress on record for that year; ``None`` where there is none.
    """

    measure: Measure
    fiscal_year: int
    written: str
    recorded: Progress | None

    @property
    def name(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def status(self) -> Status:
        return Status(self.written or (self.recorded.status if self.recorded else ""))

    @property
    def tone(self) -> str:
        return TONES[self.status]

    @property
    def disagrees(self) -> bool:
        """Whether the year's row and the table of a day say different things of the same year."""
        return bool(self.written and self.recorded and self.written != self.recorded.status)


@dataclass(frozen=True, slots=True)
class History:
    """A measure over the editions and years, as one person may read it."""

    line: list[Relative]
    statuses: list[YearStatus]
    years: list[YearShown]
    chart: year_chart.Chart | None


def history(measure: Measure, crosswalk: Iterable[Crosswalk], user) -> History:
    """Return the line of a measure with the status of each year; the newest year stands first."""
    line = lineage(measure, crosswalk)
    measures = {one.measure.pk: one.measure for one in line}
    every_year = years_shown(Measure.objects.filter(pk__in=measures), user)
    written = {(y.measure_id, y.fiscal_year): y.status for y in every_year if y.status}
    seen = Progress.objects.visible_to(user).filter(measure__in=measures).order_by("as_of")
    recorded = {(row.measure_id, row.fiscal_year): row for row in seen}
    keys = sorted({*written, *recorded}, key=lambda key: (-key[1], measures[key[0]].number))
    statuses = [
        YearStatus(measures[pk], year, written.get((pk, year), ""), recorded.get((pk, year)))
        for pk, year in keys
    ]
    own = [year for year in every_year if year.measure_id == measure.pk]
    return History(line, statuses, own[::-1], year_chart.chart((year.name, year) for year in own))


@dataclass(frozen=True, slots=True)
class Task:
    """Something the office has to do for a measure: in words, and where."""

    words: str
    address: str
    button: str


def next_tasks(measure: Measure, told: History, running: int) -> list[Task]:
    """Return what the office has to do for a measure, the most urgent first.

    :param running: the running fiscal year.
    """
    return [
        *_year_to_write(measure, told, running), *_rows_to_confirm(told), *_text_to_enter(measure)
    ]  # fmt: skip


def _year_to_write(measure: Measure, told: History, running: int) -> list[Task]:
    here = next((year for year in told.years if year.fiscal_year == running), None)
    missing = lacks(here or MeasureYear(measure=measure, fiscal_year=running))
    if not missing or not measure.edition.is_in_force:
        return []
    words = _("%(year)s: still to be written are %(fields)s.") % {
        "year": fiscal_year_name(running), "fields": parties.listed(missing),
    }  # fmt: skip
    address = reverse(
        "guideline:measure-year", args=[measure.edition.code, measure.number, running]
    )
    return [Task(words, address, _("Write plan and result"))]


def _rows_to_confirm(told: History) -> list[Task]:
    rows = [row for one in told.line for row in one.rows if row.confirmed_at is None]
    if not rows:
        return []
    address = reverse("guideline:crosswalk-item", args=[rows[0].pk])
    return [Task(_("What became of it is not confirmed yet."), address, _("Confirm the crosswalk"))]


def _text_to_enter(measure: Measure) -> list[Task]:
    if measure.text:
        return []
    address = reverse("guideline:measure-text", args=[measure.edition.code, measure.number])
    return [Task(_("The text of the guideline is not entered yet."), address, _("Enter the text"))]
