"""How far the measures had come on each public day, as open data, and what documents printed of it."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from guideline.models import Crosswalk, PrintedCount, Progress

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso

#: What a row says of a measure, in the order of the columns.
SAID = ("class", "status", "next_class", "result", "reason")


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = Progress.published.order_by("measure__edition__code", "as_of", "measure__number")
    columns = (
        "measure__edition__code", "as_of", "measure__number", "fiscal_year",
        "measure__classification", *SAID[1:],
    )  # fmt: skip
    for edition, day, *said in found.values_list(*columns).iterator(chunk_size=1000):
        yield (edition, iso(day), *said)


def row_of(edition: str, day: date, fiscal_year: int | None, said: dict) -> tuple[Value, ...]:
    """Return the row of what a release froze of a measure.

    :param fiscal_year: the one of the day, for a row that names none.
    """
    year = said.get("fiscal_year", fiscal_year)  # what was frozen first names none
    return (edition, iso(day), said["number"], year, *(said[name] for name in SAID))


def printed(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = PrintedCount.published.order_by("edition__code", "as_of", "classification", "status")
    columns = ("classification", "status", "count", "denominator", "source")
    for edition, day, *said in found.values_list("edition__code", "as_of", *columns):
        yield (edition, iso(day), *said)


def crosswalk(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    columns = (
        "from_measure__edition__code", "from_measure__number", "to_measure__edition__code",
        "to_measure__number", "kind", "reason", "reason_en", "source", "confirmed_at",
    )  # fmt: skip
    found = Crosswalk.objects.order_by(*columns[:5], "pk")
    for *said, confirmed_at in found.values_list(*columns).iterator(chunk_size=1000):
        yield (*said, confirmed_at is not None)


PROGRESS = DataSet(
    "progress",
    _("Progress of the measures by day"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("as_of", Kind.DAY, _("Day of the progress table"), SECOND),
        Column("number", Kind.WHOLE, _("Number of the measure"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year"), SECOND),
        Column("class", Kind.CODE, _("Class of the measure"), SECOND),
        Column("status", Kind.CODE, _("Status on that day"), SECOND),
        Column("next_class", Kind.TEXT, _("Class in the next edition, as printed"), SECOND),
        Column("result", Kind.TEXT, _("What came of it"), SECOND),
        Column("reason", Kind.TEXT, _("Reason for the class in the next edition"), SECOND),
    ),
    rows,
)  # fmt: skip

PRINTED = DataSet(
    "printed-counts",
    _("Counts that the city’s progress tables print"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("as_of", Kind.DAY, _("Day of the progress table"), SECOND),
        Column("class", Kind.CODE, _("Class of the measure"), SECOND),
        Column("status", Kind.CODE, _("Status"), SECOND),
        Column("printed", Kind.WHOLE, _("How many measures the document says; the rows of the table of progress may say otherwise"), SECOND),
        Column("out_of", Kind.WHOLE, _("Of how many, as the document says"), SECOND),
        Column("source", Kind.TEXT, _("Document in which it stands"), SECOND),
    ),
    printed,
)  # fmt: skip

CROSSWALK = DataSet(
    "crosswalk",
    _("What became of the measures from one edition to the next"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("from_edition", Kind.CODE, _("Code of the earlier edition; empty for a new measure"), SECOND),
        Column("from_number", Kind.WHOLE, _("Number of the measure there"), SECOND),
        Column("to_edition", Kind.CODE, _("Code of the later edition; empty for a dropped measure"), SECOND),
        Column("to_number", Kind.WHOLE, _("Number of the measure there"), SECOND),
        Column("kind", Kind.CODE, _("kept, renamed, reclassed, merged, split, dropped, or new"), SECOND),
        Column("reason", Kind.TEXT, _("Reason"), SECOND),
        Column("reason_en", Kind.TEXT, _("Reason in English"), SECOND),
        Column("source", Kind.TEXT, _("Document in which it stands"), SECOND),
        Column("confirmed", Kind.YES_NO, _("Whether the office has confirmed it"), SECOND),
    ),
    crosswalk,
)  # fmt: skip
