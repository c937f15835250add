"""The figures as the database adds them up from the live rows."""

from collections.abc import Callable

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest

from grants.models import FundEntry, FundTarget, PastAward, ProjectYear, Proposal
from grants.models.awards import SUMMARY
from guideline.models import Measure, Progress, Status
from reporting.models import CollaborationReport, Form
from reporting.open_data.amounts import years
from reporting.open_data.measures import adopted_by_measure
from reporting.register import ADOPTED, PREDECESSOR, adopted_cases, past_awards

from .live_shares import shares, unshared
from .table import Cells, Figure


def cells(figure: Figure, *, fictitious: bool) -> Cells:
    """Return the numbers of a figure, as few queries for many rows as for one."""
    return ADDED_UP[figure.code](fictitious=fictitious)


def register(*, fictitious: bool) -> Cells:
    cases = adopted_cases(fictitious=fictitious)
    standing = Proposal.objects.standing().filter(pk__in=cases.values("pk"))
    past = past_awards(fictitious=fictitious)
    own = past.exclude(course=PREDECESSOR)
    told = own.filter(status=ADOPTED)
    in_force = _granted_in_force().filter(proposal__in=standing.values("pk"))
    known = in_force.values("proposal").distinct().count()
    known += told.filter(amount_yen__isnull=False).count()
    projects = standing.count() + _counted(told)
    predecessor = past.count() - own.count()
    return {
        "this_program": {
            "projects": projects,
            "groups": _group_names(standing, told),
            "granted_yen": _added(
                in_force.aggregate(yen=Sum("granted_yen"))["yen"],
                told.aggregate(yen=Sum("amount_yen"))["yen"],
            ),
            "unknown": projects - known,
            "listed": cases.count() + past.count(),
            "ended": cases.count() - standing.count() + own.count() - told.count(),
            "predecessor": predecessor,
        }
    }


def _granted_in_force() -> QuerySet[ProjectYear]:
    granted = ProjectYear.objects.filter(granted_yen__isnull=False)
    return granted.exclude(pk__in=ProjectYear.objects.revoked().values("pk"))


def _counted(told: QuerySet[PastAward]) -> int:
    """Return for how many projects earlier awards stand: named, or as many as were published."""
    summary = Q(key__endswith=SUMMARY)
    by_call = (
        told.exclude(source="")
        .values("course", "adoption_fiscal_year")
        .annotate(
            named=Count("pk", filter=~summary),
            published=Coalesce(Max(Coalesce("count", 1), filter=summary), 0),
        )
    )
    there = by_call.aggregate(
        projects=Sum(Greatest("named", "published", output_field=IntegerField()))
    )["projects"]
    return told.filter(source="").count() + (there or 0)


def _group_names(standing: QuerySet[Proposal], told: QuerySet[PastAward]) -> int:
    names = standing.order_by().values_list("organization__name")
    named = told.exclude(group_name="").order_by().values_list("group_name")
    return names.union(named).count()


def _added(*amounts: int | None) -> int | None:
    known = [yen for yen in amounts if yen is not None]
    return sum(known) if known else None


def amounts(*, fictitious: bool) -> Cells:
    granted = years(fictitious=fictitious).filter(was_revoked=False, granted_yen__isnull=False)
    found = (
        granted.order_by()
        .values("fiscal_year")
        .annotate(
            years=Count("pk"),
            all_asked=Sum("asked"),
            all_granted=Sum("granted_yen"),
            all_paid=Sum("paid"),
            all_confirmed=Sum("confirmed_yen"),
            all_settled=Sum("paid", filter=Q(state="settled")),
        )
    )
    return {
        str(row["fiscal_year"]): {
            "years": row["years"],
            **{
                f"{what}_yen": row[f"all_{what}"]
                for what in ("asked", "granted", "paid", "confirmed", "settled")
            },
        }
        for row in found
    }


def progress(*, fictitious: bool) -> Cells:
    latest = Progress.published.filter(measure=OuterRef("pk")).order_by("-as_of")
    found = (
        Measure.objects.annotate(now=Subquery(latest.values("status")[:1]))
        .filter(now__isnull=False)
        .order_by()
        .values("edition__code", "classification")
        .annotate(
            **{f"in_{s.value}": Count("pk", filter=Q(now=s.value)) for s in Status},
            total=Count("pk"),
        )
    )
    return {
        f"{row['edition__code']}/{row['classification']}": {
            **{s.value: row[f"in_{s.value}"] for s in Status},
            "total": row["total"],
        }
        for row in found
    }


def measures(*, fictitious: bool) -> Cells:
    """Count a project whole at each measure that it advances, and beside that its yen by weight."""
    standing = Proposal.objects.standing().filter(
        pk__in=adopted_cases(fictitious=fictitious).values("pk")
    )
    granted = _granted_in_force().filter(proposal__in=standing.values("pk"))
    of_project = (
        granted.filter(proposal=OuterRef("proposal"))
        .order_by()
        .values("proposal")
        .annotate(yen=Sum("granted_yen"))
    )
    read, named = adopted_by_measure(fictitious=fictitious)
    shared = shares(read, granted)
    found: Cells = {}
    for advanced in (read, named):
        added = (
            advanced.annotate(yen=Subquery(of_project.values("yen"), output_field=IntegerField()))
            .order_by()
            .values("measure__edition__code", "measure__number")
            .annotate(
                projects=Count("proposal", distinct=True),
                granted=Sum("yen"),
                undecided=Count("proposal", distinct=True, filter=Q(yen=None)),
            )
        )
        for row in added:
            name = f"{row['measure__edition__code']}/{row['measure__number']}"
            before = found.get(name, {"projects": 0, "granted_yen": None, "unknown": 0})
            in_full = _added(before["granted_yen"], row["granted"])
            found[name] = {
                "projects": (before["projects"] or 0) + row["projects"],
                "granted_yen": in_full,
                "shared_yen": None if in_full is None else shared.get(name, 0),
                "unknown": (before["unknown"] or 0) + row["undecided"],
            }
    return {**found, **unshared(standing, granted)}


def _told(name: str) -> Cast:
    """Return what the publication says, as text: the words that the public reads."""
    return Cast(KeyTextTransform(name, "publication__version__content"), CharField())


def reports(*, fictitious: bool) -> Cells:
    published = CollaborationReport.objects.public(fictitious=fictitious).annotate(
        told_form=_told("form"),
        told_department=_told("department"),
        told_year=_told("fiscal_year"),
    )
    found = (
        published.order_by()
        .values("told_year", "told_department")
        .annotate(
            **{f"as_{form.value}": Count("pk", filter=Q(told_form=form.value)) for form in Form},
            total=Count("pk"),
        )
    )
    return {
        f"{row['told_year']}/{row['told_department']}": {
            **{form.value: row[f"as_{form.value}"] for form in Form},
            "total": row["total"],
        }
        for row in found
    }


#: Column → kind of the line of the ledger that it adds up.
KINDS = {"gift_yen": "gift", "interest_yen": "interest", "other_yen": "other", "used_yen": "use"}


def fund(*, fictitious: bool) -> Cells:
    """Add up the ledger by year; a year without a line knows nothing but what the fund holds."""
    signed = Case(
        When(kind="reversal", then=-F("amount_yen")),
        default=F("amount_yen"),
        output_field=BigIntegerField(),
    )
    lines = FundEntry.objects.told(fictitious=fictitious).annotate(
        what=Coalesce("of__kind", "kind"), yen=signed
    )
    sums = {
        name: Coalesce(Sum("yen", filter=Q(what=kind)), 0, output_field=BigIntegerField())
        for name, kind in KINDS.items()
    }
    by_year = {
        row.pop("fiscal_year"): row
        for row in lines.order_by().values("fiscal_year").annotate(**sums)
    }
    targets = (
        FundTarget.objects.all() if fictitious else FundTarget.objects.filter(fictitious=False)
    )
    known = {*by_year, *targets.values_list("fiscal_year", flat=True)}
    years = range(min(known), max(known) + 1) if known else range(0)
    held = _held(lines, years)
    return {
        str(year): {**by_year.get(year, dict.fromkeys(KINDS)), "balance_yen": held.get(year)}
        for year in years
    }


def _held(lines: QuerySet[FundEntry], years: range) -> dict[int, int | None]:
    """Return what the fund holds at the end of each year: the database adds every line up to then.

    ``None`` before the first line.
    """
    if not years:
        return {}
    grows = Case(When(what="use", then=-F("yen")), default=F("yen"), output_field=BigIntegerField())
    ends = {
        f"end_{year}": Sum(grows, filter=Q(fiscal_year__lte=year), output_field=BigIntegerField())
        for year in years
    }
    found = lines.order_by().aggregate(**ends)
    return {year: found[f"end_{year}"] for year in years}


ADDED_UP: dict[str, Callable[..., Cells]] = {
    "register": register,
    "amounts": amounts,
    "progress": progress,
    "measures": measures,
    "reports": reports,
    "fund": fund,
}
