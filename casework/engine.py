"""What the engine room shows: how jobs, notices, broker and workers are doing, in numbers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import redis
from django.conf import settings
from django.db.models import Count, Max, Min, Q

from . import restored
from .jobs import Periodic, periodic_jobs
from .models import (
    BackupRun,
    ClosedDay,
    FailedTask,
    Notice,
    Restoration,
    RestoreDrill,
    StoredFile,
    Worker,
)

#: How long ago a worker that is alive may have answered; it is asked every minute.
ANSWERS_WITHIN = timedelta(minutes=3)

#: In the names of Celery, the one queue that all tasks wait in.
QUEUE = "celery"


@dataclass(frozen=True, slots=True)
class Readings:
    """The state of the engine at one moment.

    :param now: by the machine's own clock, as jobs and workers are.
    :param at: by the clock that dates the cases and notices.
    :param queue: how many tasks wait in the broker; ``None`` where it does not answer.
    :param waiting: notices that a worker is still to send; those by post are a person's work.
    :param leased: notices that a worker holds now.
    :param last_drill: the last backup that was restored for trial and found whole.
    :param last_restoration: the last time the site itself was brought back from a backup.
    :param held: notices that are held for that reason.
    :param scanner: whether a virus scanner is configured.
    :param scan_waiting: files that are closed until it has answered.
    :param scan_silent: those of them about which it did not answer when it was asked.
    :param scan_infected: files that it found infected.
    :param oldest_due_at: since when the oldest notice waits that may go out at once.
    """

    now: datetime
    at: datetime
    queue: int | None
    jobs: list[Periodic]
    workers: list[Worker]
    waiting: int
    failed: int
    leased: int
    oldest_due_at: datetime | None
    failed_tasks: int
    closed_days_until: date | None
    last_backup: BackupRun | None
    last_drill: RestoreDrill | None
    last_restoration: Restoration | None
    held: int
    scanner: bool
    scan_waiting: int
    scan_silent: int
    scan_infected: int

    @property
    def late_jobs(self) -> list[Periodic]:
        return [job for job in self.jobs if job.is_late(self.now)]

    @property
    def restoration(self) -> Restoration | None:
        """The site was restored, and nobody has released it yet."""
        last = self.last_restoration
        return last if last and last.released_at is None else None

    @property
    def drills_forgotten(self) -> bool:
        """Whether a drill may have been made of which the restored site knows nothing."""
        restored_since, drill = self.last_restoration, self.last_drill
        return bool(restored_since) and (drill is None or drill.at < restored_since.restored_at)

    @property
    def backup_is_late(self) -> bool:
        return backup_is_late(self.last_backup, now=self.now)

    @property
    def answering(self) -> list[Worker]:
        return [worker for worker in self.workers if self.answers(worker)]

    def answers(self, worker: Worker) -> bool:
        return self.now - worker.answered_at < ANSWERS_WITHIN

    @property
    def oldest_due(self) -> timedelta | None:
        """The age of the oldest notice that waits and may go out at once."""
        return self.oldest_due_at and self.at - self.oldest_due_at


def read(*, now: datetime, at: datetime, queue: int | None) -> Readings:
    """Return the readings of the engine.

    :raises DatabaseError: if the database does not answer.
    """
    return Readings(
        now=now,
        at=at,
        queue=queue,
        jobs=periodic_jobs(),
        workers=list(Worker.objects.order_by("name")),
        **_notices(),
        oldest_due_at=Notice.objects.due_for_delivery(at).aggregate(m=Min("posted_at"))["m"],
        failed_tasks=FailedTask.objects.filter(retried_at=None).count(),
        closed_days_until=ClosedDay.objects.aggregate(m=Max("day"))["m"],
        last_backup=last_backup(),
        last_drill=RestoreDrill.objects.order_by("-at").first(),
        last_restoration=restored.latest(),
        held=restored.held().count(),
        **_scans(),
    )


def _scans() -> dict:
    rows = StoredFile.objects.kept().filter(destroyed_at=None)
    closed = Q(scan__in=(StoredFile.Scan.WAITING, StoredFile.Scan.FAILED))
    if settings.CLAMD_URL:
        closed |= Q(scan=StoredFile.Scan.NOT_ASKED)
    counts = rows.aggregate(
        scan_waiting=Count("pk", filter=closed),
        scan_silent=Count("pk", filter=Q(scan=StoredFile.Scan.FAILED)),
        scan_infected=Count("pk", filter=Q(scan=StoredFile.Scan.INFECTED)),
    )
    return {"scanner": bool(settings.CLAMD_URL), **counts}


def last_backup() -> BackupRun | None:
    """Return the backup that was made last; ``None`` if none is known."""
    return BackupRun.objects.order_by("-at").first()


def backup_is_late(last: BackupRun | None, *, now: datetime) -> bool:
    """Return whether the last backup is too old; never where nobody said how often one is made."""
    every = timedelta(hours=settings.BACKUP_EVERY_HOURS)
    return bool(every) and (last is None or now - last.at > every)


def _notices() -> dict[str, int]:
    states = {
        "waiting": Notice.State.QUEUED,
        "failed": Notice.State.FAILED,
        "leased": Notice.State.IN_FLIGHT,
    }
    rows = Notice.objects.filter(state__in=states.values()).exclude(channel=Notice.Channel.POST)
    return rows.aggregate(**{name: Count("pk", filter=Q(state=s)) for name, s in states.items()})


def queue_length() -> int | None:
    """Return how many tasks wait in the broker; ``None`` if it does not answer in two seconds."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return client.llen(QUEUE)
    except redis.RedisError:
        return None
    finally:
        client.close()
