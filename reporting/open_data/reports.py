"""The published collaboration reports as open data, as the publication froze them.

A report that was withdrawn leaves a row that says so, and nothing of what it said.
"""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge

from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from reporting.models import Action, CollaborationReport, PublicEntry
from reporting.models import Kind as Released

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso

PUBLISHED, CORRECTED, WITHDRAWN = "published", "corrected", "withdrawn"
#: How many columns stand between the title of a report and the day of its publication.
WORDS = 13

Row = tuple[Value, ...]


def is_invented() -> Q:
    """Return a condition on reports: are department, project or its group invented?"""
    of_project = Q(project_year__proposal__round__edition__fictitious=True)
    of_project |= Q(project_year__proposal__organization__fictitious=True)
    return Q(department__fictitious=True) | of_project


def rows(*, fictitious: bool, at: datetime) -> Iterator[Row]:
    """Yield the reports, the latest year first, those that were withdrawn among them."""
    yield from merge(_standing(fictitious), _withdrawn(fictitious), key=_place)


def ids(*, fictitious: bool, at: datetime) -> Iterator[Row]:
    """Yield the number of each report, in the same order, without reading what it says."""
    found = CollaborationReport.objects.public(fictitious=fictitious)
    standing = found.order_by("-fiscal_year", "pk").values_list(
        "pk", "publication__version__content__fiscal_year"
    )
    for row in merge(standing.iterator(), _withdrawn(fictitious), key=_place):
        yield row[:1]


def _place(row: Row) -> tuple[int, int]:
    """Return where a report stands among the others: the latest year first."""
    return -row[1], row[0]


def _standing(fictitious: bool) -> Iterator[Row]:
    found = (
        CollaborationReport.objects.public(fictitious=fictitious)
        .as_released()
        .annotate(first_published_at=Min("publications__at"), is_invented=is_invented())
        .order_by("-fiscal_year", "pk")
        .values_list(
            "pk",
            "publication__version__content",
            "released_tabled_on",
            "first_published_at",
            "publication__at",
            "publication__number",
            "publication__note",
            "is_invented",
        )
    )
    for pk, content, tabled_on, first_at, at, number, note, invented in found.iterator(
        chunk_size=500
    ):
        yield (
            pk,
            content["fiscal_year"],
            content["department"],
            content["title"],
            content["partner_names"],
            content["form"],
            content["purpose"],
            content["content"],
            content["city_role"],
            content["partner_role"],
            content["cost_yen"],
            content["cost_borne_by"],
            content["results"],
            content["process_score"],
            content["outcome_score"],
            " ".join(f"{row['edition']}-{row['number']}" for row in content["measures"]),
            tabled_on,
            iso(japan_date(first_at)),
            iso(japan_date(at)) if number > 1 else None,
            bool(invented),
            CORRECTED if number > 1 else PUBLISHED,
            note or None,
            None,
        )


def _withdrawn(fictitious: bool) -> Iterator[Row]:
    """Yield what the tombstones say: title, since when it was public, until when, and why not now."""
    entries = PublicEntry.objects.shown(fictitious=fictitious).filter(
        kind=Released.REPORT, item__action=Action.WITHDRAW
    )
    found = entries.values_list(
        "key", "item__fiscal_year", "item__title", "first_at", "item__fictitious", "item__note",
        "item__release__published_at",
    )  # fmt: skip
    rows = [
        (
            int(key), year, None, title, *[None] * WORDS, iso(japan_date(first_at)), None,
            invented, WITHDRAWN, note, iso(japan_date(at)),
        )
        for key, year, title, first_at, invented, note, at in found
    ]  # fmt: skip
    yield from sorted(rows, key=_place)


REPORTS = DataSet(
    "reports",
    _("Collaboration reports"),
    (
        CODE,
        Column("id", Kind.WHOLE, _("Number in the address of the report")),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year of the collaboration")),
        Column("department", Kind.TEXT, _("Department that reports")),
        Column("title", Kind.TEXT, _("Name of the collaboration")),
        Column("partners", Kind.TEXT, _("With whom the city worked")),
        Column("form", Kind.CODE, _("Code of the form of working together")),
        Column("purpose", Kind.TEXT, _("Purpose")),
        Column("content", Kind.TEXT, _("What was done")),
        Column("city_role", Kind.TEXT, _("What the city did")),
        Column("partner_role", Kind.TEXT, _("What the partner did")),
        Column("cost_yen", Kind.YEN, _("Cost in yen; empty if not given")),
        Column("cost_borne_by", Kind.TEXT, _("Who bore the cost")),
        Column("results", Kind.TEXT, _("What came of it")),
        Column("process_score", Kind.WHOLE, _("How well both worked together, 1 to 5; empty if not given")),
        Column("outcome_score", Kind.WHOLE, _("How much came of it, 1 to 5; empty if not given")),
        Column("measures", Kind.CODE, _("Measures advanced: edition-number, separated by blanks")),
        Column("tabled_on", Kind.DAY, _("Day on which the committee received it")),
        Column("published_on", Kind.DAY, _("Day of the publication")),
        Column("corrected_on", Kind.DAY, _("Day of the latest correction")),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration")),
        Column("state", Kind.CODE, _("published, corrected, or withdrawn; of a withdrawn report only its title and days are told"), SECOND),
        Column("note", Kind.TEXT, _("What was corrected, or why it was withdrawn"), SECOND),
        Column("withdrawn_on", Kind.DAY, _("Day on which it was withdrawn; empty while it is public"), SECOND),
    ),
    rows,
    ids,
)  # fmt: skip
