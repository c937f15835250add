"""Duties at the change of the fiscal year: which end, and which begin on the day after."""

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import forms, services
from accounts.days_named import day_in
from accounts.models import Duty, Role
from accounts.numbers_named import keys_in
from accounts.permissions import require
from accounts.views.pages import ask, form_page


def turn_of_the_year(today: date) -> date:
    """Return the last day of a fiscal year that people mean on ``today``: the nearest 31 March.

    Until the end of September that is the one behind, from October on the one ahead.
    """
    return date(today.year, 3, 31) if today.month < 10 else date(today.year + 1, 3, 31)


def _last_day(request) -> date:
    asked = request.POST.get("last_day") or request.GET.get("last_day")
    return day_in(asked) or turn_of_the_year(request.today)


@login_required
@form_page
def change_over(request):
    """All duties that go on, to be ticked where they end; and those that begin on the day after."""
    require(request.user, "accounts.manage_duties")
    last_day = _last_day(request)
    if request.method == "POST":
        _end(request, last_day)
        return redirect(f"{reverse('accounts:change-over')}?last_day={last_day.isoformat()}")
    rows = Duty.objects.select_related("user", "department").order_by("role", "user__name", "pk")
    first_day = last_day + timedelta(days=1)
    going_on = services.running_beyond(last_day).values("pk")
    context = {
        "last_day": last_day,
        "first_day": first_day,
        "going_on": rows.filter(pk__in=going_on).exclude(role=Role.SYSTEM),
        "ending": rows.filter(valid_until=last_day),
        "beginning": rows.filter(valid_from=first_day),
    }
    return render(request, "accounts/change_over.html", context)


def _end(request, last_day: date) -> None:
    chosen = keys_in(request.POST.getlist("duty"))
    try:
        ended = services.end_duties(chosen, last_day=last_day, by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return
    words = ngettext("%(count)d duty ends then.", "%(count)d duties end then.", len(ended))
    messages.success(request, words % {"count": len(ended)})


@login_required
@form_page
def duty_begin(request):
    """Give somebody a duty that begins on the first day of the new year."""
    require(request.user, "accounts.manage_duties")
    first_day = _last_day(request) + timedelta(days=1)
    back = f"{reverse('accounts:change-over')}?last_day={_last_day(request).isoformat()}"
    return ask(
        request,
        forms.BeginDutyForm(request.POST or None, first_day=first_day),
        _begin,
        lambda done: _said(request, back, done),
        title=_("A duty that begins"),
        text=_("Whoever is not in the list is added first, on the page “People and duties”."),
        submit=_("Save"),
        back=back,
    )


def _begin(user, **told):
    return services.begin_duty(user, **told)


def _said(request, back: str, done: tuple[Duty, bool]):
    _duty, is_new = done
    words = _("Saved.") if is_new else _("This person holds this duty on that day already.")
    messages.success(request, words)
    return redirect(back)
