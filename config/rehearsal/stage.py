"""The stage: plays stories in the order of time, with a clock of its own, and sweeps every day."""

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.db import transaction

from casework import delivery, digests, history, ladders, outbox, reminders
from casework.calendar import japan_date, moment
from casework.models import Deadline, Notice

#: A story tells, in turn, the moment at which it goes on.
Story = Generator[datetime, None, None]


class Stage:
    """Where a rehearsal takes place: ``at`` is the moment it has reached.

    :param fiscal_year: the year that is played.
    :param until: the moment at which the curtain falls; what lies later is not played.
    """

    def __init__(self, fiscal_year: int, *, until: datetime):
        self.fiscal_year, self.until = fiscal_year, until
        self.at = until
        self._queue: list[tuple[datetime, int, Story]] = []
        self._order = count()

    @property
    def today(self) -> date:
        return japan_date(self.at)

    def when(self, year: int, month: int, day: int, hour: int = 10) -> datetime:
        """Return a moment in a fiscal year counted from the one that is played (0 is it)."""
        calendar_year = self.fiscal_year + year + (1 if month < 4 else 0)
        return moment(date(calendar_year, month, day), time(hour))

    def before_the_end(self, days: int, hour: int = 10) -> datetime:
        """Return a moment so many days before the day on which the curtain falls."""
        return moment(japan_date(self.until) - timedelta(days=days), time(hour))

    def enter(self, story: Callable[..., Story], *args) -> None:
        """Let a story begin; it runs to its first moment at once."""
        self._go_on(story(self, *args))

    def _go_on(self, story: Story) -> None:
        at = next(story, None)
        if at is not None and at <= self.until:
            heapq.heappush(self._queue, (at, next(self._order), story))

    def days(self) -> list[date]:
        """Return the Japan dates from the first story's beginning to the end, in order."""
        if not self._queue:
            return []
        first, last = japan_date(self._queue[0][0]), japan_date(self.until)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def play_day(self, day: date) -> None:
        """Sweep in the morning, play the day's scenes in order, and deliver what was posted.

        A day is played as a whole or not at all, and the database writes it to the disk once.
        """
        with outbox.delivered_by_hand(), transaction.atomic():
            self._sweep(min(moment(day, time(7)), self.until))
            while self._queue and japan_date(self._queue[0][0]) == day:
                self.at, _order, story = heapq.heappop(self._queue)
                self._go_on(story)
            self._deliver(self.at)

    def _sweep(self, at: datetime) -> None:
        """Do what beat does every day: remind, and seal what happened until yesterday."""
        self.at = at
        if Deadline.objects.open().filter(reckoned_by="").exists():  # no scene changes a ladder
            ladders.reckon()
        reminders.sweep(reminders.in_batches(reminders.due(self.today)), today=self.today, at=at)
        digests.send(at=at)
        history.seal(day=self.today - timedelta(days=1))

    def _deliver(self, at: datetime) -> None:
        """Deliver what waits, none before it was written: a scene may end an hour after it began."""
        waiting = Notice.objects.filter(pk__in=delivery.pending(at=at)).order_by("posted_at", "pk")
        for notice, posted_at in list(waiting.values_list("pk", "posted_at")):
            delivery.deliver(notice, at=max(at, posted_at))
