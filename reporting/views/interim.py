"""Interim reports: asked for by the office, written by the group, on a page or offline."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from casework import workbooks
from casework.draft_pages import write
from casework.typesetting import CommitteeData, typeset
from casework.views.answers import done
from casework.views.papers import pdf_response
from casework.word import docx_of, docx_response
from grants.case_panels import supplement_asked
from grants.models import ProjectYear
from grants.months import chart_of
from reporting import interim
from reporting.interim_files import interim_sheet
from reporting.interim_form import AskForm, InterimDraft
from reporting.models import InterimReport

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def interim_ask(request, pk):
    """Ask the group of a project year for an interim report."""
    seen = ProjectYear.objects.visible_to(request.user)
    year = get_object_or_404(seen.select_related("proposal__round__edition"), pk=pk)
    require(request.user, "reporting.handle_report", year)
    form = AskForm(request.POST or None)
    if done(form, lambda: _ask(request, year, form)):
        messages.success(request, _("The group is asked for an interim report."))
        return redirect("casework:case", pk=pk)
    context = {
        "case": year,
        "form": form,
        "title": _("Ask for an interim report (中間報告)"),
        "submit": _("Ask the group"),
        "text": interim.why_no_interim(year),
    }
    return render(
        request, "reporting/interim_ask.html", context, status=422 if form.errors else 200
    )


def _ask(request, year: ProjectYear, form: AskForm) -> None:
    interim.ask_for_interim(year, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@form_page
def interim_edit(request, pk):
    """Write an interim report. The same address saves by button and by itself."""
    found = InterimReport.objects.visible_to(request.user)
    found = found.select_related("organization", "project_year__proposal__round__edition")
    report = get_object_or_404(found, pk=pk)
    if not interim.may_edit_interim(report, request.user):
        raise PermissionDenied("reporting.write_report")
    return write(
        request, report,
        read=InterimDraft,
        save=lambda draft: interim.save_interim(
            report, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, report),
        saved=_("Saved. The report is not sent yet."),
    )  # fmt: skip


def _edit_page(request, report: InterimReport, draft: InterimDraft, status: int) -> HttpResponse:
    context = {
        "case": report,
        "draft": draft,
        "chart": chart_of(report.project_year),
        "asked": supplement_asked(report),
    }
    return render(request, "reporting/interim_edit.html", context, status=status)


# As files


def _visible(request, pk: int) -> InterimReport:
    found = InterimReport.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("organization", "project_year"), pk=pk)


def _written(request, pk: int) -> InterimReport:
    report = _visible(request, pk)
    if not interim.may_edit_interim(report, request.user):
        raise PermissionDenied("reporting.write_report")
    return report


def _sheet(request, report: InterimReport) -> CommitteeData:
    """Return the paper of a report; 404 for others than its group while nothing was sent."""
    said = interim.said_to(request.user, report)
    if not said:
        raise Http404(report.pk)
    return interim_sheet(report, said, today=request.today)


@login_required
@require_safe
def interim_pdf(request, pk):
    """The report as a PDF; marked as a draft until it is sent."""
    report = _visible(request, pk)
    pdf = typeset("committee", _sheet(request, report))
    return pdf_response(pdf, f"interim-report-{report.number or pk}")


@login_required
@require_safe
def interim_docx(request, pk):
    """The report for Word; marked as a draft until it is sent."""
    report = _visible(request, pk)
    return docx_response(docx_of(_sheet(request, report)), f"interim-report-{report.number or pk}")


@login_required
@require_safe
def interim_xlsx(request, pk):
    """The report as a workbook, filled in with what is saved."""
    page = reverse("reporting:interim-edit", args=[pk])
    return workbooks.download(request, _written(request, pk), read_as=InterimDraft, page=page)


@login_required
@form_page
def interim_workbook(request, pk):
    """Upload the workbook of a report, and see what it would change."""
    return workbooks.answer(
        request, _written(request, pk), read_as=InterimDraft,
        page=reverse("reporting:interim-edit", args=[pk]),
        file=reverse("reporting:interim-xlsx", args=[pk]),
    )  # fmt: skip
