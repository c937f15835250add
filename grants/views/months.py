"""Plan against actual of a project year, by month: one page for group, department and office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from casework.views.finding import trail_to, visible_case
from grants.forms.months import ActivityForm, DoneForm
from grants.models import Activity, ActivityDone, ProjectYear
from grants.months import chart_of
from grants.services import months

from . import done, show_form

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def year_months(request, pk):
    """Plan and actual by month; an activity is added here."""
    year = visible_case(request, pk)
    if year.kind != ProjectYear.KIND:
        raise Http404(pk)
    keeps = request.user.has_perm("grants.keep_months", year)
    form = ActivityForm(request.POST or None) if keeps else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("grants.keep_months")
        if form.is_valid():
            months.plan_activity(year, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, _("The activity is planned."))
            return redirect("grants:months", pk=pk)
    context = {
        "case": year,
        "chart": chart_of(year),
        "keeps": keeps,
        "form": form,
        "trail": trail_to(year, request.user, _("Plan by month")),
    }
    status = 422 if form and form.errors else 200
    return render(request, "grants/months.html", context, status=status)


def _activity(request, pk: int) -> Activity:
    seen = Activity.objects.visible_to(request.user).standing()
    activity = get_object_or_404(seen.select_related("year__proposal"), pk=pk)
    require(request.user, "grants.keep_months", activity.year)
    return activity


@login_required
@form_page
def activity_done(request, pk):
    """Tell what was done of an activity in one month."""
    activity = _activity(request, pk)
    form = DoneForm(request.POST or None, initial={"month": request.today.month})
    told = {"by": request.user, "at": request.now}
    if done(form, lambda: months.tell_done(activity, **form.cleaned_data, **told)):
        messages.success(request, _("What was done is recorded."))
        return redirect("grants:months", pk=activity.year_id)
    return show_form(
        request, form, eyebrow=str(activity.year), title=activity.label, submit=_("Record"),
        text=_("Tell what was done in one month. A wrong line is struck out, and written anew."),
        back=reverse("grants:months", args=[activity.year_id]),
    )  # fmt: skip


@login_required
@require_POST
def activity_strike(request, pk):
    """Strike out an activity."""
    activity = _activity(request, pk)
    months.strike(activity, by=request.user, at=request.now)
    messages.success(request, _("It is struck out."))
    return redirect("grants:months", pk=activity.year_id)


@login_required
@require_POST
def done_strike(request, pk, line):
    """Strike out one line of what was done."""
    activity = _activity(request, pk)
    told = get_object_or_404(ActivityDone.objects.filter(activity=activity), pk=line)
    months.strike(told, by=request.user, at=request.now)
    messages.success(request, _("It is struck out."))
    return redirect("grants:months", pk=activity.year_id)
