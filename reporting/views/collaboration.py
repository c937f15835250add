"""Collaboration reports at work: asking for them, writing them, recording the committee's day."""

from functools import partial
from http.client import FOUND

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.numbers_named import year_in
from casework.asking import keeping_their_day
from casework.calendar import fiscal_year
from casework.draft_pages import write
from casework.windows import Overtaken, caught_up
from grants.case_panels import supplement_asked
from grants.forms.asking import AskDepartmentsForm, OwnAccordForm
from guideline.models import fiscal_year_name
from reporting import forms, request_overview, services
from reporting.collaboration_checks import CollaborationCheckPage, check_collaboration
from reporting.collaboration_form import CollaborationDraft, registered_names
from reporting.models import CollaborationReport
from reporting.models.report import sent_report_of
from reporting.printing import collaboration_pdf
from reporting.public_text import as_written
from reporting.versions import content_of_collaboration

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def requests(request):
    """Ask all departments for their reports, and see who has answered."""
    if not request.user.has_perm("reporting.request_collaboration"):
        raise PermissionDenied("reporting.request_collaboration")
    form = AskDepartmentsForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid():
        opened = services.request_collaboration_reports(
            **form.cleaned_data, by=request.user, at=request.now
        )
        messages.success(request, _asked(len(opened)))
        year = form.cleaned_data["fiscal_year"]
        if kept := keeping_their_day(services.REQUEST, **form.cleaned_data):
            messages.warning(request, _keep(kept))
            return redirect(f"{reverse('reporting:requests')}?year={year}&shown=missing")
        return redirect(f"{reverse('reporting:requests')}?year={year}")
    year = year_in(request.GET.get("year")) or fiscal_year(request.today)
    shown = request.GET.get("shown", "")
    left_out = request_overview.without_request(year, today=request.today)
    if shown == request_overview.NOT_ASKED:
        page = Paginator(left_out, PER_PAGE).get_page(request.GET.get("page"))
    else:
        page = _reports(request, year, shown)
    years = CollaborationReport.objects.order_by("-fiscal_year").values_list(
        "fiscal_year", flat=True
    )
    context = {
        "form": form,
        "page": page,
        "year": year,
        "year_name": fiscal_year_name(year),
        "years": [(one, fiscal_year_name(one)) for one in years.distinct()],
        "shown": shown,
        "not_asked": len(left_out),
        "answers": request_overview.answers(year, today=request.today),
    }
    return render(request, "reporting/requests.html", context, status=422 if form.errors else 200)


def _reports(request, year: int, shown: str) -> Page:
    """Return the reports on a fiscal year, or those of one sort, with what is owed of each."""
    found = CollaborationReport.objects.visible_to(request.user).filter(fiscal_year=year)
    found = request_overview.with_dates(found, today=request.today)
    if shown in request_overview.SHOWN:
        found = found.filter(request_overview.SHOWN[shown])
    ordered = found.select_related("department").prefetch_related("deadlines__extensions")
    page = Paginator(ordered.order_by("department__name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    unread = request_overview.read_by_nobody(
        {report.department_id for report in page.object_list}, today=request.today
    )
    for report in page.object_list:
        report.is_read = report.department_id not in unread
        report.owed = request_overview.owed_by_department(report)
        report.is_awaited = report.state in services.WRITTEN_BY_DEPARTMENT
    return page


@login_required
@require_POST
def ask_again(request, pk):
    """Tell a department once more that its report is awaited."""
    report = _visible(request, pk)
    try:
        request_overview.ask_again(report, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        words = _("%(department)s is told once more.")
        messages.success(request, words % {"department": report.department})
    return redirect(f"{reverse('reporting:requests')}?year={report.fiscal_year}")


def _asked(count: int) -> str:
    if not count:
        return _("Every department that there is has been asked before. Nothing was sent twice.")
    return ngettext(
        "%(count)d department is asked for its report.",
        "%(count)d departments are asked for their reports.",
        count,
    ) % {"count": count}


def _keep(count: int) -> str:
    return ngettext(
        "%(count)d report asked for before keeps its own day. Set another one in the list: “Set another date”.",
        "%(count)d reports asked for before keep their own days. Set another one in the list: “Set another date”.",
        count,
    ) % {"count": count}  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def report_new(request):
    """A department begins a report of its own accord."""
    if not request.user.duties.departments:
        raise PermissionDenied("reporting.open_collaboration")
    title = _("Name of the collaboration")
    form = OwnAccordForm(request.POST or None, title=title, user=request.user, today=request.today)
    if request.method == "POST" and form.is_valid():
        report = services.open_collaboration_report(
            **form.cleaned_data, by=request.user, at=request.now
        )
        if request_overview.said_there_was_none(report.department, report.fiscal_year):
            words = _("The department had answered that there was no collaboration in %(year)s. That answer stays on record; this report counts besides.")  # fmt: skip
            messages.warning(request, words % {"year": fiscal_year_name(report.fiscal_year)})
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
    answer = write(
        request, report,
        read=CollaborationDraft,
        save=lambda draft: services.save_collaboration_report(
            report, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, report),
        saved=_("Saved."),
    )  # fmt: skip
    if answer.status_code == FOUND and request.POST.get("then") == "photos":
        return redirect("reporting:photos", pk=pk)
    return answer


def _edit_page(request, report, draft: CollaborationDraft, status: int) -> HttpResponse:
    year = None if report.publication_id else report.project_year
    context = {
        "case": report,
        "draft": draft,
        "asked": supplement_asked(report),
        "year": year,
        "groups": registered_names(),
        "told_by_group": year and sent_report_of(year),
        "photos": report.photos.with_files(),
    }
    return render(request, "reporting/collaboration_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def report_check(request, pk):
    """Read a report question by question, and ask the department for what is to be mended."""
    report = _visible(request, pk)
    if not request.user.has_perm("reporting.handle_collaboration", report):
        raise PermissionDenied("reporting.handle_collaboration")
    page = CollaborationCheckPage(report, request.POST or None)
    if request.method == "POST" and page.is_valid():
        try:
            check_collaboration(report, **page.content(), by=request.user, at=request.now)
        except Overtaken:
            page = caught_up(CollaborationCheckPage(report, request.POST))
            return _check_page(request, report, page, 422)
        except ValidationError as refusal:
            return _check_page(request, report, page, 422, refusal.messages)
        messages.success(request, _("Saved."))
        return redirect("casework:case", pk=pk)
    return _check_page(request, report, page, 422 if request.method == "POST" else 200)


def _check_page(
    request, report, page: CollaborationCheckPage, status: int, refusal=()
) -> HttpResponse:
    text = as_written(report, request.user)
    rows = [
        {"part": part, "form": form}
        for part, (_question, form) in zip(text["parts"], page.questions, strict=True)
    ]
    context = {"case": report, "page": page, "rows": rows, "text": text, "refusal": refusal}
    return render(request, "reporting/collaboration_check.html", context, status=status)


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
        content_of_collaboration(report, reader=request.user),
        number=report.number or "",
        day=request.today,
        draft=True,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="collaboration-report-{pk}-draft.pdf"'
    return response
