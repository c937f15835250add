"""The forms of the departments' reports, by year: read, copied, changed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.calendar import fiscal_year
from casework.windows import Overtaken, caught_up
from guideline.models import fiscal_year_name
from reporting.models import ReportForm
from reporting.report_form_page import CopyForm, FormPage
from reporting.report_forms import change_form, copy_form


def _office_only(request) -> None:
    if not request.user.has_perm("reporting.change_forms"):
        raise PermissionDenied("reporting.change_forms")


@login_required
@require_http_methods(["GET", "POST"])
def form_list(request):
    """Every form with the year from which it counts; a new one begins as a copy."""
    _office_only(request)
    forms = list(ReportForm.objects.with_use().order_by("-first_fiscal_year"))
    for one in forms:
        one.year_name = fiscal_year_name(one.first_fiscal_year)
    this_year = fiscal_year(request.today)
    copy = CopyForm(
        request.POST or None, initial={"form": forms[0] if forms else None}, this_year=this_year
    )
    if request.method == "POST" and copy.is_valid():
        said = copy.cleaned_data
        try:
            made = copy_form(
                said["form"], first_fiscal_year=said["first_fiscal_year"], by=request.user,
                at=request.now,
            )  # fmt: skip
        except ValidationError as refusal:
            copy.add_error("first_fiscal_year", refusal)
        else:
            return redirect("reporting:report-form", pk=made.pk)
    context = {"forms": forms, "copy": copy}
    return render(
        request, "reporting/report_forms.html", context, status=422 if copy.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def form_edit(request, pk):
    """One form: what it asks; as long as no report was begun with it, to change."""
    _office_only(request)
    form = get_object_or_404(ReportForm.objects.with_use(), pk=pk)
    page = FormPage(form, request.POST or None)
    if request.method != "POST":
        return _show(request, form, page, 200)
    if not page.is_valid():
        return _show(request, form, page, 422)
    try:
        change_form(form, **page.content(), by=request.user, at=request.now)
    except Overtaken:
        form = ReportForm.objects.with_use().get(pk=pk)
        return _show(request, form, caught_up(FormPage(form, request.POST)), 422)
    except ValidationError as refusal:
        return _show(request, form, page, 422, refusal.messages)
    messages.success(request, _("Saved."))
    return redirect("reporting:report-form", pk=pk)


def _show(request, form: ReportForm, page: FormPage, status: int, refusal=()) -> HttpResponse:
    form.year_name = fiscal_year_name(form.first_fiscal_year)
    context = {"report_form": form, "page": page, "refusal": refusal}
    return render(request, "reporting/report_form.html", context, status=status)
