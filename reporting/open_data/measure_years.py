"""Plan and result of the measures by fiscal year as open data, as the public reads them, and their figures."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guideline.models import Figure, Measure
from guideline.years import FigureShown, YearShown, years_shown

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso

YEAR, DOCUMENT = "year", "document"
PLANNED, DONE = "planned", "done"


def _years() -> list[tuple[tuple[str, int], YearShown]]:
    """Return the years that were made public, each with edition and number of its measure."""
    measures = {
        pk: (edition, number)
        for pk, edition, number in Measure.objects.values_list("pk", "edition__code", "number")
    }
    found = years_shown(Measure.objects.all(), AnonymousUser())
    named = [(measures[year.measure_id], year) for year in found]
    return sorted(named, key=lambda pair: (pair[0], pair[1].fiscal_year))


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    for measure, year in _years():
        yield (
            *measure,
            year.fiscal_year,
            year.target,
            year.plan,
            _months(year.plan_months),
            year.result,
            _months(year.result_months),
            year.status,
            year.next_plan,
            iso(year.made_public_at),
        )


def _months(months: Iterable[int]) -> str:
    return " ".join(map(str, months))


def months(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    """Yield each month that is planned, and each in which something was done, with its words."""
    for measure, year in _years():
        for what, named in ((PLANNED, year.planned), (DONE, year.done)):
            for month, words in named:
                yield (*measure, year.fiscal_year, what, month, words)


def figures(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    """Yield the figures of the years that were made public, and then those that documents give."""
    yield from figures_of_years(fictitious=fictitious, at=at)
    yield from figures_of_documents(fictitious=fictitious, at=at)


def figures_of_years(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    for measure, year in _years():
        for figure in year.figures:
            yield _figure(measure, year.fiscal_year, figure, "", YEAR, "")
            for part in figure.parts:
                yield _figure(measure, year.fiscal_year, part, figure.label, YEAR, "")


def figures_of_documents(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = Figure.objects.of_documents().select_related("measure__edition", "part_of")
    for row in found.order_by("measure__edition__code", "measure__number", "pk"):
        whole = row.part_of.label if row.part_of else ""
        measure = (row.measure.edition.code, row.measure.number)
        yield _figure(measure, row.fiscal_year, row, whole, DOCUMENT, row.source)


def _figure(
    measure: tuple[str, int], year: int | None, row: FigureShown | Figure, whole: str, of: str,
    source: str,
) -> tuple[Value, ...]:  # fmt: skip
    said = (row.label, row.label_en, row.value, row.unit, row.unit_en, whole, row.parts_exceed)
    return (*measure, year, iso(row.as_of), *said, of, source)


YEARS = DataSet(
    "measure-years",
    _("Plan and result of the measures by fiscal year"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("number", Kind.WHOLE, _("Number of the measure"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year"), SECOND),
        Column("target", Kind.TEXT, _("What is to be reached"), SECOND),
        Column("plan", Kind.TEXT, _("What is planned"), SECOND),
        Column("plan_months", Kind.CODE, _("Months for which it is planned, 1 to 12, from April on, separated by blanks"), SECOND),
        Column("result", Kind.TEXT, _("What was done"), SECOND),
        Column("result_months", Kind.CODE, _("Months in which it was done, 1 to 12, from April on, separated by blanks"), SECOND),
        Column("status", Kind.CODE, _("Status of the year; empty if none is given"), SECOND),
        Column("next_plan", Kind.TEXT, _("What is planned for the next year"), SECOND),
        Column("made_public_at", Kind.MOMENT, _("The moment at which it was made public; later changes wait for the next"), SECOND),
    ),
    rows,
)  # fmt: skip

MONTHS = DataSet(
    "measure-months",
    _("Months of the measures, planned and done"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("number", Kind.WHOLE, _("Number of the measure"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year"), SECOND),
        Column("what", Kind.CODE, _("planned, or done"), SECOND),
        Column("month", Kind.WHOLE, _("Month, 1 to 12"), SECOND),
        Column("words", Kind.TEXT, _("What is planned for it, or was done in it; empty if nothing is written"), SECOND),
    ),
    months,
)  # fmt: skip

MEASURE_FIGURES = DataSet(
    "measure-figures",
    _("Figures of the measures"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("number", Kind.WHOLE, _("Number of the measure"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year; empty if not given"), SECOND),
        Column("as_of", Kind.DAY, _("Day as of which it was counted; empty if not given"), SECOND),
        Column("label", Kind.TEXT, pgettext_lazy("figure", "What is counted"), SECOND),
        Column("label_en", Kind.TEXT, _("What is counted, in English"), SECOND),
        Column("value", Kind.WHOLE, _("How many"), SECOND),
        Column("unit", Kind.TEXT, _("Unit"), SECOND),
        Column("unit_en", Kind.TEXT, _("Unit in English"), SECOND),
        Column("part_of", Kind.TEXT, _("The figure of which this one is a part; empty for a whole"), SECOND),
        Column("parts_exceed", Kind.YES_NO, _("Whether its parts are more than it, for so its document has it"), SECOND),
        Column("told_in", Kind.CODE, _("year: in the plan and result of the fiscal year; document: in a document"), SECOND),
        Column("source", Kind.TEXT, _("Document in which it stands"), SECOND),
    ),
    figures,
)  # fmt: skip
