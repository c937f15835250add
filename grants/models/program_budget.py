"""What the city planned for a course and fiscal year, and what became of it; all from rows."""

from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Greatest

from .budget import BudgetEntry, Payment
from .courses import CourseEdition

#: States of a project year that may be applied for, or is, and has no decision.
UNDECIDED = ("planned", "returned", "applied")
#: The month, in the year after its April, at whose end the books of a fiscal year close.
CLOSING_MONTH = 5
#: Whose budget: course, fictitious or not, fiscal year.
Key = tuple[str, bool, int]

#: What a project year adds to its budget, as :class:`ProgramBudget` says it.
COLUMNS = ("committed", "decided", "paid", "returned", "returned_later", "bound")
NOTHING = 0

#: What a payment came in time for: money that is back before the books close (戻入) is free again.
#: Source: 地方自治法 235条の5, see :func:`casework.calendar.closing_day`.
IN_TIME = Q(paid_on__year__lte=F("year__fiscal_year")) | Q(
    paid_on__year=F("year__fiscal_year") + 1, paid_on__month__lte=CLOSING_MONTH
)


@dataclass(frozen=True, slots=True)
class ProgramBudget:
    """The budget of one course in one fiscal year, computed from the rows, in yen.

    :param planned_by_source: source of the money → sum of its entries; none while no entry is
        recorded, which is "not set" and not zero.
    :param committed_yen: asked for by years that can be applied for, without a decision.
    :param decided_yen: granted, or confirmed where the amount is.
    :param paid_yen: paid out; a line that was reversed does not count.
    :param returned_yen: what came back before the books of the year closed (戻入).
    :param returned_later_yen: what came back after that: revenue of a later year, never free again.
    :param bound_yen: of each year what was decided, or more where more is with the group.
    """

    planned_by_source: dict[str, int] = field(default_factory=dict)
    committed_yen: int = 0
    decided_yen: int = 0
    paid_yen: int = 0
    returned_yen: int = 0
    returned_later_yen: int = 0
    bound_yen: int = 0

    @property
    def planned_yen(self) -> int | None:
        return sum(self.planned_by_source.values()) if self.planned_by_source else None

    def planned_from(self, source: str) -> int:
        """Return what of the plan is financed by ``source``."""
        return self.planned_by_source.get(source, 0)

    @property
    def from_fund_yen(self) -> int:
        return self.planned_from(BudgetEntry.Source.FUND)

    @property
    def still_out_yen(self) -> int:
        """What groups hold beyond what was decided, and are to give back, in yen."""
        return self.bound_yen - self.decided_yen

    @property
    def free_yen(self) -> int | None:
        return None if self.planned_yen is None else self.planned_yen - self.bound_yen

    @classmethod
    def of(cls, edition: CourseEdition, fiscal_year: int, *, leaving_out=None) -> "ProgramBudget":
        """Add up the entries and the cases of ``edition``'s course in ``fiscal_year``.

        :param leaving_out: a project year whose own part does not count.
        """
        of_course = {"edition__course": edition.course, "edition__fictitious": edition.fictitious}
        entries = BudgetEntry.objects.filter(**of_course, fiscal_year=fiscal_year)
        course = {f"proposal__round__{name}": value for name, value in of_course.items()}
        years = _project_years().filter(**course, fiscal_year=fiscal_year)
        if leaving_out is not None:
            years = years.exclude(pk=leaving_out.pk)
        key = (edition.course, edition.fictitious, fiscal_year)
        return _put_together(entries, years).get(key) or cls()

    @classmethod
    def all(cls, fiscal_year: int | None = None) -> dict[Key, "ProgramBudget"]:
        """Return the budget of each course, sort (fictitious or not) and fiscal year at once.

        :param fiscal_year: the only one, if it is given.
        """
        only = {} if fiscal_year is None else {"fiscal_year": fiscal_year}
        entries = BudgetEntry.objects.filter(**only)
        return _put_together(entries, _project_years().filter(**only))


def _project_years() -> QuerySet:
    return apps.get_model("grants", "ProjectYear").objects.all()


def _put_together(entries: QuerySet, years: QuerySet) -> dict[Key, ProgramBudget]:
    """Return the budgets that the rows make, in two queries, however many there are."""
    planned, sums = _planned(entries), _sums(years)
    return {
        key: ProgramBudget(planned.get(key, {}), **sums.get(key, {}))
        for key in sorted({*planned, *sums})
    }


def _planned(entries: QuerySet) -> dict[Key, dict[str, int]]:
    keys = ("edition__course", "edition__fictitious", "fiscal_year", "financed_by")
    found: dict[Key, dict[str, int]] = {}
    for *key, source, total in _by(entries, keys, total=Sum("amount_yen")):
        found.setdefault(tuple(key), {})[source] = total
    return found


def _sums(years: QuerySet) -> dict[Key, dict[str, int]]:
    keys = ("proposal__round__edition__course", "proposal__round__edition__fictitious")
    totals = {f"{name}_yen": Sum(name) for name in COLUMNS}
    rows = _by(with_money(years), (*keys, "fiscal_year"), **totals)
    return {tuple(row[:3]): dict(zip(totals, row[3:], strict=True)) for row in rows}


def _by(rows: QuerySet, keys: tuple[str, ...], **sums) -> QuerySet:
    return rows.order_by().values(*keys).annotate(**sums).values_list(*keys, *sums)


def with_money(years: QuerySet) -> QuerySet:
    """Add to each project year its own part of a budget, in yen: the ``COLUMNS``."""
    out, back = ~Q(kind__in=("repayment", "reversal")), Q(kind="repayment")
    return years.alias(asked=_asked()).annotate(
        committed=Case(When(state__in=UNDECIDED, then=F("asked")), default=NOTHING),
        decided=Coalesce("confirmed_yen", "granted_yen", NOTHING, output_field=BigIntegerField()),
        paid=_of_payments(out),
        returned=_of_payments(back & IN_TIME),
        returned_later=_of_payments(back & ~IN_TIME),
        charges=_of_charges(),
    ).annotate(bound=Greatest(F("decided"), F("paid") - F("returned")))  # fmt: skip


def _asked() -> Coalesce:
    lines = apps.get_model("grants", "YearBudgetLine").objects
    asked = lines.filter(year=OuterRef("pk"), side="income", from_city=True)
    return _sum_of(asked)


def _of_payments(which: Q) -> Coalesce:
    standing = Payment.objects.filter(which, year=OuterRef("pk"), reversal=None)
    return _sum_of(standing)


def _of_charges() -> Coalesce:
    """What was paid or waived of charges (加算金・延滞金); it stands beside the money of a budget."""
    entries = apps.get_model("grants", "ChargeEntry").objects
    return _sum_of(entries.filter(year=OuterRef("pk"), reversal=None).exclude(kind="reversal"))


def _sum_of(rows: QuerySet) -> Coalesce:
    total = rows.order_by().values("year").annotate(total=Sum("amount_yen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), NOTHING)
