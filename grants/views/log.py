"""The log of a project, and of a group that has no case yet."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization
from accounts.permissions import require
from casework.errors import NotPossible
from casework.models import Case
from casework.views.finding import trail_to, visible_case
from grants import log_rows
from grants.forms.log import LogForm
from grants.models import LogEntry
from grants.services import log

from . import page_of, show_form
from .spreadsheets import csv_response

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def case_log(request, pk):
    """What took place in a project; a new entry is written here."""
    case = visible_case(request, pk)
    if not log_rows.reads_log(request.user, case):
        raise PermissionDenied("grants.read_log")
    return _log(request, case.organization, case)


@login_required
@form_page
def group_log(request, pk):
    """What took place with a group, also before it had a case."""
    group = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "grants.read_log", group)
    return _log(request, group, None)


def _log(request, group: Organization, case: Case | None):
    user = request.user
    party = log.writes_log_as(user, group, case)
    form = LogForm(request.POST or None, party=party, today=request.today) if party else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("grants.write_log")
        if form.is_valid():
            log.enter(group, case=case, **form.cleaned_data, by=user, at=request.now)
            messages.success(request, _("The entry is kept."))
            return redirect(request.path)
    seen = LogEntry.objects.visible_to(user).filter(organization=group)
    seen = seen.filter(case=case) if case else seen
    standing = seen.standing().select_related("by", "case").order_by("-on", "-pk")
    page = page_of(request, standing)
    context = {
        "case": case,
        "group": group,
        "page": page,
        "entries": log_rows.with_earlier(page.object_list, seen),
        "party": party,
        "form": form,
        "trail": _trail(user, group, case),
    }
    status = 422 if form and form.errors else 200
    return render(request, "grants/log.html", context, status=status)


def _trail(user, group: Organization, case: Case | None) -> list:
    if case:
        return trail_to(case, user, _("Log"))
    return [(reverse("accounts:organization-detail", args=[group.pk]), group.name), ("", _("Log"))]


@login_required
@form_page
def log_correct(request, pk):
    """Correct an entry by a new version."""
    seen = LogEntry.objects.visible_to(request.user).standing()
    entry = get_object_or_404(seen.select_related("case", "organization"), pk=pk)
    if not log.may_correct(request.user, entry):
        raise PermissionDenied("grants.write_log")
    begins = {name: getattr(entry, name) for name in LogForm.Meta.fields}
    form = LogForm(
        request.POST or None, initial=begins, party=entry.party, today=request.today
    )  # fmt: skip
    back = _address(entry)
    if form.is_valid():
        try:
            log.correct(entry, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            messages.error(request, str(error.why))
        else:
            messages.success(request, _("The new version is kept; the old one stays below it."))
        return redirect(back)
    return show_form(
        request, form, eyebrow=str(entry.case or entry.organization), title=_("Correct an entry of the log"),
        text=_("Both versions stay readable."), submit=_("Keep the new version"), back=back,
    )  # fmt: skip


def _address(entry: LogEntry) -> str:
    if entry.case_id:
        return reverse("grants:case-log", args=[entry.case_id])
    return reverse("grants:group-log", args=[entry.organization_id])


@require_safe
@login_required
def log_csv(request):
    """All entries of the log that the office sees, as a table."""
    require(request.user, "grants.read_ledger")
    seen = LogEntry.objects.visible_to(request.user)
    return csv_response("log", (log_rows.HEADER, log_rows.rows(seen)))
