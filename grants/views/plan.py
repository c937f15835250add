"""The year as a chart, and the plan of a round with what would move if it were another."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers_named import year_in
from accounts.permissions import require
from casework import coming
from casework.calendar import first_day, fiscal_year, last_day
from casework.closed_days import ClosedDays
from casework.derivation import Due, in_words
from grants import services
from grants.forms.plan import SavePlanForm, milestone_forms
from grants.gantt import chart_of, reach
from grants.models import Round
from grants.plan import Milestone, Planned, Unfounded, on_closed_days, out_of_order


@login_required
@require_safe
def year(request):
    """The rounds of one fiscal year, each with its chart."""
    require(request.user, "grants.read_plans")
    chosen = year_in(request.GET.get("year")) or fiscal_year(request.today)
    years = Round.objects.order_by("fiscal_year").values_list("fiscal_year", flat=True).distinct()
    rounds = Round.objects.filter(fiscal_year=chosen).order_by("opens_at", "pk")
    rounds = rounds.prefetch_related("plans").select_related("edition")
    closed = ClosedDays()
    schedules = [
        (round, services.schedule_of(round, services.plan_of(round), closed)) for round in rounds
    ]
    context = {
        "year": chosen,
        "years": list(years),
        "charts": _charts(schedules, chosen, request.today),
        "plans": request.user.has_perm("grants.plan"),
        "trail": [(reverse("grants:rounds"), _("Rounds")), ("", _("The year as a chart"))],
    }
    return render(request, "grants/year.html", context)


def _charts(schedules: list[tuple[Round, dict[str, Due]]], year: int, today: date) -> list[dict]:
    """Return each round with its chart and its days in words; all charts show the same months."""
    if not schedules:
        return []
    first, last = reach(days for _round, days in schedules)
    within = min(first, first_day(year)), max(last, last_day(year))
    return [
        {"call": round, "rows": _rows(days), "chart": chart_of(days, today=today, within=within)}
        for round, days in schedules
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def round_plan(request, pk):
    """Plan the days of a round: try a change out, which writes nothing, or save it with a reason."""
    require(request.user, "grants.read_plans")
    call = get_object_or_404(Round.objects.select_related("edition"), pk=pk)
    plans = request.user.has_perm("grants.plan")
    if request.method == "POST":
        require(request.user, "grants.plan")
    data = request.POST or None
    standing = services.plan_of(call)
    forms = milestone_forms(data, standing)
    save = SavePlanForm(data, initial={"version": call.plans.count()})
    wanted = _wanted(forms, save) if data else standing
    now = services.schedule_of(call, standing, ClosedDays())
    then = _then(call, wanted, forms) if wanted is not None else None
    if then is not None and request.POST.get("do") == "save" and _save(request, call, wanted, save):
        return redirect("grants:round-plan", pk=pk)
    failed = bool(save.errors or any(form.errors for form in forms))
    context = {
        "call": call, "forms": forms, "save": save, "plans": plans,
        "tried": data is not None, "failed": failed,
        "rows": _rows(then or now),
        "shifts": services.shifts_between(call, now, then) if then else [],
        **(_what_moves(request, call, now, then) if data and then else {}),
        "advice": _advice(then or now),
        "chart": chart_of(then or now, before=now, today=request.today),
        "versions": call.plans.select_related("by").order_by("-version"),
        "trail": [
            (reverse("grants:rounds"), _("Rounds")),
            (reverse("grants:round", args=[pk]), call.name),
            ("", _("Plan of the year")),
        ],
    }  # fmt: skip
    return render(request, "grants/plan.html", context, status=422 if failed else 200)


def _wanted(forms, save: SavePlanForm) -> list[Planned] | None:
    """Return the plan that was typed in; ``None`` where a part of it cannot be read."""
    if not all([form.is_valid() for form in forms] + [save.is_valid()]):
        return None
    return [planned for form in forms if (planned := form.planned())]


def _then(call: Round, wanted: list[Planned], forms) -> dict[str, Due] | None:
    """Return the schedule of a plan that is tried out; ``None``, and an error, if it rests on nothing."""
    try:
        return services.schedule_of(call, wanted, ClosedDays())
    except Unfounded as fault:
        form = next(form for form in forms if form.what == fault.what)
        form.add_error("follows", _("What it is counted from has no day itself."))
        return None


def _what_moves(request, call: Round, now: dict[str, Due], then: dict[str, Due]) -> dict:
    """Return which dates and reminders follow a plan that is tried out."""
    found = services.replaced_by_plan(call, now, then)
    return coming.replaced_together(found, reader=request.user, today=request.today)._asdict()


def _save(request, call: Round, wanted: list[Planned], save: SavePlanForm) -> bool:
    try:
        services.save_plan(
            call, wanted, by=request.user, at=request.now,
            version=save.cleaned_data["version"], reason=save.cleaned_data["reason"],
        )  # fmt: skip
    except ValidationError as refusal:
        save.add_error(None, refusal)
        return False
    messages.success(request, _("The plan is saved."))
    return True


def _rows(days: dict[str, Due]) -> list[dict]:
    return [
        {"label": Milestone(what).label, "on": due.on, "how": in_words(due, get_language())}
        for what, due in days.items()
    ]


def _advice(days: dict[str, Due]) -> list[str]:
    """Return what a person should look at; none of it stops anybody from saving."""
    order = [
        _("“%(one)s” comes before “%(other)s”.")
        % {"one": Milestone(one).label, "other": Milestone(other).label}
        for one, other in out_of_order(days)
    ]
    closed = [
        _("City hall is closed on the day of “%(one)s”.") % {"one": Milestone(what).label}
        for what in on_closed_days(days, ClosedDays())
    ]
    return order + closed
