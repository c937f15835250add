"""`/metrics`: the readings of the engine room for Prometheus, to whoever brings the token."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from casework.engine import Readings
from casework.models import BackupRun, RestoreDrill

from . import health

#: (name, help, label, [(value of the label, number)]); what is not known has no line.
Family = tuple[str, str, str, list[tuple[str, float]]]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer 404 while no token is set, and 401 to whoever does not bring it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not _brings_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def _brings_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    right = constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return scheme.lower() == "bearer" and right


def registry() -> CollectorRegistry:
    """Return the present numbers; made anew each time, for every web process tells the same."""
    made = CollectorRegistry()
    for name, help_text, label, lines in _families():
        gauge = Gauge(f"yell_{name}", help_text, [label] if label else [], registry=made)
        for value, number in lines:
            (gauge.labels(value) if label else gauge).set(number)
    return made


def _families() -> Iterator[Family]:
    parts = health.all_parts()
    up = [(part, float(bool(told["ok"]))) for part, told in parts.items()]
    yield "part_up", "Whether a part of the installation is alive.", "part", up
    found = health.readings(parts)
    if found:
        yield from _of(found)


def _of(found: Readings) -> Iterator[Family]:
    jobs = found.jobs
    ends = [(job.code, job.done_at.timestamp()) for job in jobs if job.done_at]
    yield "job_last_end_timestamp_seconds", "When a job last came to its end.", "job", ends
    late = [(job.code, float(job.is_late(found.now))) for job in jobs]
    yield "job_late", "Whether a job is late.", "job", late
    states = [("waiting", found.waiting), ("leased", found.leased), ("failed", found.failed)]
    yield "notices", "Notices by state, without those by post.", "state", states
    yield from _single(found)


def _single(found: Readings) -> Iterator[Family]:
    """The readings that are one number each; one that is not known is left out."""
    numbers = {
        "notice_oldest_due_seconds": ("Age of the oldest notice that is due.", _age(found)),
        "queue_length": ("Tasks that wait in the broker.", found.queue),
        "workers": ("Workers that answered lately.", len(found.answering)),
        "failed_tasks": ("Failed tasks not sent again.", found.failed_tasks),
        "closed_days_until_timestamp_seconds": ("Last closed day loaded.", _last_day(found)),
        "last_backup_timestamp_seconds": ("When the last backup was made.", _at(found.last_backup)),
        "backup_late": ("Whether the last backup is too old.", found.backup_is_late),
        "last_restore_drill_timestamp_seconds": ("Last drill.", _at(found.last_drill)),
        "restored_unreleased": (
            "Whether the site was restored and nobody has released it.",
            found.restoration is not None,
        ),
        "restored_notices_held": ("Notices held since the site was restored.", found.held),
    }
    for name, (help_text, number) in numbers.items():
        if number is not None:
            yield name, help_text, "", [("", float(number))]


def _at(row: BackupRun | RestoreDrill | None) -> float | None:
    return row.at.timestamp() if row else None


def _age(found: Readings) -> float | None:
    return found.oldest_due.total_seconds() if found.oldest_due else None


def _last_day(found: Readings) -> float | None:
    day = found.closed_days_until
    return datetime.combine(day, time.min, UTC).timestamp() if day else None
