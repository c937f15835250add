"""What is held since the site was restored from a backup, and the buttons that let it go."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework import restored as the_restored
from casework.errors import NotPossible
from casework.keys import key_in, keys_in
from casework.models import Notice, NumberSeries, Restoration

from .finding import holds, page_of, require_office


@require_safe
@login_required
def restored(request):
    """What is held, and what may have gone out before the site was restored."""
    require_office(request.user, "casework.read_engine")
    held = the_restored.held()
    seen = Notice.objects.visible_to(request.user).filter(pk__in=held.values("pk"))
    rows = seen.select_related("case__organization", "recipient")
    total, visible = held.count(), seen.count()
    context = {
        "restoration": Restoration.objects.order_by("-restored_at").first(),
        "page": page_of(request, rows.order_by("kind", "to", "posted_at", "pk")),
        "held": total,
        "unseen": total - visible,
        "newest": held.aggregate(m=Max("pk"))["m"],
        "series": _last_numbers(),
        "releases": holds(request.user, "casework.release_restored"),
        "trail": [(reverse("casework:engine"), _("Engine room")), ("", _("Restored site"))],
    }
    return render(request, "casework/restored.html", context)


def _last_numbers() -> list[NumberSeries]:
    """Return the series of letters of the latest fiscal year, with the last number of each."""
    year = NumberSeries.objects.aggregate(m=Max("fiscal_year"))["m"]
    return list(NumberSeries.objects.filter(fiscal_year=year).order_by("name"))


@login_required
@require_POST
def restored_act(request, act):
    """Release or withdraw what was chosen, or all that the page knew of; or end the state."""
    require_office(request.user, "casework.release_restored")
    do = {"release": the_restored.release, "withdraw": the_restored.withdraw}.get(act)
    if do is None and act != "end":
        raise Http404
    if do:
        _let(request, do, everything=request.POST.get("which") == "all")
    if act == "end" or request.POST.get("which") == "all":
        _end(request)
    return redirect("casework:restored")


def _let(request, do: Callable[..., int], *, everything: bool) -> None:
    chosen = None if everything else _chosen(request)
    newest = key_in(request.POST.get("newest", "")) or 0
    number = do(the_restored.up_to(newest, among=chosen), by=request.user, at=request.now)
    if number:
        said = ngettext("%(number)d notice: done.", "%(number)d notices: done.", number)
        messages.success(request, said % {"number": number})
    else:
        messages.error(request, _("Choose at least one notice that is still held."))


def _chosen(request) -> list[int]:
    """Return the keys of the notices that were chosen and that this person may see."""
    keys = keys_in(request.POST.getlist("notice"))
    rows = Notice.objects.visible_to(request.user).filter(pk__in=keys)
    return list(rows.values_list("pk", flat=True))


def _end(request) -> None:
    try:
        the_restored.end(by=request.user, at=request.now, now=timezone.now())
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        messages.success(request, _("The site is released. Notices leave again."))
