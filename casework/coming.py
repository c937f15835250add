"""What the reminder ladders will send in the days to come, if nothing changes until then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .calendar import japan_date
from .deadlines import KINDS, Rung
from .models import Deadline
from .models.deadline import DeadlineQuerySet
from .reminders import due_rungs, is_climbed

#: How far the office looks ahead, in calendar days.
AHEAD = 60


@dataclass(frozen=True, slots=True)
class Coming:
    """One rung of one ladder that is still to be climbed.

    :param on: Japan date of the sweep that sends it.
    :param parties: whom it goes to, as codes of ``casework.parties``.
    """

    on: date
    deadline: Deadline
    rung: Rung

    @property
    def parties(self) -> list[str]:
        return [party for party in (self.deadline.owed_by, *self.rung.also) if party]

    @property
    def is_late(self) -> bool:
        """Whether the duty is late by then, so that it is not a reminder but a warning."""
        return self.on > self.deadline.ends_on


def coming(deadlines: DeadlineQuerySet, *, today: date) -> list[Coming]:
    """Return what goes out from ``today`` (Japan date) on, by day.

    :param deadlines: those that the reader may see; asked in three queries, however many.
    """
    found = [item for row in _within_reach(deadlines, today) for item in _of(row, today)]
    return sorted(found, key=lambda item: (item.on, item.deadline.pk))


def _within_reach(deadlines: DeadlineQuerySet, today: date) -> DeadlineQuerySet:
    """Keep the open deadlines that end near enough for a rung of theirs to lie ahead."""
    days = [rung.days for kind in KINDS.values() for rung in kind.ladder]
    reach = (today + timedelta(days=min(days)), today + timedelta(days=AHEAD + max(days)))
    near = deadlines.open().with_end().filter(ends__range=reach)
    return near.select_related("case__organization").prefetch_related("extensions", "reminders")


def _of(deadline: Deadline, today: date) -> Iterator[Coming]:
    """Yield what the next sweep sends of one ladder, and what those of later days will."""
    ladder, ends_on = KINDS[deadline.kind].ladder, deadline.ends_on
    now, _passed = due_rungs(ladder, ends_on, japan_date(deadline.opened_at), today)
    if now and not is_climbed(deadline, now):
        yield Coming(today, deadline, now)
    for rung in ladder:
        on = ends_on - timedelta(days=rung.days)
        if today < on <= today + timedelta(days=AHEAD):
            yield Coming(on, deadline, rung)
