"""Sending one notice at most once per claim: claim, send with no transaction open, stamp."""

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from .models import Notice

#: How long a worker may take before another one may claim the same notice.
LEASE = timedelta(minutes=5)
#: After so many attempts a person has to look.
MAX_ATTEMPTS = 8


def deliver(notice_id: int, *, at: datetime) -> bool:
    """Send one notice unless it was sent or is being sent; return whether this call sent it.

    :param at: the machine's own clock, which a demonstration does not move.
    """
    if not _claim(notice_id, at):
        return False
    notice = Notice.objects.get(pk=notice_id)
    try:
        _send(notice)
    except (SMTPException, OSError) as error:
        _give_back(notice, error)
        return False
    _stamp(notice, at)
    return True


def _claim(notice_id: int, at: datetime) -> bool:
    """Take the notice for this worker: of several who try, the database lets one win."""
    free = Notice.objects.due_for_delivery(at).filter(pk=notice_id)
    return (
        free.update(
            state=Notice.State.IN_FLIGHT, lease_until=at + LEASE, attempts=F("attempts") + 1
        )
        == 1
    )


def _send(notice: Notice) -> None:
    if notice.channel != Notice.Channel.EMAIL:
        return  # it is on the mailbox page as soon as it is stamped
    EmailMessage(
        subject=notice.subject,
        body=f"{notice.body}\n\n{settings.SITE_URL}{notice.path}\n",
        to=[notice.to],
        headers={"Message-ID": f"<{notice.key}@{settings.MESSAGE_ID_DOMAIN}>"},
    ).send()


def _give_back(notice: Notice, error: Exception) -> None:
    failed = notice.attempts >= MAX_ATTEMPTS
    state = Notice.State.FAILED if failed else Notice.State.QUEUED
    mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts)
    mine.update(state=state, lease_until=None, error=f"{type(error).__name__}: {error}"[:500])


def _stamp(notice: Notice, at: datetime) -> None:
    mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts)
    mine.update(state=Notice.State.SENT, sent_at=at, lease_until=None, error="")


def pending(*, at: datetime) -> list[int]:
    """Return the ids of what waits or was left behind, oldest first."""
    rows = Notice.objects.due_for_delivery(at).order_by("posted_at", "pk")
    return list(rows.values_list("pk", flat=True))
