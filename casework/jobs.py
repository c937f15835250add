"""The periodic jobs: which there are, when each last came to its end, and which of them are late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import BaseSchedule, crontab, maybe_schedule
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .flow import Text
from .models import Job

#: How long after its time a job may come to its end before it is late.
GRACE = timedelta(minutes=5)

#: What the jobs of casework do; a job of a higher app bears its name in the schedule.
LABELS: dict[str, Text] = {
    "casework.tasks.tick": gettext_lazy("Sign of life of beat and worker"),
    "casework.tasks.deliver_pending": gettext_lazy("Delivery of notices that wait"),
    "casework.tasks.send_due": gettext_lazy("Reminders of dates"),
    "casework.tasks.send_digests": gettext_lazy("Daily digests"),
    "casework.tasks.seal_history": gettext_lazy("Seal over the history"),
    "casework.tasks.propose_destruction": gettext_lazy("List of what is past its retention period"),
    "casework.tasks.watch": gettext_lazy("Watch over late jobs"),
    "casework.tasks.ask_workers": gettext_lazy("Asking which workers answer"),
    "casework.tasks.scan_waiting": gettext_lazy("Virus scan of files that wait"),
    "casework.tasks.carry_on": gettext_lazy("Long work that was left behind"),
}


@dataclass(frozen=True, slots=True)
class Periodic:
    """One job of the schedule, with what is known of its runs.

    :param code: its name in the schedule.
    :param since: since when it is expected; ``None`` before anything watched over it.
    :param done_at: when it last came to its end without an error; ``None`` if it never did.
    """

    code: str
    task: str
    schedule: BaseSchedule
    since: datetime | None
    done_at: datetime | None

    @property
    def label(self) -> Text:
        return LABELS.get(self.task, self.code)

    @property
    def interval(self) -> str:
        return in_words(self.schedule)

    @property
    def due_at(self) -> datetime | None:
        """When it should run again, seen from its last end."""
        last = self.done_at or self.since
        return last and next_run(self.schedule, last)

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and now > self.due_at + GRACE


def periodic_jobs() -> list[Periodic]:
    """Return every job of the schedule, in its order."""
    known = {row.task: row for row in Job.objects.all()}
    return [
        _with_runs(code, entry, known.get(entry["task"]))
        for code, entry in settings.CELERY_BEAT_SCHEDULE.items()
    ]


def _with_runs(code: str, entry: dict[str, Any], row: Job | None) -> Periodic:
    since, done_at = (row.expected_since, row.done_at) if row else (None, None)
    return Periodic(code, entry["task"], maybe_schedule(entry["schedule"]), since, done_at)


def expect(jobs: list[Periodic], *, now: datetime) -> None:
    """Begin to watch over each job of which nothing is known yet."""
    fresh = [Job(task=job.task, expected_since=now) for job in jobs if job.since is None]
    Job.objects.bulk_create(fresh, ignore_conflicts=True)


def next_run(schedule: BaseSchedule, last: datetime) -> datetime:
    """Return the first moment after ``last`` at which ``schedule`` runs."""
    if isinstance(schedule, crontab):
        start, ends_in, _now = schedule.remaining_delta(last)
        return start + ends_in
    return last + schedule.run_every


def in_words(schedule: BaseSchedule) -> str:
    """Say how often a job runs; a schedule that has no plain words is shown as it is written."""
    if not isinstance(schedule, crontab):
        return _every(int(schedule.run_every.total_seconds()))
    if len(schedule.minute) > 1 or len(schedule.day_of_week) < 7:
        return str(schedule)
    (minute,) = schedule.minute
    if len(schedule.hour) == 24:
        return _("every hour, %(minute)d minutes past") % {"minute": minute}
    times = ", ".join(f"{hour}:{minute:02}" for hour in sorted(schedule.hour))
    if schedule.day_of_month == {1}:
        return _("on the first of every month at %(times)s") % {"times": times}
    every_day = len(schedule.day_of_month) == 31
    return _("every day at %(times)s") % {"times": times} if every_day else str(schedule)


def _every(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if rest:
        said = ngettext("every second", "every %(number)d seconds", seconds)
        return said % {"number": seconds}
    said = ngettext("every minute", "every %(number)d minutes", minutes)
    return said % {"number": minutes}


def note_end(task: str, *, now: datetime) -> None:
    """Write down that ``task`` came to its end, if it is a periodic job.

    :param now: by the machine's own clock.
    """
    if task in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}:
        Job.objects.update_or_create(
            task=task,
            defaults={"done_at": now},
            create_defaults={"done_at": now, "expected_since": now},
        )
