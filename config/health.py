"""`/healthz`: whether every part of the installation is alive, for people and for monitors."""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_celery_beat.models import PeriodicTask

from casework import clock, engine
from casework.models import Restoration, Tick

OLD = timedelta(minutes=3)

NAMES = {
    "database": _("Database"),
    "broker": _("Broker (hands out work)"),
    "worker": _("Worker"),
    "beat": _("Beat (keeps the time)"),
}


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503, with the state of each part."""
    parts = all_parts()
    well = all(part["ok"] for part in parts.values())
    told = {"ok": well, **parts, "engine": in_numbers(readings(parts))}
    return JsonResponse(told, status=200 if well else 503)


def all_parts() -> dict[str, dict[str, object]]:
    # The real clock, not the demo clock: a process is alive or not in real time.
    return {"broker": broker(), **database_and_ticks(timezone.now())}


def readings(parts: dict[str, dict[str, object]]) -> engine.Readings | None:
    """Return what the engine room shows; ``None`` without the database, which holds it."""
    queue = engine.queue_length() if parts["broker"]["ok"] else None
    try:
        return engine.read(now=timezone.now(), at=clock.now(), queue=queue)
    except DatabaseError:
        return None


def in_numbers(found: engine.Readings | None) -> dict[str, object] | None:
    """Return the readings for a monitor: numbers and moments, no names of people or machines."""
    if found is None:
        return None
    return {
        "jobs": {
            job.code: {"at": job.done_at, "late": job.is_late(found.now)} for job in found.jobs
        },
        "oldest_due_seconds": found.oldest_due and found.oldest_due.total_seconds(),
        "notices": {"waiting": found.waiting, "leased": found.leased, "failed": found.failed},
        "queue": found.queue,
        "workers": len(found.answering),
        "failed_tasks": found.failed_tasks,
        "closed_days_until": found.closed_days_until,
        "last_backup": found.last_backup and found.last_backup.at,
        "backup_late": found.backup_is_late,
        "last_restore_drill": found.last_drill and found.last_drill.at,
        "restored": found.restoration and of(found.restoration, found.held),
    }


def of(restoration: Restoration, held: int) -> dict[str, object]:
    """Return since when the site waits to be released, and how many notices wait with it."""
    return {
        "backup_at": restoration.backup_at,
        "restored_at": restoration.restored_at,
        "held": held,
    }


def on_a_desk(request: HttpRequest) -> dict[str, object]:
    """The same in words, for the desk of the administrators."""
    parts = all_parts()
    return {
        "alive": [
            (label, parts[code]["ok"], parts[code].get("at")) for code, label in NAMES.items()
        ]
    }


def broker() -> dict[str, object]:
    """Ask the broker for a sign of life, for at most two seconds."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return {"ok": bool(client.ping())}
    except redis.RedisError:
        return {"ok": False}
    finally:
        client.close()


def database_and_ticks(now: datetime) -> dict[str, dict[str, object]]:
    """Read when worker and beat were last seen; without the database nobody can tell."""
    worker_ticks = Tick.objects.filter(name="worker").values_list("at", flat=True)
    beat_ticks = PeriodicTask.objects.filter(name="tick").values_list("last_run_at", flat=True)
    try:
        worker, beat = worker_ticks.first(), beat_ticks.first()
    except DatabaseError:
        return {part: {"ok": False} for part in ("database", "worker", "beat")}
    return {"database": {"ok": True}, "worker": seen(worker, now), "beat": seen(beat, now)}


def seen(at: datetime | None, now: datetime) -> dict[str, object]:
    """Tell when a process was last seen, and whether that is recent enough."""
    return {"ok": at is not None and now - at < OLD, "at": at}
