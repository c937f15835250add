"""The measures of an edition by fiscal year: the year's chart, the statuses over the years, the record of a day."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import calendar
from casework.history import digest_of
from casework.shown_tables import origin_of

from . import progress_import, progress_views, year_chart, year_record, year_statuses
from .models import Edition, Measure, MeasureYear, fiscal_year_name, reads_all_progress
from .public_days import public_days
from .year_forms import RecordForm
from .year_lacks import lacks
from .year_views import FISCAL_YEARS
from .years import FigureShown, YearShown, years_shown


@require_safe
def page(request: HttpRequest, edition: str, fiscal_year: int) -> HttpResponse:
    """All measures of an edition in one fiscal year: months, status, and for the office what is missing."""
    shown, every_year, statuses = _read(request, edition, fiscal_year)
    known = {year.fiscal_year for year in every_year} | set(statuses)
    measures = list(Measure.objects.filter(edition=shown).order_by("number"))
    here = {year.measure_id: year for year in every_year if year.fiscal_year == fiscal_year}
    enters = request.user.has_perm("guideline.enter_years")
    twice = year_statuses.differing(Measure.objects.filter(edition=shown), request.user, every_year)
    told = statuses.get(fiscal_year, {})
    rows = [_row(measure, here.get(measure.pk), told.get(measure.pk, "")) for measure in measures]
    open_rows = [row for row in rows if row["lacks"]]
    context = {
        "edition": shown, "fiscal_year": fiscal_year, "name": fiscal_year_name(fiscal_year),
        "rows": rows, "origin": origin_of(map(_told, rows), at=request.now), "has_rows": bool(here),
        "chart": year_chart.chart((f"{m.number}. {m.name}", here.get(m.pk)) for m in measures),
        "differing": [one for one in twice if one.fiscal_year == fiscal_year],
        "enters": enters, "open_rows": open_rows,
        "tabs": [(year, fiscal_year_name(year)) for year in _tabs(request, known, fiscal_year)],
        "is_frozen": not reads_all_progress(request.user),
        "trail": _trail(shown, ("", fiscal_year_name(fiscal_year))),
    }  # fmt: skip
    if enters:
        context["unsaid"] = [row["measure"] for row in rows if _says_no_status(row["year"])]
        context["record"] = _record_form(
            request, shown, fiscal_year, initial={"as_of": request.today}
        )
    return render(request, "guideline/edition_year.html", context)


def _record_form(
    request: HttpRequest, edition: Edition, fiscal_year: int, *said, **begun
) -> RecordForm:
    return RecordForm(*said, edition=edition, fiscal_year=fiscal_year, today=request.today, **begun)


def _read(
    request: HttpRequest, edition: str, fiscal_year: int
) -> tuple[Edition, list[YearShown], year_statuses.Statuses]:
    """Return an edition with all its years and statuses as the person reads them.

    :raises Http404: if the person reads nothing of the year, and it is not theirs to begin.
    """
    shown = get_object_or_404(Edition, code=edition)
    every_year = years_shown(Measure.objects.filter(edition=shown), request.user)
    statuses = year_statuses.statuses(shown, request.user, every_year)
    known = {year.fiscal_year for year in every_year} | set(statuses)
    if fiscal_year not in FISCAL_YEARS or not (
        fiscal_year in known or reads_all_progress(request.user)
    ):
        raise Http404(fiscal_year)
    return shown, every_year, statuses


def readable_year(request: HttpRequest, edition: str, fiscal_year: int) -> Edition:
    """Return an edition of which the person may read this year.

    :raises Http404: if they may not.
    """
    return _read(request, edition, fiscal_year)[0]


def _says_no_status(year: YearShown | None) -> bool:
    return year is None or not year.status


def _row(measure: Measure, year: YearShown | None, status: str) -> dict:
    """Return what the list shows of a measure.

    :param status: of the year; from the progress on record where the year's row names none.
    """
    return {
        "measure": measure, "year": year, "lacks": lacks(year or MeasureYear()),
        "status": MeasureYear(status=status) if status else None,
    }  # fmt: skip


def _told(row: dict) -> tuple:
    """Return what the list says of a measure to everybody."""
    year, status = row["year"], row["status"]
    said = (year.planned, year.done, [_said_of(figure) for figure in year.figures]) if year else ()
    return (row["measure"].number, status.status if status else "", *said)


def _said_of(figure: FigureShown) -> tuple:
    as_of = figure.as_of.isoformat() if figure.as_of else None
    return (
        figure.label,
        figure.value,
        figure.unit,
        as_of,
        [_said_of(part) for part in figure.parts],
    )


def _tabs(request: HttpRequest, known: Iterable[int], shown: int) -> list[int]:
    """Return the fiscal years to choose from; the readers get the running one and the next, too."""
    years = {*known, shown}
    if reads_all_progress(request.user):
        running = calendar.fiscal_year(request.today)
        years |= {running, running + 1}
    return sorted(years)


@require_safe
def statuses(request: HttpRequest, edition: str) -> HttpResponse:
    """How far the measures of an edition had come by fiscal year and class."""
    shown = get_object_or_404(Edition, code=edition)
    classes = dict(Measure.objects.filter(edition=shown).values_list("pk", "classification"))
    measures = Measure.objects.filter(edition=shown)
    every_year = years_shown(measures, request.user)
    found = year_statuses.statuses(shown, request.user, every_year)
    chart = year_statuses.chart(year_statuses.counted(found, classes))
    groups = chart.groups if chart else ()
    bars = [
        (group.classification, bar.fiscal_year, *bar.counts)
        for group in groups
        for bar in group.bars
    ]
    context = {
        "edition": shown, "chart": chart,
        "differing": year_statuses.differing(measures, request.user, every_year),
        "origin": origin_of(bars, at=request.now),
        "years": [(year, fiscal_year_name(year)) for year in found],
        "running": calendar.fiscal_year(request.today),
        "enters": request.user.has_perm("guideline.enter_years"),
        "trail": _trail(shown, ("", _("Status by fiscal year"))),
    }  # fmt: skip
    return render(request, "guideline/statuses.html", context)


def _trail(edition: Edition, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
        (reverse("guideline:edition", args=[edition.code]), edition.name), *steps,
    ]  # fmt: skip


@login_required
@require_POST
def record(request: HttpRequest, edition: str, fiscal_year: int) -> HttpResponse:
    """Show what the rows of a year would change of the progress of a day; taking it is another step."""
    shown = progress_views.of_the_office(request, edition)
    if fiscal_year not in FISCAL_YEARS:
        raise Http404(fiscal_year)
    missing = year_record.without_status(shown, fiscal_year)
    form = _record_form(request, shown, fiscal_year, request.POST)
    context = {
        "edition": shown, "fiscal_year": fiscal_year, "name": fiscal_year_name(fiscal_year),
        "form": form, "missing": missing,
        "trail": _trail(
            shown,
            (reverse("guideline:edition-year", args=[edition, fiscal_year]), fiscal_year_name(fiscal_year)),
            ("", _("Record the state")),
        ),
    }  # fmt: skip
    if missing or not form.is_valid():
        return render(request, "guideline/year_record.html", context, status=422)
    day = form.cleaned_data["as_of"]
    table = year_record.table_of(shown, fiscal_year, day)
    plan = progress_import.plan(shown, table, as_of=day)
    digest = digest_of(progress_import.kept(table))
    context |= {
        "plan": plan,
        "is_public": day in public_days(shown),
        "token": progress_views.shown_token(request, shown, table, plan, digest=digest),
    }
    return render(request, "guideline/year_record.html", context)
