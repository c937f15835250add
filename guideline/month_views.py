"""The page on which the office writes, month by month, what a measure plans and what was done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework import calendar
from casework.edit_numbers import StaleDraft

from . import years
from .models import MONTHS, Measure, MeasureYear
from .month_form import MonthsForm
from .year_views import of_the_office, row_of, trail_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, edition: str, number: int, fiscal_year: int) -> HttpResponse:
    """Twelve months with two fields each; those that matter now are open."""
    measure = of_the_office(request, edition, number, fiscal_year)
    year = row_of(measure, fiscal_year)
    if request.method != "POST":
        return _page(request, year, MonthsForm.of(year))
    form = MonthsForm(request.POST)
    if not form.is_valid():
        return _page(request, year, form, status=422)
    try:
        years.write(
            measure, fiscal_year, form.values(year), edit_number=form.cleaned_data["edit_number"],
            by=request.user, at=request.now,
        )  # fmt: skip
    except StaleDraft:
        year = row_of(measure, fiscal_year)
        others = list(form.otherwise(year))
        return _page(request, year, form.over(year), others=others, status=409)
    messages.success(request, _("Saved."))
    following = _following(measure) if "next" in request.POST else None
    return redirect("guideline:measure-months", edition, (following or measure).number, fiscal_year)


def _following(measure: Measure) -> Measure | None:
    """Return the next measure of the edition; ``None`` after the last."""
    later = Measure.objects.filter(edition=measure.edition, number__gt=measure.number)
    return later.order_by("number").first()


def _page(
    request: HttpRequest, year: MeasureYear, form: MonthsForm, *, others=(), status: int = 200
) -> HttpResponse:
    measure, fiscal_year = year.measure, year.fiscal_year
    back = reverse(
        "guideline:measure-year", args=[measure.edition.code, measure.number, fiscal_year]
    )
    context = {
        "measure": measure, "year": year, "form": form, "others": others,
        "months": _months(request, year, form), "following": _following(measure), "back": back,
        "trail": trail_of(measure, (back, f"{measure.name}: {year.name}"), ("", _("Month by month"))),
    }  # fmt: skip
    return render(request, "guideline/measure_months.html", context, status=status)


def _months(request: HttpRequest, year: MeasureYear, form: MonthsForm) -> list[dict]:
    """Return each month with its fields, what last year said of it, and whether it is open."""
    before = row_of(year.measure, year.fiscal_year - 1)
    planned, done = dict(before.planned), dict(before.done)
    now = _at_hand(request, year.fiscal_year)
    return [
        {
            "month": month, "fields": form.fields_of(month),
            "is_now": month == (now[-1] if now else None),
            "is_open": month in now or any(field.errors for field in form.fields_of(month)),
            "planned": dict(year.planned).get(month), "done": dict(year.done).get(month),
            "before": [words for words in (planned.get(month), done.get(month)) if words],
        }
        for month in MONTHS
    ]  # fmt: skip


def _at_hand(request: HttpRequest, fiscal_year: int) -> tuple[int, ...]:
    """Return the months that are written now: the last one and the running one; none of another year."""
    if calendar.fiscal_year(request.today) != fiscal_year:
        return ()
    running = MONTHS.index(request.today.month)
    return MONTHS[max(running - 1, 0) : running + 1]
