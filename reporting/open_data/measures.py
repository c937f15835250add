"""The measures of the guideline as open data, and which adopted projects advance them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from grants.measure_years import counted_cases
from grants.models import MeasureReading, ProposalMeasure
from guideline.models import Measure, Progress
from reporting.models import CollaborationReport, Publication

from .table import CODE, SECOND, Column, DataSet, Kind, iso
from .table import Value as Told


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Told, ...]]:
    """Yield the measures of all editions with their latest status and what advanced them."""
    found = Measure.objects.annotate(
        status=_latest("status"),
        status_as_of=_latest("as_of"),
        adopted=_adopted_for_measure(fictitious),
        reported=_published_for_measure(fictitious),
    ).values_list(
        "edition__code",
        "number",
        "title",
        "title_en",
        "section__number",
        "classification",
        "status",
        "status_as_of",
        "adopted",
        "reported",
    )
    ordered = found.order_by("edition__code", "number")
    for *words, status, as_of, adopted, reported in ordered.iterator(chunk_size=1000):
        yield (*words, status or "", iso(as_of), adopted or 0, reported or 0)


def _latest(name: str) -> Subquery:
    found = Progress.published.filter(measure=OuterRef("pk")).order_by("-as_of")
    return Subquery(found.values(name)[:1])


def _number_of(found) -> Subquery:
    counted = found.order_by().values("measure_of").annotate(found=Count("pk")).values("found")
    return Subquery(counted, output_field=IntegerField())


def _of_adopted(found: QuerySet, *, fictitious: bool) -> QuerySet:
    """Keep the rows of projects of the register that stand as adopted."""
    return found.filter(proposal__in=counted_cases(fictitious=fictitious).values("pk"))


def adopted_by_measure(*, fictitious: bool) -> tuple[QuerySet, QuerySet]:
    """Return which measures adopted projects advance: as the office reads it, and else as named.

    A project is in one of the two alone: what its group named counts until the office has read it.
    """
    read = MeasureReading.objects.values("proposal")
    named = ProposalMeasure.objects.exclude(proposal__in=read)
    return (
        _of_adopted(MeasureReading.objects.standing(), fictitious=fictitious),
        _of_adopted(named, fictitious=fictitious),
    )


def _adopted_for_measure(fictitious: bool) -> CombinedExpression:
    read, named = (
        Coalesce(
            _number_of(found.filter(measure=OuterRef("pk")).annotate(measure_of=F("measure"))), 0
        )
        for found in adopted_by_measure(fictitious=fictitious)
    )
    return read + named


def _published_for_measure(fictitious: bool) -> Subquery:
    shown = CollaborationReport.objects.public(fictitious=fictitious)
    found = Publication.objects.filter(measures=OuterRef("pk"), shown_by__in=shown)
    return _number_of(found.annotate(measure_of=F("measures")).filter(measure_of=OuterRef("pk")))


def advances(*, fictitious: bool, at: datetime) -> Iterator[tuple[Told, ...]]:
    """Yield project and measure, one row a pair; what anybody wrote of it is not published."""
    read, named = adopted_by_measure(fictitious=fictitious)
    invented = Q(proposal__round__edition__fictitious=True)
    invented |= Q(proposal__organization__fictitious=True)
    columns = {
        "project": F("proposal__number"),
        "edition": F("measure__edition__code"),
        "number": F("measure__number"),
        "is_invented": Case(When(invented, then=True), default=False, output_field=BooleanField()),
    }
    rows_read = read.values(**columns, percent=F("weight"))
    rows_named = named.values(**columns, percent=Value(None, output_field=IntegerField()))
    both = rows_read.union(rows_named, all=True).order_by("project", "edition", "number")
    for row in both.iterator(chunk_size=1000):
        yield (
            row["project"],
            row["edition"],
            row["number"],
            bool(row["is_invented"]),
            row["percent"],
        )


MEASURES = DataSet(
    "measures",
    _("Measures of the guideline"),
    (
        CODE,
        Column("edition", Kind.CODE, _("Code of the edition of the guideline")),
        Column("number", Kind.WHOLE, _("Number of the measure")),
        Column("title", Kind.TEXT, _("Name")),
        Column("title_en", Kind.TEXT, _("Name in English")),
        Column("section", Kind.WHOLE, _("Number of the section")),
        Column("class", Kind.CODE, _("Class of the measure")),
        Column("status", Kind.CODE, _("Latest status that was made public; empty if none")),
        Column("status_as_of", Kind.DAY, _("Day of that status")),
        Column("adopted_projects", Kind.WHOLE, _("Adopted projects that name the measure")),
        Column("published_reports", Kind.WHOLE, _("Published collaboration reports that name it")),
    ),
    rows,
)  # fmt: skip

ADVANCES = DataSet(
    "project-measures",
    _("Measures that adopted projects advance"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("project_id", Kind.CODE, _("Number of the proposal, as in the table of adopted projects"), SECOND),
        Column("edition", Kind.CODE, _("Code of the edition of the guideline"), SECOND),
        Column("number", Kind.WHOLE, _("Number of the measure"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
        Column("weight_percent", Kind.WHOLE, _("Percent of the yen of the project that count for the measure, as the office weighs it; empty until it has. Each amount is shared by these, rounded down; what is left over goes, one yen each, to whoever lost most by that, among equals to the lower number"), SECOND),
    ),
    advances,
)  # fmt: skip
