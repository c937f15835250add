"""The published collaboration reports as open data, as the publication froze them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from reporting.models import CollaborationReport

from .table import CODE, Column, DataSet, Kind, Value, iso


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    is_invented = Q(department__fictitious=True) | Q(
        project_year__proposal__round__edition__fictitious=True
    )
    found = (
        CollaborationReport.objects.public(fictitious=fictitious)
        .annotate(first_published_at=Min("publications__at"), is_invented=is_invented)
        .order_by("-fiscal_year", "pk")
        .values_list(
            "pk",
            "publication__version__content",
            "tabled_on",
            "first_published_at",
            "publication__at",
            "publication__number",
            "is_invented",
        )
    )
    for pk, content, tabled_on, first_at, at_, number, invented in found.iterator(chunk_size=500):
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
            iso(tabled_on),
            iso(japan_date(first_at)),
            iso(japan_date(at_)) if number > 1 else None,
            bool(invented),
        )


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
    ),
    rows,
)  # fmt: skip
