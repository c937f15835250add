"""The proposals as a table that leaves the system (申請台帳), and what one group did before."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Organization
from accounts.numbers_named import key_in
from accounts.permissions import require
from casework.models import Case
from grants.ledger import HEADER, rows
from grants.models import PastAward, Proposal

from .spreadsheets import csv_response, xlsx_response


def _found(request):
    require(request.user, "grants.read_ledger")
    found = Proposal.objects.visible_to(request.user)
    wanted = request.GET.get("round", "")
    return found if (key := key_in(wanted)) is None else found.filter(round=key)


@login_required
@require_safe
def ledger_csv(request):
    return csv_response("proposals", (HEADER, rows(_found(request))))


@login_required
@require_safe
def ledger_xlsx(request):
    return xlsx_response("proposals", {"proposals": (HEADER, rows(_found(request)))})


@login_required
@require_safe
def organization_projects(request, pk):
    """What a group proposed and carried out: cases here, and awards of earlier years."""
    group = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    cases = Case.objects.visible_to(request.user).filter(
        organization=group, kind__in=("proposal", "project_year")
    )
    context = {
        "organization": group,
        "cases": cases.order_by("-fiscal_year", "-pk"),
        "awards": PastAward.objects.filter(organization=group).order_by(
            "-adoption_fiscal_year", "key"
        ),
    }
    return render(request, "grants/organization_projects.html", context)
