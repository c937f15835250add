"""Bulk handover: cases pass from one clerk, or one department, to another, seen before it is done."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Department
from accounts.numbers_named import keys_in
from casework import handover
from casework.handover_forms import (
    NOBODY,
    ClerkHandoverForm,
    DepartmentHandoverForm,
    NarrowForm,
)

from .finding import require_office

form_page = require_http_methods(["GET", "HEAD", "POST"])

#: How many cases one handover shows and moves; the rest is left for the next.
MOST = 500


@login_required
@form_page
def clerks(request):
    """Cases of one clerk pass to another."""
    require_office(request.user, "casework.handle_case")
    return _page(
        request, ClerkHandoverForm, handover.look, handover.hand_over,
        title=_("Hand cases over to another clerk"),
        text=_(
            "Choose from whom and to whom. The list shows what passes on and what cannot; nothing is "
            "changed before you press the button below it."
        ),
        orphans=_orphans(request),
    )  # fmt: skip


@login_required
@form_page
def departments(request):
    """Cases of one department pass to its successor, or to another one."""
    require_office(request.user, "casework.handle_case")
    return _page(
        request, DepartmentHandoverForm, handover.look_at_department, handover.hand_over_department,
        title=_("Hand cases over to another department"),
        text=_(
            "For a department that was renamed, merged or gave up a task. What was filed and decided "
            "stays in its name; its open cases pass on."
        ),
        ended=_ended(request),
    )  # fmt: skip


def _page(request, form_class: type[NarrowForm], look: Callable, act: Callable, **context):
    cases = handover.open_cases(request.user)
    asked = request.POST if request.method == "POST" else request.GET
    form = form_class(
        asked if "taker" in asked else None, initial=asked.dict(), cases=cases, on=request.today
    )
    found = None
    if form.is_valid():
        told = form.cleaned_data
        if request.method == "POST":
            _hand_over(request, act, told)
            return redirect(_back(request, asked))
        some = list(form.narrowed().order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        among = cases.filter(pk__in=some[:MOST])
        found = look(among, told["giver"], told["taker"], on=request.today)
        context |= {"found": found, "more": len(some) > MOST, "asked": _asked(form), **told}
    context |= {"form": form, "most": MOST, "trail": _trail(context["title"])}
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/handover.html", context, status=status)


def _hand_over(request, act: Callable, told: dict) -> None:
    chosen = keys_in(request.POST.getlist("case"))
    try:
        done = act(chosen, told["giver"], told["taker"], by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return
    if not done.moves:
        messages.info(request, _("Nothing was left to hand over."))
        return
    words = ngettext(
        "%(count)d case was handed over to %(taker)s.",
        "%(count)d cases were handed over to %(taker)s.",
        len(done.moves),
    )
    messages.success(request, words % {"count": len(done.moves), "taker": told["taker"]})
    if done.stays:
        words = _("%(count)d of the chosen cases stayed. The list says why.")
        messages.warning(request, words % {"count": len(done.stays)})


def _back(request, asked) -> str:
    """Return the address of the same list, where what stayed is seen."""
    kept = asked.copy()
    for name in ("case", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    return f"{request.path}?{kept.urlencode()}"


def _asked(form: NarrowForm) -> list[tuple[str, str]]:
    """Return what was asked for, to be handed on with the button."""
    return [(name, form[name].value()) for name in form.fields if form[name].value()]


def _trail(title: str) -> list[tuple[str, str]]:
    return [(reverse("casework:office"), _("Office")), ("", title)]


def _orphans(request) -> list[dict]:
    """Return whose open cases have nobody in charge who works here today, with how many."""
    counted = (
        handover.without_active_clerk(request.user)
        .order_by()
        .values("clerk", "clerk__name")
        .annotate(count=Count("pk"))
    )
    return [
        {"key": row["clerk"] or NOBODY, "name": row["clerk__name"], "count": row["count"]}
        for row in sorted(counted, key=lambda row: (row["clerk__name"] or "", row["clerk"] or 0))
    ]


def _ended(request) -> list[dict]:
    """Return the departments that exist no more and still have open cases, with how many."""
    standing = Department.objects.valid_on(request.today)
    counted = (
        handover.open_cases(request.user)
        .exclude(department=None)
        .exclude(department__in=standing)
        .order_by()
        .values("department", "department__name", "department__successor__name")
        .annotate(count=Count("pk"))
    )
    return [
        {
            "key": row["department"], "name": row["department__name"],
            "successor": row["department__successor__name"], "count": row["count"],
        }
        for row in sorted(counted, key=lambda row: row["department__name"])
    ]  # fmt: skip
