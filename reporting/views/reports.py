"""The group's report: writing it, and saying what of the spending counts."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework.draft_pages import write
from grants.case_panels import supplement_asked
from reporting import forms, services
from reporting.models import Report
from reporting.printing import report_pdf


@login_required
@require_http_methods(["GET", "POST"])
def report_edit(request, pk):
    """Write the report and the settlement."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    if not services.may_edit_report(report, request.user):
        raise PermissionDenied("reporting.write_report")
    return write(
        request, report,
        read=forms.ReportDraft,
        save=lambda draft: services.save_report(
            report, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, report),
        saved=_("Saved. The report is not sent yet."),
    )  # fmt: skip


def _edit_page(request, report: Report, draft: forms.ReportDraft, status: int) -> HttpResponse:
    context = {"case": report, "draft": draft, "asked": supplement_asked(report)}
    return render(request, "reporting/report_edit.html", context, status=status)


@login_required
@require_safe
def report_print(request, pk):
    """The report and its settlement on paper, as they stand; marked as a draft until sent."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    pdf = report_pdf(report, today=request.today)
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"final-report-{report.number or pk}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


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
