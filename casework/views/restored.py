"""What is held since the site was restored from a backup, and the buttons that let it go."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.numbers_named import key_in, keys_in
from casework import restored as the_restored
from casework.errors import NotPossible

from . import number_series
from .finding import holds, page_of, require_office


@require_safe
@login_required
def restored(request):
    """What is held, and what may have gone out before the site was restored."""
    require_office(request.user, "casework.read_engine")
    held = the_restored.held()
    rows = held.visible_to(request.user).select_related("case__organization", "recipient")
    counted = held.aggregate(total=Count("pk"), newest=Max("pk"))
    page = page_of(request, rows.order_by("kind", "to", "posted_at", "pk"))
    context = {
        "restoration": the_restored.latest(),
        "page": page,
        "held": counted["total"],
        "unseen": counted["total"] - page.paginator.count,
        "newest": counted["newest"],
        "last_numbers": the_restored.last_numbers(),
        "keeps": holds(request.user, "casework.keep_outbox"),
        **number_series.part_of(request),
        "trail": [(reverse("casework:engine"), _("Engine room")), ("", _("Restored site"))],
    }
    return render(request, "casework/restored.html", context)


@login_required
@require_POST
def restored_act(request, act):
    """Release or withdraw what was chosen, or all that the page knew of; or end the state."""
    require_office(request.user, "casework.keep_outbox")
    do = {"release": the_restored.release, "withdraw": the_restored.withdraw}.get(act)
    if do is None and act != "end":
        raise Http404
    if do:
        _let(request, do, everything=request.POST.get("which") == "all")
    if act == "end" or request.POST.get("which") == "all":
        _end(request)
    return redirect("casework:restored")


def _let(request, do: Callable[..., int], *, everything: bool) -> None:
    chosen = None if everything else keys_in(request.POST.getlist("notice"))
    newest = key_in(request.POST.get("newest", "")) or 0
    number = do(the_restored.up_to(newest, among=chosen), by=request.user, at=request.now)
    if number:
        said = ngettext("%(number)d notice: done.", "%(number)d notices: done.", number)
        messages.success(request, said % {"number": number})
    elif not everything:
        messages.error(request, _("Choose at least one notice that is still held."))


def _end(request) -> None:
    try:
        the_restored.end(by=request.user, at=request.now, now=timezone.now())
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        messages.success(request, _("The site is released. Notices leave again."))
