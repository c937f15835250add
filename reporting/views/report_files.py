"""The report of a group as files: a workbook to complete offline, and Word for its own board."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from casework import workbooks
from casework.word import docx_response, form_paper
from reporting import services
from reporting.models import Report
from reporting.printing import report_sheet
from reporting.report_page import ReportDraft

NOT_IN_WORKBOOK = gettext_lazy(
    "What came of each measure is not in the workbook: its evidence is chosen from what the case "
    "holds. Say it on the page of the report."
)


def _visible(request, pk: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user), pk=pk)


def _written(request, pk: int) -> Report:
    report = _visible(request, pk)
    if not services.may_edit_report(report, request.user):
        raise PermissionDenied("reporting.write_report")
    return report


@login_required
@require_safe
def report_xlsx(request, pk):
    """A report and its settlement as a workbook, filled in with what is saved."""
    page = reverse("reporting:report-edit", args=[pk])
    return workbooks.download(request, _written(request, pk), read_as=ReportDraft, page=page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_workbook(request, pk):
    """Upload the workbook of a report, and see what it would change."""
    return workbooks.answer(
        request, _written(request, pk), read_as=ReportDraft,
        page=reverse("reporting:report-edit", args=[pk]),
        file=reverse("reporting:report-xlsx", args=[pk]),
        note=NOT_IN_WORKBOOK,
    )  # fmt: skip


@login_required
@require_safe
def report_docx(request, pk) -> HttpResponse:
    """The report and its settlement as they stand, for Word; marked as a draft until sent."""
    report = _visible(request, pk)
    sheet = report_sheet(report, today=request.today)
    return docx_response(form_paper(sheet), f"final-report-{report.number or pk}")
