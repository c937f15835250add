"""What date a rule leads to from any day, step by step; nothing is stored."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.permissions import require
from casework.closed_days import ClosedDays
from casework.derivation import Due, each_step, in_words
from casework.models import ClosedDay
from grants.date_rules import date_after, date_by
from grants.forms.calculator import CalculatorForm
from grants.rules import RuleSet

#: How far around the date its closed days are listed.
AROUND = timedelta(days=3)


@login_required
@require_safe
def calculator(request):
    """Compute a date from a day that is typed in, by a rule of a course or by a period."""
    require(request.user, "grants.read_plans")
    form = CalculatorForm(request.GET or None)
    context = {"form": form, **(_answer(form.cleaned_data) if form.is_valid() else {})}
    return render(request, "grants/calculator.html", context)


def _answer(asked: dict) -> dict:
    due = _date(asked)
    return {
        "due": due,
        "steps": each_step(due, get_language()),
        "sentences": [in_words(due, language) for language in ("ja", "en")],
        "closed": _closed_weekdays(asked["day"], due.on),
        "known_until": _known_until(asked["day"], due.on),
        "edition": asked["edition"] if asked["rule"] else None,
    }


def _date(asked: dict) -> Due:
    closed = ClosedDays()
    if asked["edition"] and asked["rule"]:
        rules = RuleSet(asked["edition"].frozen())
        return date_by(asked["rule"], rules, asked["day"], closed)
    return date_after(asked["period"], asked["day"], closed)


def _closed_weekdays(since: date, until: date | None) -> list[ClosedDay]:
    """Return the closed weekdays on the way from one day to the other, and just around the end."""
    if until is None:
        return []
    first, last = sorted((since, until))
    days = ClosedDay.objects.filter(day__range=(first, last + AROUND), day__iso_week_day__lte=5)
    return list(days.order_by("day"))


def _known_until(since: date, until: date | None) -> date | None:
    """Return the last closed day that is entered, if the way leads beyond it."""
    last = ClosedDay.objects.aggregate(last=Max("day"))["last"]
    return last if last and max(since, until or since) > last else None
