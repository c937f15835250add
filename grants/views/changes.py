"""Requests for a change of a running project year, written by the group."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from casework.draft_pages import write
from grants import services
from grants.endings import what_follows
from grants.forms.changes import MOVES, ChangeDraft
from grants.models import ChangeRequest

from . import attempt
from .change_pays import parts, what_it_does
from .years import visible_year

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_POST
def change_start(request, pk):
    """Begin a request of the kind that was chosen, and go on to write it."""
    year = visible_year(request, pk)
    require(request.user, "grants.write", year)
    asks_for = request.POST.get("asks_for", "")
    if asks_for not in ChangeRequest.AsksFor.values:
        raise Http404(asks_for)
    begun: list[ChangeRequest] = []

    def begin() -> None:
        made = services.start_change(year, asks_for=asks_for, by=request.user, at=request.now)
        begun.append(made)

    attempt(request, begin, _("The request is begun. It is not sent yet."))
    if begun:
        return redirect("grants:change-edit", pk=begun[0].pk)
    return redirect(f"{reverse('casework:case-part', args=[pk, 'activities'])}#changes")


def visible_change(request, pk: int) -> ChangeRequest:
    found = ChangeRequest.objects.visible_to(request.user)
    found = found.select_related("organization", "project_year__proposal__round__edition")
    return get_object_or_404(found, pk=pk)


@login_required
@form_page
def change_edit(request, pk):
    """Write a request. The same address saves by button and by itself."""
    change = visible_change(request, pk)
    if not services.may_edit_on_year(change, request.user):
        raise PermissionDenied("grants.write")
    return write(
        request, change,
        read=ChangeDraft,
        save=lambda draft: services.save_change(
            change, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, change),
        saved=_("The request is saved."),
        parts=parts,
    )  # fmt: skip


HEADINGS = {
    ChangeRequest.AsksFor.CHANGE: gettext_lazy("Ask for a change of the plan (変更承認申請)"),
    ChangeRequest.AsksFor.END: gettext_lazy("Ask to end the project early (中止承認申請)"),
    ChangeRequest.AsksFor.POSTPONE: gettext_lazy("Ask to postpone the project (延期承認申請)"),
}


def _edit_page(request, change: ChangeRequest, draft: ChangeDraft, status: int) -> HttpResponse:
    year, verb = change.project_year, MOVES.get(change.asks_for)
    pays = what_it_does(change, draft)
    context = {
        "change": change, "year": year, "draft": draft, "heading": HEADINGS[change.asks_for],
        "always": change.weighed().reasons if verb else (),
        "follows": what_follows(year, verb, today=request.today) if verb else [],
        "pays": pays, **pays,
    }  # fmt: skip
    return render(request, "grants/change_edit.html", context, status=status)
