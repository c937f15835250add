"""Where a notice leads: to the page of the one thing that its reader can do now."""

from datetime import datetime

from django.urls import reverse

from .flow import Move
from .models import Case
from .next_moves import next_moves
from .work_pages import work_on


def next_address(case: Case, user, *, at: datetime, deadline: str = "") -> str:
    """Return the page of the next thing that ``user`` can do with ``case``.

    First comes a page of work on which something is missing, then the move that meets the deadline
    the notice is about, then the only move there is. Where several things can be done, or none, it
    is the page of the case, which says what they are.

    :param deadline: the kind of the deadline that the notice is about, if it is about one.
    """
    for work in work_on(case, user):
        if not work.done:
            return work.url
    found = next_moves(case, user, at=at)
    if not found.waits:
        ways = [("casework:move", move) for move in found.moves]
        ways += [("casework:draft", move) for move in found.drafts]
        meeting = [way for way in ways if deadline in way[1].meets]
        if len(one := meeting or ways) == 1:
            return _address(case, *one[0])
    return reverse("casework:case", args=[case.pk])


def _address(case: Case, page: str, move: Move) -> str:
    return reverse(page, args=[case.pk, move.verb])
