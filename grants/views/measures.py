"""The office says which measures of the guideline a project advances."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.panels import CONTENT
from grants import services
from grants.forms.measures import MeasuresPage

from . import done
from .proposals import visible_proposal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_measures(request, pk):
    """Confirm, correct, add, take out and weigh the measures that a project advances."""
    proposal = visible_proposal(request, pk)
    if not services.may_read_measures(proposal, request.user):
        raise PermissionDenied("grants.handle")
    page = MeasuresPage(proposal, request.POST if request.method == "POST" else None)
    if request.method == "POST" and page.is_valid() and done(page.seen, lambda: _keep(request, proposal, page)):  # fmt: skip
        messages.success(request, _("The measures are kept, with your name and the day."))
        return redirect(f"{reverse('casework:case-part', args=[pk, CONTENT.code])}#measures")
    status = 422 if request.method == "POST" else 200
    return render(
        request, "grants/measures.html", {"case": proposal, "page": page}, status=status
    )  # fmt: skip


def _keep(request, proposal, page: MeasuresPage) -> None:
    services.read_measures(
        proposal, page.rows(), seen=page.seen_mark, by=request.user, at=request.now
    )
