"""Pages on which the office writes plan and result of a measure by fiscal year."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework.edit_numbers import StaleDraft
from casework.views.finding import page_of

from . import year_history, years
from .models import Figure, Measure, MeasureYear, fiscal_year_name
from .prefill import FIELDS, Suggestion, said_in_words, suggestions_for
from .services import Overtaken
from .table_days import FIRST_YEAR
from .year_forms import FigureForm, YearForm
from .year_lacks import lacks

#: Fiscal years for which rows can be kept; anything else is a mistyped address.
FISCAL_YEARS = range(FIRST_YEAR, 2101)
#: How many versions the page of a year shows; the others stand on the page of its history.
NEWEST = 3
FIGURE_STALE = gettext_lazy(
    "Somebody else changed this figure meanwhile. It stands here now; what you typed was not saved."
)

NOT_STRUCK = gettext_lazy(
    "Somebody else changed this figure or its parts meanwhile. It stands here now; it was not taken out."
)


def of_the_office(request: HttpRequest, edition: str, number: int, fiscal_year: int) -> Measure:
    require(request.user, "guideline.enter_years")
    return _measure(edition, number, fiscal_year)


def _measure(edition: str, number: int, fiscal_year: int) -> Measure:
    if fiscal_year not in FISCAL_YEARS:
        raise Http404(fiscal_year)
    found = Measure.objects.of(edition).select_related("edition", "section")
    return get_object_or_404(found, number=number)


def row_of(measure: Measure, fiscal_year: int) -> MeasureYear:
    found = MeasureYear.objects.filter(measure=measure, fiscal_year=fiscal_year).first()
    row = found or MeasureYear(fiscal_year=fiscal_year)
    row.measure = measure
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def measure_year(
    request: HttpRequest, edition: str, number: int, fiscal_year: int
) -> HttpResponse:  # fmt: skip
    """Plan and result of one measure in one fiscal year, to write; the year before stands beside it."""
    measure = of_the_office(request, edition, number, fiscal_year)
    year = row_of(measure, fiscal_year)
    suggested = suggestions_for(year)
    if request.method != "POST":
        return _page(request, year, YearForm.of(year), suggested)
    form = YearForm(request.POST)
    if "take" in request.POST:
        one = next((s for s in suggested if s.key == request.POST["take"]), None)
        return _page(request, year, form.with_suggestion(one) if one else form, suggested, took=one)
    if not form.is_valid():
        return _page(request, year, form, suggested, status=422)
    keys = form.keys_taken()
    try:
        years.write(
            measure, fiscal_year, form.values(), edit_number=form.cleaned_data["edit_number"],
            taken=[one for one in suggested if one.key in keys], by=request.user, at=request.now,
        )  # fmt: skip
    except StaleDraft:
        return _stale(request, measure, fiscal_year, form)
    except ValidationError as refusal:
        _refuse(form, refusal)
        return _page(request, year, form, suggested, status=422)
    messages.success(request, _("Saved."))
    return redirect("guideline:measure-year", edition, number, fiscal_year)


def _stale(request, measure: Measure, fiscal_year: int, mine: YearForm) -> HttpResponse:
    """Show what somebody else saved beside what was typed; to save again is to choose one's own."""
    year = row_of(measure, fiscal_year)
    typed = {name: mine[name].value() for name in mine.fields}
    form = YearForm(initial={**typed, "edit_number": year.edit_number})
    values = mine.values()
    others = [
        (form.fields[name].label, said_in_words(name, getattr(year, name)))
        for name in FIELDS
        if getattr(year, name) != values[name]
    ]
    return _page(request, year, form, suggestions_for(year), others=others, status=409)


def _page(
    request: HttpRequest, year: MeasureYear, form: YearForm, suggested: Sequence[Suggestion],
    *, took: Suggestion | None = None, others: Sequence = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    measure, fiscal_year = year.measure, year.fiscal_year
    before = row_of(measure, fiscal_year - 1)
    keys = form.keys_taken()
    newest = year_history.steps(year_history.versions_of(year)[: NEWEST + 1])
    context = {
        "measure": measure, "year": year, "before": before, "form": form, "took": took,
        "others": others,
        "fields": [
            (form[name], said_in_words(name, getattr(before, name)),
             [one for one in suggested if one.field == name and one.key not in keys])
            for name in FIELDS
        ],
        "figures": _figures(year),
        "of_documents": measure.figure_set.of_documents()
        .filter(fiscal_year=fiscal_year, part_of__isnull=True)
        .prefetch_related("parts").order_by("label"),
        "steps": newest[:NEWEST], "has_more": len(newest) > NEWEST,
        "released_at": years.released_at(year),
        "lacks": lacks(year),
        "trail": trail_of(measure, (reverse("guideline:edition-year", args=[measure.edition.code, fiscal_year]), year.name), ("", measure.name)),
    }  # fmt: skip
    return render(request, "guideline/measure_year.html", context, status=status)


def _figures(year: MeasureYear) -> list[Figure]:
    """Return the figures of a year's row that are no parts, with their parts, each with its mark."""
    if year.pk is None:
        return []
    wholes = year.figures.filter(part_of__isnull=True).prefetch_related("parts")
    found = list(wholes.order_by("pk"))
    for row in (one for whole in found for one in (whole, *whole.parts.all())):
        row.seen = years.mark_with_parts(row)
    return found


@login_required
@require_safe
def history(request: HttpRequest, edition: str, number: int, fiscal_year: int) -> HttpResponse:
    """Every version of a year's row: who, when, and each value before and after."""
    require(request.user, "guideline.read_year_history")
    measure = _measure(edition, number, fiscal_year)
    year = row_of(measure, fiscal_year)
    page = page_of(request, year_history.versions_of(year))
    back = reverse("guideline:edition-year", args=[edition, fiscal_year])
    context = {
        "measure": measure, "year": year, "page": page, "steps": year_history.steps(page),
        "enters": request.user.has_perm("guideline.enter_years"),
        "trail": trail_of(measure, (back, year.name), ("", _("Who changed what"))),
    }  # fmt: skip
    return render(request, "guideline/year_history.html", context)


def trail_of(measure: Measure, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
        (reverse("guideline:edition", args=[measure.edition.code]), measure.edition.name),
        *steps,
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def figure(
    request: HttpRequest, edition: str, number: int, fiscal_year: int, pk: int | None = None
) -> HttpResponse:
    """Write a figure of a year, a part of one (``?part_of=``), or one that is there (``pk``)."""
    measure = of_the_office(request, edition, number, fiscal_year)
    there = Figure.objects.filter(of_year__measure=measure, of_year__fiscal_year=fiscal_year)
    new = Figure(measure=measure, fiscal_year=fiscal_year)
    row = get_object_or_404(there, pk=pk) if pk else new
    if not pk and "part_of" in request.GET:
        whole = get_object_or_404(there, pk=key_in(request.GET["part_of"]), part_of=None)
        row.part_of, row.of_year = whole, whole.of_year
    back = reverse("guideline:measure-year", args=[edition, number, fiscal_year])
    posted = request.POST if request.method == "POST" else None
    form = FigureForm(posted, instance=row, today=request.today)
    if form.is_valid():
        try:
            years.write_figure(
                measure, fiscal_year, form.instance,
                seen=form.cleaned_data["seen"], by=request.user, at=request.now,
            )  # fmt: skip
        except Overtaken:
            messages.warning(request, FIGURE_STALE)
            return redirect(request.get_full_path() if there.filter(pk=pk).exists() else back)
        except ValidationError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "measure": measure, "fiscal_year": fiscal_year, "year_name": fiscal_year_name(fiscal_year),
        "form": form, "row": row, "whole": row.part_of,
        "trail": trail_of(
            measure,
            (back, measure.name), ("", _("Figure")),
        ),
    }  # fmt: skip
    return render(request, "guideline/figure.html", context, status=422 if form.is_bound else 200)


def _refuse(form: Form, refusal: ValidationError) -> None:
    """Put a refusal where the person who types can mend it."""
    told = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for name, words in told.items():
        for message in words:
            form.add_error(name if name in form.fields else None, message)


@login_required
@require_POST
def strike_figure(
    request: HttpRequest, edition: str, number: int, fiscal_year: int, pk: int
) -> HttpResponse:  # fmt: skip
    """Take a figure, with its parts, out of a year."""
    measure = of_the_office(request, edition, number, fiscal_year)
    there = Figure.objects.filter(of_year__measure=measure, of_year__fiscal_year=fiscal_year)
    row = get_object_or_404(there.select_related("of_year", "measure"), pk=pk)
    try:
        years.strike_figure(
            row, seen=request.POST.get("seen", ""), by=request.user, at=request.now
        )  # fmt: skip
    except Overtaken:
        messages.warning(request, NOT_STRUCK)
    else:
        messages.success(request, _("The figure was taken out; the history keeps it."))
    return redirect("guideline:measure-year", edition, number, fiscal_year)
