"""Watching over the machinery: who is told when a job is late, and which workers answer."""

import logging
from datetime import date, datetime, timedelta

from celery import current_app
from celery.exceptions import OperationalError
from django.conf import settings
from django.urls import reverse

from accounts.models import Role, User

from . import engine, outbox
from .calendar import japan_date
from .jobs import Periodic, expect, periodic_jobs
from .models import Worker
from .parties import people_holding

log = logging.getLogger(__name__)

#: The job that watches over the others; what it was away for, the others were, too.
WATCH = "casework.tasks.watch"

#: How long a worker may take to answer, in seconds.
PATIENCE = 1.0
#: After how long a worker that no longer answers is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)


def watch(*, now: datetime, at: datetime) -> int:
    """Tell of each late job and of a missing backup, once per outage.

    Nobody can tell while beat or all workers are gone: then the first watch that comes back tells
    how long it was away, and leaves the other jobs a minute to catch up. Returned is how many
    notices the administrators get.

    :param now: by the machine's own clock, which the jobs keep.
    :param at: by the clock that dates the notices.
    """
    jobs = periodic_jobs()
    expect(jobs, now=now)
    late = [job for job in jobs if job.is_late(now)]
    away = next((job for job in late if job.task == WATCH), None)
    if away:
        return _tell("engine_back", away, now=now, at=at)
    told = sum(_tell("engine_late", job, now=now, at=at) for job in late)
    return told + _tell_of_backup(now=now, at=at)


def _tell_of_backup(*, now: datetime, at: datetime) -> int:
    """Tell of a backup that was not made in time: it is known by the one before it."""
    last = engine.last_backup()
    if not engine.backup_is_late(last, now=now):
        return 0
    people = _responsible(japan_date(at))
    for person in people:
        outbox.post(
            "backup_late", to=person, at=at, path=reverse("casework:engine"), last=last,
            key=f"backup_late-{last.pk if last else 'none'}-{person.pk}",
            hours=settings.BACKUP_EVERY_HOURS,
        )  # fmt: skip
    return len(people)


def _tell(kind: str, job: Periodic, *, now: datetime, at: datetime) -> int:
    """Tell of one outage: it is known by when the job last came to its end."""
    last = job.done_at or job.since
    people = _responsible(japan_date(at))
    for person in people:
        outbox.post(
            kind, to=person, at=at, key=f"{kind}-{job.task}-{last.isoformat()}-{person.pk}",
            path=reverse("casework:engine"), job=job, last=last, now=now,
        )  # fmt: skip
    return len(people)


def _responsible(day: date) -> list[User]:
    """Return the administrators of ``day`` (Japan date); where there are none, the office."""
    administrators = people_holding(Role.ADMINISTRATOR, day=day)
    return administrators or people_holding(Role.OFFICE, day=day)


def ask_workers(*, now: datetime) -> int:
    """Ask all workers for a sign of life and write down who answered; return how many did."""
    try:
        answers = current_app.control.ping(timeout=PATIENCE)
    except OperationalError as error:
        log.warning("No broker: no worker was asked (%s).", error)
        return 0
    names = [name for answer in answers for name in answer]
    for name in names:
        Worker.objects.update_or_create(name=name, defaults={"answered_at": now})
    Worker.objects.filter(answered_at__lt=now - FORGOTTEN_AFTER).delete()
    return len(names)
