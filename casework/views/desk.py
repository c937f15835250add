"""The desks of the roles."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.desk_links import links_of
from casework.desks import (
    DESKS,
    cases_on,
    most_urgent_first,
    next_of,
    waiting_for,
    with_open_deadlines,
)
from casework.parties import Party

from .finding import page_of

#: How many of the cases that wait for somebody else a desk shows; the list has them all.
OTHERS = 10


@require_safe
@login_required
def desk(request, party):
    """What waits for this person in one role, the most urgent first; then all else under way."""
    user = request.user
    if party != Party.ORGANIZATION and not user.duties.holds(party):
        raise PermissionDenied(party)
    waiting = waiting_for(user, party)
    whose = request.GET.get("whose", "") if party == Party.OFFICE else ""
    page = page_of(request, _urgent(_assigned(waiting, user, whose), owed_by=party))
    others = _urgent(cases_on(user, party).exclude(pk__in=waiting.values("pk")))[: OTHERS + 1]
    context = {
        "desk": DESKS[party],
        "party": party,
        "page": page,
        "rows": [(case, next_of(case.open_deadlines, party)) for case in page],
        "others": [(case, next_of(case.open_deadlines)) for case in others[:OTHERS]],
        "more_others": len(others) > OTHERS,
        "links": links_of(party),
        "whose": whose,
        "belongs": bool(user.duties.organizations),
    }
    return render(request, "casework/desk.html", context)


def _assigned(waiting: QuerySet, user, whose: str) -> QuerySet:
    """Keep what one clerk, or nobody yet, is in charge of, as the address asks."""
    match whose:
        case "mine":
            return waiting.filter(clerk=user)
        case "nobody":
            return waiting.filter(clerk=None)
    return waiting


def _urgent(cases: QuerySet, owed_by: str | None = None) -> QuerySet:
    return with_open_deadlines(most_urgent_first(cases, owed_by=owed_by))
