"""Cases and yen by measure of an edition, for everybody."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.numbers_named import year_in
from casework.shown_tables import origin_of
from grants.measure_years import Brought, Tally, Unshared, added, brought_to, counted_cases
from guideline.models import Edition, Measure, fiscal_year_name
from reporting.measure_chart import chart


@require_safe
def measure_cases(request: HttpRequest, edition: str) -> HttpResponse:
    """What adopted projects bring to each measure, in one fiscal year or in all; with what is not shared."""
    shown = get_object_or_404(Edition, code=edition)
    brought = brought_to(shown, counted_cases(fictitious=settings.DEMO))
    years = sorted({p.fiscal_year for p in (*brought.parts, *brought.unshared)}, reverse=True)
    year = _chosen(request, years)
    if year is not None:
        brought = _of_year(brought, year)
    measures = Measure.objects.filter(edition=shown).select_related("edition").order_by("number")
    rows = [(measure, Tally.of(brought.of(measure.pk))) for measure in measures]
    lost = Tally.of(brought.of(None))
    unshared = added(row.yen for row in brought.unshared)
    context = {
        "edition": shown,
        "rows": rows,
        "without": [measure for measure, tally in rows if not tally.parts],
        "chart": chart(rows),
        "lost": lost if lost.parts else None,
        "unshared": unshared,
        "unshared_cases": len({row.case.pk for row in brought.unshared}),
        "origin": origin_of(_told(rows, lost, brought.unshared), at=request.now),
        "total": added([*(tally.yen for _measure, tally in rows), lost.yen, unshared]),
        "cases": len({p.case.pk for p in (*brought.parts, *brought.unshared)}),
        "years": [(y, fiscal_year_name(y), y == year) for y in years],
        "year": year,
        "year_name": fiscal_year_name(year),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:edition", args=[shown.code]), shown.name),
            ("", _("Cases and yen by measure")),
        ],
    }  # fmt: skip
    return render(request, "reporting/measure_cases.html", context)


def _told(
    rows: list[tuple[Measure, Tally]], lost: Tally, unshared: list[Unshared]
) -> Iterator[tuple]:
    """Yield what each row of the table says."""
    for name, tally in [*((measure.number, tally) for measure, tally in rows), ("lost", lost)]:
        if tally.parts:
            yield (name, tally.confirmed, tally.named, tally.groups, *tally.yen)
    if unshared:
        cases = len({row.case.pk for row in unshared})
        yield ("unshared", cases, *added(row.yen for row in unshared))


def _chosen(request: HttpRequest, years: list[int]) -> int | None:
    """Return the fiscal year that the address asks for, if something is there; else all of them."""
    asked = year_in(request.GET.get("year"))
    return asked if asked in years else None


def _of_year(brought: Brought, year: int) -> Brought:
    return Brought(
        [part for part in brought.parts if part.fiscal_year == year],
        [row for row in brought.unshared if row.fiscal_year == year],
    )
