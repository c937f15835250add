"""The group's report: writing it, and saying what of the spending counts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants.services import StaleDraft
from reporting import forms, services
from reporting.models import Report


def stale(request, case, page_forms) -> None:
    """Say that somebody else saved; what was typed stays on the page and can be saved anyway."""
    messages.error(
        request,
        _(
            "Somebody saved this report after you opened it. Nothing was overwritten. Compare "
            "your text with the saved one; saving again puts yours in its place."
        ),
    )
    current = type(case).objects.values_list("edit_number", flat=True).get(pk=case.pk)
    page_forms.text.data = {**page_forms.text.data.dict(), "edit_number": str(current)}


@login_required
@require_http_methods(["GET", "POST"])
def report_edit(request, pk):
    """Write the report and the settlement."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    if not services.may_edit_report(report, request.user):
        raise PermissionDenied("reporting.write_report")
    page = forms.ReportForms(report, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if page.is_valid():
            try:
                services.save_report(report, **page.content(), by=request.user, at=request.now)
            except StaleDraft:
                stale(request, report, page)
                status = 409
            else:
                messages.success(request, _("Saved. The report is not sent yet."))
                return redirect("casework:case", pk=pk)
    context = {"case": report, "page": page, "is_stale": status == 409}
    return render(request, "reporting/report_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def leave_out(request, pk):
    """The office says which spending does not count for the grant."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("reporting.handle_report", report):
        raise PermissionDenied("reporting.handle_report")
    form = forms.LeaveOutForm(request.POST or None, report=report)
    if request.method == "POST" and form.is_valid():
        try:
            services.leave_out(
                report, lines=form.cleaned_data["lines"], by=request.user, at=request.now
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The settlement is reckoned anew."))
            return redirect("casework:case", pk=pk)
    context = {"case": report, "form": form, "title": _("What does not count for the grant")}
    return render(request, "reporting/form.html", context, status=422 if form.errors else 200)
