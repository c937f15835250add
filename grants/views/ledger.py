"""The proposals as a table that leaves the system (申請台帳), and what one group did before."""

import tempfile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from accounts.models import Organization
from accounts.permissions import require
from casework.keys import key_in
from casework.models import Case
from casework.tables import csv_lines, harmless
from grants.ledger import HEADER, rows
from grants.models import PastAward, Proposal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _found(request):
    require(request.user, "grants.read_ledger")
    found = Proposal.objects.visible_to(request.user)
    wanted = request.GET.get("round", "")
    return found if (key := key_in(wanted)) is None else found.filter(round=key)


@login_required
@require_safe
def ledger_csv(request):
    lines = csv_lines(HEADER, rows(_found(request)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="proposals.csv"'
    return response


@login_required
@require_safe
def ledger_xlsx(request):
    found = _found(request)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("proposals")
    sheet.append(HEADER)
    for row in rows(found):
        sheet.append([harmless(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="proposals.xlsx", content_type=XLSX)


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
