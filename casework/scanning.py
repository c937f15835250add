"""Quarantine: what is uploaded stays closed until the virus scanner has found it clean.

Without a scanner (``CLAMD_URL``) files are served as they come. With one, also what was uploaded
before it was configured is closed until it was scanned. The truth is the row, so that a task may be
lost, come twice or end midway.

An infected file keeps its bytes, sealed: nobody can download it, and the row, its digest in the
history, backups and their verification stay whole. They go with the other files of the case when
its retention period is over. A removed file could not be shown to have been infected.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from celery import current_app
from celery.exceptions import OperationalError
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.services.people import system_user

from . import clamd, services
from .models import Case, StoredFile
from .outbox import post, tell
from .parties import Party

Scan = StoredFile.Scan

#: How long one scan may take before another worker may take the file.
LEASE = timedelta(minutes=5)
#: The first wait after a scanner did not answer; it doubles, up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
#: How long one sweep goes on, so that sweeps before a slow scanner do not pile up.
ROUND = timedelta(seconds=45)
#: Seconds after which a message to the workers is stale; the sweep of the next minute sends another.
MESSAGE_SECONDS = 60

log = logging.getLogger(__name__)


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def first_state(at: datetime) -> dict:
    """Return what a new upload says of its scan."""
    return {"scan": Scan.WAITING, "scan_at": at} if is_configured() else {}


def ask_soon(stored: StoredFile) -> None:
    """Have a worker scan a new upload once it is committed; a lost message the sweep makes up for."""
    if is_configured():
        transaction.on_commit(lambda: _ask_a_worker(stored.pk), robust=True)


def _ask_a_worker(file_id: int) -> None:
    try:
        current_app.send_task(
            "casework.tasks.scan_file", kwargs={"file_id": file_id}, expires=MESSAGE_SECONDS
        )
    except (OperationalError, OSError):
        log.warning("The broker does not answer; file %s is scanned by the next sweep.", file_id)


def waiting(*, at: datetime) -> Iterator[int]:
    """Yield the files that may be scanned now, the oldest first; none without a scanner."""
    if is_configured():
        yield from _free(at).order_by("pk").values_list("pk", flat=True)


def _free(at: datetime):
    return StoredFile.objects.to_scan().filter(Q(scan_after=None) | Q(scan_after__lte=at))


def scan(file_id: int, *, at: datetime) -> bool:
    """Scan one file unless it was scanned or another worker has it; return whether it was.

    No transaction is open while the scanner reads.
    """
    if not is_configured() or not _claim(file_id, at):
        return False
    stored = StoredFile.objects.get(pk=file_id)
    try:
        with stored.content.open("rb") as content:
            found = clamd.scan(settings.CLAMD_URL, content, timeout=settings.CLAMD_TIMEOUT)
    except (clamd.NoAnswer, OSError) as error:
        log.warning("File %s was not scanned: %s", file_id, error)
        _put_off(stored, at)
        return False
    _write_down(stored, found, at)
    return True


def _claim(file_id: int, at: datetime) -> bool:
    """Take a file for this worker by one UPDATE, which the database lets one of several win."""
    taken = {"scan_after": at + LEASE, "scan_tries": F("scan_tries") + 1}
    return _free(at).filter(pk=file_id).update(**taken) == 1


def _put_off(stored: StoredFile, at: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** min(stored.scan_tries - 1, 10), LONGEST_WAIT)
    rows = StoredFile.objects.to_scan().filter(pk=stored.pk, scan_tries=stored.scan_tries)
    rows.update(scan=Scan.FAILED, scan_at=at, scan_after=at + wait)


@transaction.atomic
def _write_down(stored: StoredFile, found: str, at: datetime) -> None:
    """Write what the scanner said, once, and tell of an infected file."""
    state = Scan.INFECTED if found else Scan.CLEAN
    told = {"scan": state, "scan_at": at, "scan_found": found[:200], "scan_after": None}
    if not StoredFile.objects.to_scan().filter(pk=stored.pk).update(**told):
        return
    if found:
        stored.refresh_from_db()
        _tell_of_infection(stored, at)


def _tell_of_infection(stored: StoredFile, at: datetime) -> None:
    """Tell the person who uploaded it, and the office where it may know of the case."""
    case = Case.objects.get(pk=stored.case_id)
    services.record(
        case, "file_infected", by=system_user("scanner", at=at), at=at,
        file=stored.pk, digest=stored.digest,
    )  # fmt: skip
    key = f"infected-{stored.pk}"
    if stored.by.is_active:
        post(
            "file_infected",
            to=stored.by,
            case=case,
            at=at,
            key=f"{key}-{stored.by_id}",
            file=stored,
        )
    if case.filed_at is not None:
        tell(case, Party.OFFICE, "file_infected", at=at, key=key, but=stored.by, file=stored)
