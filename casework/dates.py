"""The dates of a person, those of the cases on their desks; and those that the whole office keeps."""

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.services.tokens import link_to

from .desks import concerning, desks_of, kinds_of_interest, waiting_for
from .icalendar_files import KEPT, Entry
from .models import Case, Deadline, Event
from .models.deadline import DeadlineQuerySet
from .parties import in_words


def dates_of(user) -> DeadlineQuerySet:
    """Return what is or was owed in the cases that concern ``user``, on the day they act on.

    A right that ends is owed by nobody and left out, as on the desks.
    """
    theirs = Q(pk__in=[])
    for desk in desks_of(user):
        if desk.acts:
            cases = kinds_of_interest(concerning(user, desk.party), desk.party)
            theirs |= Q(case__in=cases.values("pk"))
            theirs |= Q(case__in=waiting_for(user, desk.party).values("pk"))
    return Deadline.objects.duties().filter(theirs)


def open_between(user, first: date, last: date) -> list[Deadline]:
    """Return what is owed from ``first`` to ``last``, two Japan dates, by day."""
    within = (
        dates_of(user).open().with_end().filter(ends__range=(first, last)).order_by("ends", "pk")
    )
    return list(within.select_related("case").prefetch_related("extensions"))


#: Called with the moment; returns entries that the whole office keeps, such as planned meetings.
Keeper = Callable[[datetime], list[Entry]]

_KEEPERS: list[Keeper] = []


def kept_by_office(keeper: Keeper) -> Keeper:
    """Add the entries of a higher app to the calendar of the office."""
    _KEEPERS.append(keeper)
    return keeper


def entries_of(user, *, at: datetime) -> list[Entry]:
    """Return the calendar of ``user``, in the language in force: three queries, however many dates.

    What was met or closed stays for a while, so that a phone that has it learns what became of it.
    """
    return _entries(dates_of(user), at=at)


def entries_of_office(user, *, at: datetime) -> list[Entry]:
    """Return the calendar of the office, as far as ``user`` may see it on the day they act on.

    It has what anybody owes in a case that was filed, and what higher apps keep; nothing for
    whoever is not of the office any more.
    """
    if not user.duties.holds(Role.OFFICE):
        return []
    filed = Case.objects.visible_to(user).filter(filed_at__isnull=False)
    rows = Deadline.objects.duties().filter(case__in=filed.values("pk"))
    return _entries(rows, at=at) + [entry for keeper in _KEEPERS for entry in keeper(at)]


def _entries(rows: DeadlineQuerySet, *, at: datetime) -> list[Entry]:
    before = _predecessors(rows)
    return [_entry(deadline, before) for deadline in _standing(rows, at=at) if deadline.ends_on]


def _standing(rows: DeadlineQuerySet, *, at: datetime) -> DeadlineQuerySet:
    """Return the last row of each chain; the history says how often its case changed, and when."""
    lately = Q(met_at__gt=at - KEPT) | Q(closed_at__gt=at - KEPT)
    still = Q(met_at__isnull=True, closed_at__isnull=True)
    events = Event.objects.filter(case=OuterRef("case")).order_by().values("case")
    rows = rows.filter(still | lately, superseded_by__isnull=True).annotate(
        changes=Subquery(events.annotate(n=Count("pk")).values("n")),
        changed_at=Subquery(events.annotate(last=Max("at")).values("last")),
    )
    return rows.select_related("case").prefetch_related("extensions__approval").order_by("pk")


def _predecessors(rows: DeadlineQuerySet) -> dict[int, int]:
    """Return, of each row that took the place of another, the id of that one."""
    replaced = rows.filter(superseded_by__isnull=False)
    return dict(replaced.values_list("superseded_by", "pk"))


def _entry(deadline: Deadline, before: dict[int, int]) -> Entry:
    """Return one date.

    Its sequence is the length of the history of its case: each supersession and extension adds a
    line, and so does a move that is taken back, where a count of rows would fall.
    """
    return Entry(
        key=f"deadline-{_first_of_chain(deadline.pk, before)}",
        on=deadline.ends_on,
        summary=_summary(deadline),
        description=_description(deadline),
        url=link_to("casework:case", deadline.case_id),
        sequence=deadline.changes or 0,
        changed_at=deadline.changed_at or deadline.opened_at,
        cancelled=deadline.closed_at is not None,
    )


def _first_of_chain(pk: int, before: dict[int, int]) -> int:
    while pk in before:
        pk = before[pk]
    return pk


def _summary(deadline: Deadline) -> str:
    what = f"{deadline.label}: {deadline.case.title}"
    if deadline.closed_at:
        return _("No longer owed: %(what)s") % {"what": what}
    return _("Done: %(what)s") % {"what": what} if deadline.met_at else what


def _description(deadline: Deadline) -> str:
    owed_by = _("Owed by: %(party)s") % {"party": in_words([deadline.owed_by])}
    return f"{deadline.in_words}\n{owed_by}"
