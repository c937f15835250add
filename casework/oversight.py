"""What auditors and administrators read on their desks: terms of duties, history, what to set."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from accounts.models import Change, Duty, Organization, Role

from . import setup, verbs
from .models import Case, Event, Seal
from .models.case import KINDS

#: Within how many calendar days a duty ends soon, and for how many it still shows once ended.
ENDS_SOON_DAYS, ENDED_LATELY_DAYS = 60, 30
#: How many lines of history, and how many groups, a desk shows.
NEWEST, GROUPS = 10, 10


def right_to_read(request: HttpRequest) -> dict:
    """Since when and until when the auditor may read: the longest of the terms that hold now."""
    terms = Duty.objects.valid_on(request.today).filter(user=request.user, role=Role.AUDITOR)
    term = max(terms, key=lambda row: row.valid_until or date.max)
    return {"term": term}


def newest_events(request: HttpRequest) -> dict:
    """The latest lines of the history of every case the person may see, by when they happened."""
    seen = Case.objects.visible_to(request.user)
    events = Event.objects.filter(case__in=seen.values("pk")).select_related("case", "by")
    return {"lines": [(event, _words(event)) for event in events.order_by("-at", "-pk")[:NEWEST]]}


def _words(event: Event):
    flow = KINDS[event.case.kind].flow
    return verbs.in_words(flow, event.verb, source=event.source, target=event.target)


def sealed(request: HttpRequest) -> dict:
    """The last daily seal over all histories."""
    return {"seal": Seal.objects.order_by("-day").first()}


def ending_duties(request: HttpRequest) -> dict:
    """Duties that end soon or have ended lately, the earliest first, and who is left after each."""
    first = request.today - timedelta(days=ENDED_LATELY_DAYS)
    last = request.today + timedelta(days=ENDS_SOON_DAYS)
    standing = Duty.objects.exclude(role=Role.SYSTEM).filter(user__is_active=True)
    ending = standing.filter(valid_until__range=(first, last)).order_by("valid_until", "pk")
    rows = list(ending.select_related("user", "department"))
    later = list(standing.filter(role__in={duty.role for duty in rows}))
    return {
        "duties": [(duty, _has_successor(duty, later)) for duty in rows],
        "soon_days": ENDS_SOON_DAYS,
        "lately_days": ENDED_LATELY_DAYS,
    }


def _has_successor(duty: Duty, others: Iterable[Duty]) -> bool:
    """Return whether somebody holds the same duty on the day after ``duty`` ends."""
    after = duty.valid_until + timedelta(days=1)
    return any(
        (other.role, other.department_id) == (duty.role, duty.department_id)
        and (other.valid_from is None or other.valid_from <= after)
        and (other.valid_until is None or other.valid_until >= after)
        for other in others
    )


def unconfirmed_groups(request: HttpRequest) -> dict:
    """Groups of which the office has not yet said that they are who they say, the oldest first."""
    waiting = Organization.objects.visible_to(request.user).unconfirmed()
    registered = Change.objects.filter(organization=OuterRef("pk"), what="registered")
    dated = waiting.annotate(registered_at=Subquery(registered.order_by("at").values("at")[:1]))
    groups = list(dated.order_by("pk")[: GROUPS + 1])
    return {"groups": groups[:GROUPS], "more": len(groups) > GROUPS}


def groups_to_confirm(request: HttpRequest) -> dict | None:
    """The same for those whose work it is, while there is any."""
    found = unconfirmed_groups(request)
    return {**found, "confirms": True} if found["groups"] else None


def first_steps(request: HttpRequest) -> dict:
    """What the installation needs before its first call; who can do it, and what is done."""
    steps = setup.steps(today=request.today)
    roles = request.user.duties.roles
    rows = [(step, str(Role(step.who).label), step.who in roles) for step in steps]
    return {"steps": rows, "done": sum(step.done for step in steps), "total": len(steps)}


def first_steps_left(request: HttpRequest) -> dict | None:
    """The same while anything is left to do."""
    found = first_steps(request)
    return found if found["done"] < found["total"] else None
