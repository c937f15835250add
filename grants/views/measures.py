"""The office says which measures of the guideline a project advances: one by one, or several as named."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.numbers_named import keys_in
from accounts.permissions import require
from casework.panels import CONTENT
from grants import services
from grants.forms.measures import MeasuresPage
from grants.unread_measures import as_listed, unread_cases, waiting

from . import done, page_of
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
        return redirect(_back(request, pk))
    context = {"case": proposal, "page": page, "back": _back(request, pk)}
    status = 422 if request.method == "POST" else 200
    return render(request, "grants/measures.html", context, status=status)


def _back(request: HttpRequest, pk: int) -> str:
    """Return where the person came from: the list of what waits, or the case."""
    if "list" in request.GET:
        return reverse("grants:unread-measures")
    return f"{reverse('casework:case-part', args=[pk, CONTENT.code])}#measures"


def _keep(request, proposal, page: MeasuresPage) -> None:
    services.read_measures(
        proposal, page.rows(), seen=page.seen_mark, by=request.user, at=request.now
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def unread_measures(request):
    """The adopted projects whose measures wait; several can be taken at once as their groups named them."""
    require(request.user, "grants.handle")
    if request.method == "POST":
        return _take_chosen(request)
    page = page_of(request, as_listed(unread_cases(request.user)))
    page.object_list = waiting(page.object_list)
    context = {
        "page": page,
        "takeable": sum(row.takeable for row in page.object_list),
        "chosen": "all" in request.GET,
    }
    return render(request, "grants/unread_measures.html", context)


def _take_chosen(request: HttpRequest) -> HttpResponse:
    """Take each of the chosen ones by itself, and tell what came of it."""
    chosen = keys_in(request.POST.getlist("case"))
    found = list(unread_cases(request.user).filter(pk__in=chosen))
    taken = [proposal for proposal in found if _take(request, proposal)]
    if gone := len(set(chosen)) - len(found):
        said = ngettext(
            "%(number)d project was left out: somebody else confirmed it meanwhile.",
            "%(number)d projects were left out: somebody else confirmed them meanwhile.",
            gone,
        )
        messages.error(request, said % {"number": gone})
    if taken:
        said = ngettext(
            "The measures of %(number)d project are confirmed as named, with your name and the day.",
            "The measures of %(number)d projects are confirmed as named, with your name and the day.",
            len(taken),
        )
        messages.success(request, said % {"number": len(taken)})
    if not chosen:
        messages.error(request, _("Choose at least one project."))
    return redirect("grants:unread-measures")


def _take(request: HttpRequest, proposal) -> bool:
    seen = request.POST.get(f"seen-{proposal.pk}", "")
    try:
        services.take_as_named(proposal, seen=seen, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, f"{proposal.title}: {' '.join(refusal.messages)}")
        return False
    return True
