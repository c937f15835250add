"""The change of the fiscal year on one page: what is done, what waits, what a run would make."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from casework.calendar import fiscal_year
from casework.errors import NotPossible
from grants import rollover
from grants.forms.rollover import RolloverForms
from grants.rollover import Section, Status
from grants.rollover.doing import steps_of
from grants.rollover.plan import Decisions, Step
from grants.rollover.words import HEADINGS, STATUSES, address_of, address_of_budget, in_words

#: From January on people mean the year that comes, when they say the new one.
JANUARY_TO_MARCH = (1, 2, 3)


@login_required
@require_safe
def newest(request):
    """Lead to the year that people change to now."""
    require(request.user, "grants.plan")
    year = fiscal_year(request.today)
    coming = year + 1 if request.today.month in JANUARY_TO_MARCH else year
    return redirect("grants:rollover", year=coming)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_to(request, year):
    """Show the change to a year; try decisions out, which writes nothing, or carry them out."""
    require(request.user, "grants.plan")
    this_year = fiscal_year(request.today)
    if year not in (this_year, this_year + 1):
        raise Http404(year)
    facts, steps = steps_of(year, by=request.user, at=request.now)
    forms = RolloverForms(request.POST or None, facts, today=request.today)
    tried, status = None, 200
    if request.method == "POST":
        tried, status = _tried(request, year, forms)
        if request.POST.get("do") == "run" and tried and _run(request, year, forms):
            return redirect("grants:rollover", year=year)
    context = {
        "year": year, "years": (this_year, this_year + 1),
        "sections": _sections(tried or steps, year),
        "counts": {status.value: _count(tried or steps, status) for status in Status},
        "forms": forms,
        "tried": tried is not None,
        "makes": [in_words(step) for step in tried or () if step.status == Status.MAKE],
        "digest": rollover.digest_of(tried) if tried else "",
        "keeps_duties": request.user.has_perm("accounts.manage_duties"),
        "trail": [(reverse("casework:office"), _("Office")), ("", _("Change of the fiscal year"))],
    }  # fmt: skip
    return render(request, "grants/rollover.html", context, status=status)


def _tried(request, year: int, forms: RolloverForms) -> tuple[list[Step] | None, int]:
    """Return the plan under what was typed in, and the status of the page."""
    if not forms.are_valid():
        return None, 422
    try:
        _facts, steps = steps_of(year, forms.decisions(), by=request.user, at=request.now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return None, 422
    return steps, 200


def _run(request, year: int, forms: RolloverForms) -> bool:
    decisions: Decisions = forms.decisions()
    try:
        steps = rollover.roll_over(
            year, decisions, seen=request.POST.get("digest", ""), by=request.user, at=request.now
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    except NotPossible as refusal:
        messages.error(request, str(refusal.why))
        return False
    for step in steps:
        if step.status == Status.MAKE:
            messages.success(request, _("Done: %(move)s.") % {"move": in_words(step).rstrip("。.")})
    return True


def _count(steps: list[Step], status: Status) -> int:
    return sum(step.status == status for step in steps)


def _sections(steps: list[Step], year: int) -> list[dict]:
    """Return each part of the page with its steps in words, what waits first."""
    order = (Status.MAKE, Status.WAITS, Status.NOTE, Status.THERE)
    found = []
    for section in Section:
        here = [step for step in steps if step.section == section]
        rows = [step for step in here if step.what != "call_without_days"]  # its fields say it
        rows.sort(key=lambda step: order.index(step.status))
        found.append(
            {
                "code": section.value,
                "title": HEADINGS[section],
                "waits": _count(here, Status.WAITS),
                "rows": [_row(step, year) for step in rows],
            }
        )
    return found


def _row(step: Step, year: int) -> dict:
    address = address_of_budget(step, year) if step.what == "budget_waits" else address_of(step)
    return {
        "status": step.status.value,
        "label": STATUSES[step.status],
        "words": in_words(step),
        "address": address,
    }
