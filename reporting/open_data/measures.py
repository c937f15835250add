"""The measures of the guideline as open data, and which adopted projects advance them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from grants.models import Proposal, ProposalMeasure
from guideline.models import Measure, Progress
from reporting.models import CollaborationReport, Publication

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
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
    found = Progress.objects.public().filter(measure=OuterRef("pk")).order_by("-as_of")
    return Subquery(found.values(name)[:1])


def _number_of(found) -> Subquery:
    counted = found.order_by().values("measure_of").annotate(found=Count("pk")).values("found")
    return Subquery(counted, output_field=IntegerField())


def adopted_by_measure(*, fictitious: bool):
    """Return which measures the projects of the register name that stand as adopted."""
    standing = Proposal.objects.standing().values("pk")
    found = ProposalMeasure.objects.filter(proposal__in=standing)
    if fictitious:
        return found
    return found.filter(
        proposal__round__edition__fictitious=False, proposal__organization__fictitious=False
    )


def _adopted_for_measure(fictitious: bool) -> Subquery:
    own = adopted_by_measure(fictitious=fictitious).filter(measure=OuterRef("pk"))
    return _number_of(own.annotate(measure_of=F("measure")))


def _published_for_measure(fictitious: bool) -> Subquery:
    shown = CollaborationReport.objects.public(fictitious=fictitious)
    found = Publication.objects.filter(measures=OuterRef("pk"), shown_by__in=shown)
    return _number_of(found.annotate(measure_of=F("measures")).filter(measure_of=OuterRef("pk")))


def advances(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    """Yield project and measure, one row a pair; what the group wrote of it is not published."""
    invented = Q(proposal__round__edition__fictitious=True)
    invented |= Q(proposal__organization__fictitious=True)
    found = adopted_by_measure(fictitious=fictitious).annotate(is_invented=invented)
    ordered = found.order_by("proposal__number", "measure__edition__code", "measure__number")
    yield from ordered.values_list(
        "proposal__number", "measure__edition__code", "measure__number", "is_invented"
    ).iterator(chunk_size=1000)


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
    ),
    advances,
)  # fmt: skip
