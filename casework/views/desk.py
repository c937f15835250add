"""The desks of the roles."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from casework.desk_links import links_of
from casework.desk_notes import notes_on
from casework.desk_panels import desk_panels_of
from casework.desks import (
    DESKS,
    cases_on,
    desks_of,
    fetch_open_deadlines,
    kinds_of_interest,
    late_elsewhere,
    most_urgent_first,
    next_of,
    waiting_for,
)
from casework.models import Case, Deadline
from casework.parties import Party

from .finding import page_of

#: How many of the cases that wait for somebody else a desk shows; the list has them all.
OTHERS = 10


@require_safe
@login_required
def start(request):
    """Where everyone lands after the log-in: the first of one's desks."""
    return redirect(desks_of(request.user)[0].url_name)


@require_safe
@login_required
def desk(request, party):
    """What waits for this person in one role, the most urgent first; then all else under way."""
    if party != Party.ORGANIZATION and not request.user.duties.holds(party):
        raise PermissionDenied(party)
    context = {
        "desk": DESKS[party],
        "party": party,
        "links": links_of(party),
        "belongs": bool(request.user.duties.organizations),
        **(_cases(request, party) if DESKS[party].acts else {}),
    }
    context["parts"] = _drawn(request, party, waits=bool(context.get("rows")))
    return render(request, "casework/desk.html", context)


def _cases(request, party: str) -> dict:
    """Return what waits for one of ``party``, and what else concerns them."""
    waiting = waiting_for(request.user, party)
    whose = request.GET.get("whose", "") if party == Party.OFFICE else ""
    owed_by = None if party == Party.COORDINATOR else party
    assigned = _assigned(waiting, request.user, whose)
    page = page_of(request, most_urgent_first(assigned, owed_by=owed_by).with_parties())
    elsewhere = kinds_of_interest(cases_on(request.user, party), party)
    if party == Party.OFFICE:
        elsewhere = elsewhere.with_drafts()
    rest = most_urgent_first(elsewhere.exclude(pk__in=waiting.values("pk"))).with_parties()
    others = list(rest[: OTHERS + 1])
    fetch_open_deadlines([*page, *others])
    return {
        "page": page,
        "rows": [(case, _owed(case, party)) for case in page],
        "notes": notes_on(page, party, at=request.now),
        "late": _late(request) if party == Party.OFFICE else None,
        "others": [(case, next_of(case.open_deadlines)) for case in others[:OTHERS]],
        "more_others": len(others) > OTHERS,
        "whose": whose,
    }


def _late(request) -> Page:
    """Return what others owe past its date, a few rows at a time."""
    return Paginator(late_elsewhere(request.user), OTHERS).get_page(request.GET.get("late"))


def _owed(case: Case, party: str) -> Deadline | None:
    """Return what ``party`` owes next, or else what those owe who hold the case with it.

    What it has to do besides, in a case that others hold, has not the date of the others; but a
    coordinator reads a draft by the date of its group.
    """
    own = next_of(case.open_deadlines, party)
    if own or not (party in case.stage.holders or party in (Party.OFFICE, Party.COORDINATOR)):
        return own
    return next_of(case.open_deadlines, *case.stage.holders)


def _assigned(waiting: QuerySet, user, whose: str) -> QuerySet:
    """Keep what one clerk, or nobody yet, is in charge of, as the address asks."""
    match whose:
        case "mine":
            return waiting.filter(clerk=user)
        case "nobody":
            return waiting.filter(clerk=None)
    return waiting


def _drawn(request, party: str, *, waits: bool) -> list[str]:
    """Draw the parts that apps registered for this desk."""
    return [
        render_to_string(template, {"waits": waits, **context}, request)
        for template, context in desk_panels_of(party, request)
    ]
