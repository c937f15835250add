"""What the front page tells: open and coming calls, the latest reports, what waits for the reader."""

from datetime import datetime

from casework.desks import (
    Desk,
    desks_of,
    fetch_open_deadlines,
    most_urgent_first,
    next_of,
    waiting_for,
)
from casework.models import Case, Deadline
from grants.models import Round

from .models import CollaborationReport

#: How many reports the front page shows.
LATEST = 3


def calls(*, at: datetime, fictitious: bool) -> tuple[list[Round], list[Round]]:
    """Return the calls that are open at ``at``, and those announced to open later.

    :param fictitious: whether invented calls are shown too; only in a demonstration.
    """
    found = _announced(at, fictitious).filter(closes_at__gt=at)
    rounds = list(found.order_by("closes_at", "pk"))
    return [r for r in rounds if r.is_open(at)], [r for r in rounds if not r.is_open(at)]


def last_call(*, at: datetime, fictitious: bool) -> Round | None:
    """Return the call that closed last."""
    return _announced(at, fictitious).filter(closes_at__lte=at).order_by("-closes_at").first()


def _announced(at: datetime, fictitious: bool):
    found = Round.objects.announced(at).select_related("edition")
    return found if fictitious else found.filter(edition__fictitious=False)


def latest_reports(*, fictitious: bool) -> list[CollaborationReport]:
    """Return the reports first published last, the newest first; a correction moves none."""
    public = CollaborationReport.objects.public(fictitious=fictitious).with_publication()
    return list(public.order_by("-first_published_at", "pk")[:LATEST])


def next_up(user) -> list[tuple[Desk, Case, Deadline | None]]:
    """Return, for each desk of ``user``, the most urgent case that waits there and its date."""
    if not user.is_authenticated:
        return []
    found = ((desk, _most_urgent(user, desk.party)) for desk in desks_of(user) if desk.acts)
    return [(desk, case, next_of(case.open_deadlines, desk.party)) for desk, case in found if case]


def _most_urgent(user, party: str) -> Case | None:
    waiting = most_urgent_first(waiting_for(user, party), owed_by=party).with_parties()
    if case := waiting.first():
        fetch_open_deadlines([case])
    return case
