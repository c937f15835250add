"""Collaboration reports at work: asking for them, writing them, recording the committee's day."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from casework.draft_pages import write
from grants.case_panels import supplement_asked
from guideline.models import fiscal_year_name
from reporting import forms, services
from reporting.models import CollaborationReport
from reporting.models.report import sent_report_of
from reporting.printing import collaboration_pdf
from reporting.versions import content_of_collaboration

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def requests(request):
    """Ask all departments for their reports, and see who has answered."""
    if not request.user.has_perm("reporting.request_collaboration"):
        raise PermissionDenied("reporting.request_collaboration")
    form = forms.RequestForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid():
        opened = services.request_collaboration_reports(
            **form.cleaned_data, by=request.user, at=request.now
        )
        messages.success(request, _asked(len(opened)))
        return redirect("reporting:requests")
    found = CollaborationReport.objects.visible_to(request.user).select_related("department")
    ordered = found.prefetch_related("deadlines__extensions").order_by(
        "-fiscal_year", "department__name", "pk"
    )
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    for report in page.object_list:
        report.year_name = fiscal_year_name(report.fiscal_year)
        report.owed = next((d for d in report.deadlines.all() if _is_open(d)), None)
    context = {"form": form, "page": page}
    return render(request, "reporting/requests.html", context, status=422 if form.errors else 200)


def _is_open(deadline) -> bool:
    return deadline.met_at is None and deadline.closed_at is None


def _asked(count: int) -> str:
    if not count:
        return _("Every department has been asked before. Nothing was sent twice.")
    return ngettext(
        "%(count)d department is asked for its report.",
        "%(count)d departments are asked for their reports.",
        count,
    ) % {"count": count}


@login_required
@require_http_methods(["GET", "POST"])
def report_new(request):
    """A department begins a report of its own accord."""
    if not request.user.duties.departments:
        raise PermissionDenied("reporting.open_collaboration")
    form = forms.NewCollaborationForm(request.POST or None, user=request.user, today=request.today)
    if request.method == "POST" and form.is_valid():
        report = services.open_collaboration_report(
            **form.cleaned_data, by=request.user, at=request.now
        )
        return redirect("reporting:collaboration-edit", pk=report.pk)
    context = {"form": form, "title": _("Begin a collaboration report")}
    return render(request, "reporting/form.html", context, status=422 if form.errors else 200)


def _visible(request, pk: int) -> CollaborationReport:
    return get_object_or_404(CollaborationReport.objects.visible_to(request.user), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def report_edit(request, pk):
    """Write a collaboration report, or the correction of a published one."""
    report = _visible(request, pk)
    if not services.may_edit_collaboration(report, request.user):
        raise PermissionDenied("reporting.write_collaboration")
    return write(
        request, report,
        read=forms.CollaborationDraft,
        save=lambda draft: services.save_collaboration_report(
            report, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, report),
        saved=_("Saved."),
    )  # fmt: skip


def _edit_page(request, report, draft: forms.CollaborationDraft, status: int) -> HttpResponse:
    year = None if report.publication_id else report.project_year
    context = {
        "case": report,
        "draft": draft,
        "asked": supplement_asked(report),
        "year": year,
        "told_by_group": year and sent_report_of(year),
    }
    return render(request, "reporting/collaboration_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def tabling(request, pk):
    """Record the day on which the committee received a report."""
    report = _visible(request, pk)
    if not request.user.has_perm("reporting.handle_collaboration", report):
        raise PermissionDenied("reporting.handle_collaboration")
    form = forms.TablingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_tabling(report, **form.cleaned_data, by=request.user, at=request.now)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The day is recorded."))
            return redirect("casework:case", pk=pk)
    context = {"case": report, "form": form, "title": _("Received by the committee")}
    return render(request, "reporting/form.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def report_print(request, pk):
    """The report on paper as it stands now, marked as a draft."""
    report = _visible(request, pk)
    pdf = collaboration_pdf(
        content_of_collaboration(report),
        number=report.number or "",
        day=request.today,
        draft=True,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="collaboration-report-{pk}-draft.pdf"'
    return response
