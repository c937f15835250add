"""Plan and result of a fiscal year as files: out for everybody who reads them, in for the office."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from casework.faulty_files import Faulty
from casework.sheets import MAX_BYTES

from . import year_import
from .edition_year_views import readable_year
from .export_views import XLSX
from .models import Edition, fiscal_year_name
from .progress_import import OutOfDate
from .shown_files import MOVED_ON, STALE, NoLongerShown, shown_to, token_of
from .table_faults import Fault
from .year_file import lines_in
from .year_table import YearTable, begun_from_the_year_before, csv_of, table_of, xlsx_of
from .year_views import FISCAL_YEARS

#: What follows the name of a file → what makes it.
MAKERS = {
    "csv": lambda table: StreamingHttpResponse(
        csv_of(table), content_type="text/csv; charset=utf-8"
    ),
    "xlsx": lambda table: HttpResponse(xlsx_of(table), content_type=XLSX),
}


class YearFileForm(forms.Form):
    """A file with the rows of a fiscal year."""

    file = forms.FileField(
        label=gettext_lazy("File with plan and result"),
        help_text=gettext_lazy(
            "The table of this fiscal year as CSV (UTF-8 or CP932) or XLSX, with all its columns. Lines of measures that do not change may be left out."
        ),
    )


@require_safe
def file(request: HttpRequest, edition: str, fiscal_year: int, form: str) -> HttpResponse:
    """The rows of a fiscal year, as whoever asks may read them; the file can be taken in again."""
    shown = readable_year(request, edition, fiscal_year)
    return _sent(table_of(shown, fiscal_year, request.user), form)


@login_required
@require_safe
def begun(request: HttpRequest, edition: str, fiscal_year: int, form: str) -> HttpResponse:
    """The same file, begun with what last year says of measures that have no row yet."""
    shown = _of_the_office(request, edition, fiscal_year)
    return _sent(begun_from_the_year_before(shown, fiscal_year, request.user), form)


def _sent(table: YearTable, form: str) -> HttpResponse:
    if form not in MAKERS:
        raise Http404(form)
    response = MAKERS[form](table)
    response["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    return response


def _of_the_office(request: HttpRequest, edition: str, fiscal_year: int) -> Edition:
    require(request.user, "guideline.enter_years")
    if fiscal_year not in FISCAL_YEARS:
        raise Http404(fiscal_year)
    return get_object_or_404(Edition, code=edition)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, edition: str, fiscal_year: int) -> HttpResponse:
    """Choose a file; what it would change is shown before anything is written."""
    shown = _of_the_office(request, edition, fiscal_year)
    if request.method != "POST":
        return _page(request, shown, fiscal_year, YearFileForm())
    form = YearFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, shown, fiscal_year, form, status=422)
    chosen = form.cleaned_data["file"]
    content = chosen.read(MAX_BYTES + 1)
    try:
        lines = lines_in(content, shown, fiscal_year)
    except Faulty as faulty:
        return _page(request, shown, fiscal_year, form, faults=faulty.faults, status=422)
    plan = year_import.plan(shown, fiscal_year, lines)
    told = {
        "lines": year_import.kept(lines), "plan": plan.digest,
        "name": year_import.name_of(chosen.name, content),
    }  # fmt: skip
    token = token_of(request, _about(shown, fiscal_year), told)
    return _page(request, shown, fiscal_year, form, plan=plan, token=token)


def _about(edition: Edition, fiscal_year: int) -> str:
    return f"guideline.years.{edition.pk}.{fiscal_year}"


def _page(
    request: HttpRequest, edition: Edition, fiscal_year: int, form: YearFileForm, *,
    status: int = 200, **shown,
) -> HttpResponse:  # fmt: skip
    name = fiscal_year_name(fiscal_year)
    context = {
        "edition": edition, "fiscal_year": fiscal_year, "name": name, "form": form,
        "before": fiscal_year_name(fiscal_year - 1),
        "trail": [
            ("/", _("Home")), (reverse("guideline:index"), _("Guideline")),
            (reverse("guideline:edition", args=[edition.code]), edition.name),
            (reverse("guideline:edition-year", args=[edition.code, fiscal_year]), name),
            ("", _("Write in a spreadsheet")),
        ],
        **shown,
    }  # fmt: skip
    return render(request, "guideline/year_file.html", context, status=status)


@login_required
@require_POST
def take(request: HttpRequest, edition: str, fiscal_year: int) -> HttpResponse:
    """Take what was shown: all of it, or nothing."""
    shown = _of_the_office(request, edition, fiscal_year)
    try:
        told = shown_to(request, _about(shown, fiscal_year))
        plan = year_import.take(
            shown, fiscal_year, year_import.restored(told["lines"]), name=told["name"],
            by=request.user, at=request.now, shown=told["plan"],
        )  # fmt: skip
    except (NoLongerShown, OutOfDate) as error:
        why = STALE if isinstance(error, NoLongerShown) else MOVED_ON
        faults = [Fault(0, why)]
        return _page(request, shown, fiscal_year, YearFileForm(), faults=faults, status=422)
    words = ngettext("%(changes)d value changed.", "%(changes)d values changed.", len(plan.changes))
    messages.success(request, words % {"changes": len(plan.changes)})
    return redirect("guideline:edition-year", edition, fiscal_year)
