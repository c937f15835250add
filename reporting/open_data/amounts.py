"""What was asked, decided, paid and settled for each project year, as open data.

A project year is the unit of money. Nothing of it is told before its grant is decided, and of one
that ended without a grant, or whose grant was revoked, only that it did.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.models import ApprovalItem, Event
from grants.models import Payment, ProjectYear, YearBudgetLine
from grants.models.project_year import NEVER_GRANTED
from reporting.register import adopted_cases

from .table import CODE, SECOND, Column, DataSet, Kind, Value, iso

PLANNED, GRANTED, CONFIRMED, SETTLED, ENDED = "planned", "granted", "confirmed", "settled", "ended"
STATUS = {"confirmed": CONFIRMED, "settled": SETTLED}


def years(*, fictitious: bool) -> QuerySet[ProjectYear]:
    """Return the project years of the register, with the figures that may be told of each."""
    of_register = ProjectYear.objects.filter(
        proposal__in=adopted_cases(fictitious=fictitious).values("pk")
    )
    revoked = ProjectYear.objects.revoked().values("pk")
    return of_register.annotate(
        was_revoked=Q(pk__in=revoked),
        asked=_asked(),
        paid=_paid(),
        decided_on=_decided_on(),
        settle_at=_settled_at(),
        is_invented=Q(proposal__round__edition__fictitious=True)
        | Q(proposal__organization__fictitious=True),
    ).order_by("proposal__number", "position")


def _sum(rows: QuerySet, expression) -> Subquery:
    totals = rows.order_by().values("year").annotate(yen=Sum(expression)).values("yen")
    return Subquery(totals, output_field=BigIntegerField())


def _asked() -> Subquery:
    lines = YearBudgetLine.objects.filter(year=OuterRef("pk"), side="income", from_city=True)
    return _sum(lines, "amount_yen")


def _paid() -> Subquery:
    standing = Payment.objects.filter(year=OuterRef("pk"), of=None, reversal=None)
    back = When(kind=Payment.Kind.REPAYMENT, then=-F("amount_yen"))
    return _sum(standing, Case(back, default=F("amount_yen"), output_field=BigIntegerField()))


def _decided_on() -> Subquery:
    """Return the day of the decision (決裁日) by which the grant stands: the last, if it was postponed."""
    items = ApprovalItem.objects.filter(
        case=OuterRef("pk"), verb="grant", approval__decided_on__isnull=False
    )
    return Subquery(items.order_by("-approval").values("approval__decided_on")[:1])


def _settled_at() -> Subquery:
    events = Event.objects.filter(case=OuterRef("pk"), verb="settle").order_by("-pk")
    return Subquery(events.values("at")[:1])


def status_of(state: str, granted_yen: int | None, was_revoked: bool) -> str:
    if was_revoked or state in NEVER_GRANTED:
        return ENDED
    return PLANNED if granted_yen is None else STATUS.get(state, GRANTED)


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    found = years(fictitious=fictitious).values_list(
        "proposal__number",
        "position",
        "fiscal_year",
        "is_invented",
        "state",
        "was_revoked",
        "decided_on",
        "settle_at",
        "asked",
        "granted_yen",
        "paid",
        "confirmed_yen",
    )
    for number, position, year, invented, state, was_revoked, *figures in found.iterator(
        chunk_size=1000
    ):
        decided_on, settled_at, asked, granted, paid, confirmed = figures
        status = status_of(state, granted, was_revoked)
        told = status not in (PLANNED, ENDED)
        settled = status == SETTLED
        yield (
            number,
            position,
            year,
            status,
            ("revoked" if was_revoked else state) if status == ENDED else "",
            asked if told else None,
            granted if told else None,
            iso(decided_on) if told else None,
            paid if told else None,
            confirmed if told else None,
            paid if settled else None,
            iso(japan_date(settled_at)) if settled and settled_at else None,
            invented,
        )


AMOUNTS = DataSet(
    "amounts",
    _("Amounts by project year"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("project_id", Kind.CODE, _("Number of the proposal, as in the table of adopted projects"), SECOND),
        Column("project_year", Kind.WHOLE, _("Which year of the project it is, from 1"), SECOND),
        Column("fiscal_year", Kind.YEAR, _("Fiscal year in which it is carried out"), SECOND),
        Column("status", Kind.CODE, _("planned, granted, confirmed, settled, or ended"), SECOND),
        Column("became", Kind.CODE, _("Code of how a year without a grant ended; empty otherwise"), SECOND),
        Column("asked_yen", Kind.YEN, _("What the group asked for, in yen; empty before the grant is decided"), SECOND),
        Column("granted_yen", Kind.YEN, _("Granted, in yen; empty before the grant is decided"), SECOND),
        Column("granted_on", Kind.DAY, _("Day of the decision"), SECOND),
        Column("paid_yen", Kind.YEN, _("Paid so far less what came back, in yen; empty while nothing is paid"), SECOND),
        Column("confirmed_yen", Kind.YEN, _("Confirmed after the report, in yen; empty if not yet"), SECOND),
        Column("settled_yen", Kind.YEN, _("What the city paid in the end, in yen; empty until the account is settled"), SECOND),
        Column("settled_on", Kind.DAY, _("Day on which the account was settled"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
    ),
    rows,
)  # fmt: skip
