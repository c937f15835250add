"""The calls as open data: every call that was announced."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from grants.measure_years import counted_cases
from grants.models import Round
from reporting.register import adopted_cases

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    """Yield the calls, the latest first; before a selection nobody knows how many are adopted."""
    standing = counted_cases(fictitious=fictitious)
    decided = adopted_cases(fictitious=fictitious)
    found = Round.objects.announced(at).annotate(
        adopted=Count("proposals", filter=Q(proposals__in=standing.values("pk"))),
        is_decided=Exists(decided.filter(round=OuterRef("pk"))),
    )
    if not fictitious:
        found = found.filter(edition__fictitious=False)
    ordered = found.select_related("edition").order_by("-fiscal_year", "-closes_at", "pk")
    for call in ordered.iterator(chunk_size=500):
        yield (
            call.pk,
            call.edition.course,
            call.edition.label_ja,
            call.edition.label_en,
            call.fiscal_year,
            call.name,
            iso(call.opens_at),
            iso(call.closes_at),
            iso(call.last_day),
            iso(japan_date(call.announced_at)),
            call.budget_yen,
            call.adopted if call.is_decided else None,
            call.edition.fictitious,
        )


CALLS = DataSet(
    "calls",
    _("Calls"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("id", Kind.WHOLE, _("Number in the address of the call"), SECOND),
        Column("course", Kind.CODE, _("Code of the course"), SECOND),
        Column("course_name", Kind.TEXT, _("Name of the course"), SECOND),
        Column("course_name_en", Kind.TEXT, _("Name of the course in English"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year of the selection"), SECOND),
        Column("name", Kind.TEXT, _("Name"), SECOND),
        Column("opens_at", Kind.MOMENT, _("From when proposals are taken"), SECOND),
        Column("closes_at", Kind.MOMENT, _("The first moment that is too late"), SECOND),
        Column("last_day", Kind.DAY, _("The last day on which proposals are taken"), SECOND),
        Column("announced_on", Kind.DAY, _("Day on which the call was announced"), SECOND),
        Column("budget_yen", Kind.YEN, _("Budget of the call in yen; empty if not set"), SECOND),
        Column("adopted_projects", Kind.WHOLE, _("Projects of the call that stand as adopted; empty before the selection"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
    ),
    rows,
)  # fmt: skip
