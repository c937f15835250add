"""What came of each measure: one page for the group's report, the same for the department's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.views.answers import done
from reporting.models import CollaborationReport
from reporting.outcome_page import OutcomePage
from reporting.outcome_writing import may_tell, tell_outcomes

from .reports import visible_report

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def report_measures(request, pk):
    """The group says what came of each measure that its project was to advance."""
    return _page(request, visible_report(request, pk))


@login_required
@form_page
def collaboration_measures(request, pk):
    """The department says what came of each measure that the collaboration advanced."""
    found = CollaborationReport.objects.visible_to(request.user).select_related("project_year")
    return _page(request, get_object_or_404(found, pk=pk))


def _page(request, report) -> HttpResponse:
    if not may_tell(report, request.user):
        raise PermissionDenied("reporting.write")
    page = OutcomePage(report, request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and page.is_valid() and done(page.seen, lambda: _keep(request, report, page)):  # fmt: skip
        messages.success(request, _("Saved. The report is not sent by this."))
        return redirect("casework:case", pk=report.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "reporting/outcomes.html", {"case": report, "page": page}, status=status)


def _keep(request, report, page: OutcomePage) -> None:
    tell_outcomes(report, page.outcomes(), seen=page.seen_mark, by=request.user, at=request.now)
