"""The calls as everyone sees them, and where a group begins its proposal."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Organization
from accounts.numbers_named import key_in
from casework import icalendar_files
from casework.views.calendars import calendar_response
from grants import call_dates, call_panels, services
from grants.models import CityIssue, Proposal, Round
from grants.models.city_issue import Standing
from grants.parameters import of_year, rules_in_words


@require_safe
def call_list(request):
    """Open calls first, then those announced, then those of the past."""
    at = request.now
    calls = Round.objects.announced(at).select_related("edition").order_by("closes_at", "pk")
    context = {
        "open": [call for call in calls if call.is_open(at)],
        "announced": [call for call in calls if call.opens_at > at],
        "past": sorted((c for c in calls if c.closes_at <= at), key=lambda c: c.closes_at)[::-1],
    }
    return render(request, "grants/call_list.html", context)


@require_safe
def call_calendar(request):
    """The days on which calls open and close, for a calendar that subscribes to them."""
    words = {"name": _("Calls for proposals"), "key": "calls"}
    content = icalendar_files.write(call_dates.entries(request.now), **words, at=request.now)
    return calendar_response(content, "calls")


@require_safe
def call_detail(request, pk):
    """One call: its rules in plain words, until when, and how to begin."""
    found = Round.objects.visible_to(request.user, request.now).select_related("edition")
    call = get_object_or_404(found, pk=pk)
    groups = groups_of(request.user)
    rules = rules_in_words(of_year(call.frozen_rules, call.fiscal_year), public=True)
    mine = Proposal.objects.visible_to(request.user).filter(round=call, organization__in=groups)
    issue = _issue(request.GET, request)
    looks_for_one = issue is not None and issue.standing_on(request.today) == Standing.OPEN
    context = {
        "call": call,
        "issue": issue if looks_for_one else None,
        "past_issue": None if looks_for_one else issue,
        "is_open": call.is_open(request.now),
        "rules": [rule for rule in rules if rule.is_set],
        "open_questions": [rule for rule in rules if not rule.is_set],
        "categories": call.rules.categories,
        "groups": groups,
        "panels": call_panels.drawn(call, request),
        "mine": mine.select_related("organization").order_by("pk"),
    }
    return render(request, "grants/call_detail.html", context)


def _issue(told, request) -> CityIssue | None:
    """Return the public city issue that an address or a form names."""
    key = key_in(told.get("issue", ""))
    public = CityIssue.objects.public(fictitious=settings.DEMO).with_standing()
    return public.filter(pk=key).first() if key is not None else None


def groups_of(user) -> list[Organization]:
    """Return the groups the person writes for."""
    if not user.is_authenticated:
        return []
    found = Organization.objects.filter(pk__in=user.duties.organizations).order_by("name", "pk")
    return [group for group in found if user.duties.edits(group.pk)]


@require_POST
@login_required
def draft_start(request, pk):
    """Begin a proposal for one of one's groups, and go on to write it."""
    call = get_object_or_404(Round.objects.announced(request.now), pk=pk)
    groups = groups_of(request.user)
    if not groups:
        raise PermissionDenied("grants.write")
    chosen = request.POST.get("organization", "")
    group = next((g for g in groups if str(g.pk) == chosen), None)
    if group is None:
        messages.error(request, _("Choose the group for which you write."))
        return redirect("grants:call", pk=pk)
    try:
        draft = services.start_draft(
            call, group, title=_("Project of %(group)s") % {"group": group.name},
            by=request.user, at=request.now, issue=_issue(request.POST, request),
        )  # fmt: skip
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("grants:call", pk=pk)
    return redirect("grants:proposal-edit", pk=draft.pk)
