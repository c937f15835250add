"""Long work: asked for by a person, done by a worker, once, however often it is asked and handed out.

The truth is the row. A worker claims it by one UPDATE that the database lets one of several win,
holds it on a lease that each step renews, and writes the end only while the claim is its own.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from celery import current_app
from celery.exceptions import OperationalError
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import translation

from .errors import NotPossible
from .history import digest_of
from .models import Work
from .work_kinds import KINDS

T = TypeVar("T")

#: How long one step may take before another worker may take the work.
LEASE = timedelta(minutes=5)
#: Progress is written no oftener than this.
EACH = timedelta(seconds=1)
#: After so many workers died over it, a person has to look.
MAX_TRIES = 3
#: How long a work is kept after its end: long enough to come back to, and no record of anything.
KEPT = timedelta(days=7)
#: Seconds after which a message to the workers is stale; the sweep of the next minute sends another.
MESSAGE_SECONDS = 60

log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Another worker has the work now, for this one's lease had ended."""


# Asking


@transaction.atomic
def ask(kind: str, *, params: Mapping[str, Any], fingerprint: str, by, at: datetime) -> Work:
    """Ask for a work, and a worker to do it; return its row.

    The same work is not asked for twice: one that waits, runs or is done is returned as it is. One
    that failed is tried again. Whether ``by`` may ask is for the caller to say.

    :param params: keys of rows, codes and figures that JSON can hold.
    :param fingerprint: of the inputs, so that other inputs are another work.
    """
    found, _created = Work.objects.get_or_create(
        key=key_of(kind, params, fingerprint, by),
        defaults={
            "kind": kind, "params": dict(params), "fingerprint": fingerprint, "by": by,
            "asked_at": at,
        },
    )  # fmt: skip
    return again(found, at=at)


def find(kind: str, *, params: Mapping[str, Any], fingerprint: str, by) -> Work | None:
    """Return what :func:`ask` would return, if it was asked for before."""
    return Work.objects.filter(key=key_of(kind, params, fingerprint, by)).first()


def key_of(kind: str, params: Mapping[str, Any], fingerprint: str, by) -> str:
    """Return what tells one work from another; one that is private is another for each person."""
    asker = None if KINDS[kind].shared else by.pk
    return digest_of([kind, dict(params), fingerprint, asker])


@transaction.atomic
def again(found: Work, *, at: datetime) -> Work:
    """Try a work again that failed, and ask a worker for what is not over; return it as it is now."""
    failed = Work.objects.filter(pk=found.pk, state=Work.State.FAILED)
    failed.update(
        state=Work.State.WAITING, asked_at=at, tries=0, done=0, total=0, refusal="",
        claim=None, lease_until=None, started_at=None, ended_at=None,
    )  # fmt: skip
    found.refresh_from_db()
    if not found.is_over:
        transaction.on_commit(lambda: ask_a_worker(found.pk), robust=True)
    return found


def ask_a_worker(work_id: int) -> None:
    try:
        current_app.send_task(
            "casework.tasks.do_work", kwargs={"work_id": work_id}, retry=False,
            expires=MESSAGE_SECONDS,
        )  # fmt: skip
    except OperationalError as error:  # the row waits, and beat sweeps it up within a minute
        log.warning("No broker: work %s waits for the next sweep (%s).", work_id, error)


# Doing


class Progress:
    """How far a work is: kept in its row about once a second, which also renews the lease.

    :param now: reads the machine's own clock.
    """

    def __init__(self, claimed: Work, now: Callable[[], datetime]):
        self.work, self.now = claimed, now
        self.done = self.total = 0
        self.written_at: datetime | None = None

    def each(self, items: Sequence[T]) -> Iterator[T]:
        """Yield ``items``, counting each as a step when the next one is asked for.

        :raises Overtaken: if another worker has the work now.
        """
        self.total += len(items)
        self._write(self.now())
        for item in items:
            yield item
            self.done += 1
            now = self.now()
            if self.written_at is None or now - self.written_at >= EACH:
                self._write(now)

    def _write(self, now: datetime) -> None:
        said = {"done": self.done, "total": self.total, "lease_until": now + LEASE}
        if not _mine(self.work).update(**said):
            raise Overtaken(str(self.work))
        self.written_at = now


def do(work_id: int, *, now: Callable[[], datetime]) -> bool:
    """Do one work unless it is over or another worker has it; return whether this call ended it.

    A refusal (``NotPossible``, ``ValidationError``) is kept in words for whoever asked. Anything else
    that goes wrong is raised, once the row says that it failed.

    :param now: reads the machine's own clock.
    """
    claimed = _claim(work_id, now())
    if claimed is None:
        return False
    try:
        _refuse_endless_tries(claimed)
        with translation.override(claimed.by.language):
            result = claimed.told.do(claimed, Progress(claimed, now))
    except Overtaken as lost:
        log.warning("Another worker has this work now: %s", lost)
        return False
    except (NotPossible, ValidationError) as error:
        return _end(claimed, Work.State.FAILED, at=now(), refusal=words_of(error)[:500])
    except Exception:
        _end(claimed, Work.State.FAILED, at=now())
        raise
    return _end(claimed, Work.State.DONE, at=now(), result=result, done=F("total"))


def _refuse_endless_tries(claimed: Work) -> None:
    if claimed.tries > MAX_TRIES:
        raise TimeoutError("Every worker that took this work ended before it was done.")


def words_of(error: NotPossible | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error.why)


def _claim(work_id: int, at: datetime) -> Work | None:
    """Take the work for this worker: of several who try, the database lets one win.

    So that the engine room can send a task again, a work in which the program failed can be taken,
    too; nothing but a message that names it does so.
    """
    claim = uuid.uuid4()
    failed = Work.objects.filter(state=Work.State.FAILED, refusal="", tries__lt=MAX_TRIES)
    (Work.objects.free(at) | failed).filter(pk=work_id).update(
        state=Work.State.RUNNING, claim=claim, lease_until=at + LEASE, started_at=at,
        ended_at=None, done=0, total=0, tries=F("tries") + 1,
    )  # fmt: skip
    return Work.objects.select_related("by").filter(pk=work_id, claim=claim).first()


def _mine(claimed: Work):
    """The row, unless another worker claimed it because this one's lease had ended."""
    rows = Work.objects.filter(pk=claimed.pk, claim=claimed.claim)
    return rows.filter(state=Work.State.RUNNING)


def _end(claimed: Work, state: str, *, at: datetime, **said) -> bool:
    ended = {"state": state, "ended_at": at, "lease_until": None, "claim": None, **said}
    return bool(_mine(claimed).update(**ended))


# What beat does


def carry_on(*, now: datetime) -> int:
    """Ask workers for what a lost message or a dead worker left behind; remove what is long over.

    :returns: how many works a worker was asked for.
    """
    Work.objects.over_before(now - KEPT).delete()
    waiting = list(Work.objects.free(now).order_by("pk").values_list("pk", flat=True))
    for work_id in waiting:
        ask_a_worker(work_id)
    return len(waiting)
