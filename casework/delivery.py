"""Sending one notice at most once per claim: claim, send with no transaction open, stamp."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from . import digests
from .envelopes import sender_of
from .models import Notice
from .outbox import end_of_quiet_hours, is_barred, quiet_until, why_outlived, withdrawn

#: How long a worker may take before another one may claim the same notice.
LEASE = timedelta(minutes=5)
#: After so many attempts, some four hours after the first, a person has to look.
MAX_ATTEMPTS = 8
#: How long the second attempt waits; each later one waits twice as long as the one before.
FIRST_WAIT = timedelta(minutes=2)
#: How long one sweep of beat goes on; another begins a minute later.
ROUND = timedelta(seconds=50)
#: Seconds between attempts to write down that a letter left; together less than a lease.
STAMP_WAITS = (0, 1, 2, 4, 8, 16, 32, 60)

log = logging.getLogger(__name__)


def deliver(notice_id: int, *, at: datetime) -> bool:
    """Send one notice unless it was sent or is being sent; return whether this call sent it.

    What should not be sent any more is withdrawn; every attempt asks that anew.

    :param at: when it is sent, by the clock that dates all that happens to the case.
    """
    if not _claim(notice_id, at):
        return False
    rows = Notice.objects.with_done().select_related("recipient", "deadline")
    notice = rows.get(pk=notice_id)
    try:
        _refuse_endless_attempts(notice)
        if why := _why_not(notice, at):
            _mine(notice).update(**withdrawn(why))
            return False
        _send(notice)
    except Exception as error:  # whatever it was, the row says it and is tried again
        log.warning("Notice %s was not sent: %r", notice_id, error)
        _give_back(notice, error, at)
        return False
    _stamp(notice, at)
    return True


def sweep(notice_ids: Iterable[int], *, now: Callable[[], datetime]) -> int:
    """Deliver several notices one by one; return how many this call sent.

    :param now: reads the clock, anew for each notice: its lease counts from when it is taken, and
        before a slow mail server those before it may have taken longer than a lease.
    """
    return sum(deliver(notice_id, at=now()) for notice_id in notice_ids)


def _claim(notice_id: int, at: datetime) -> bool:
    """Take the notice for this worker: of several who try, the database lets one win.

    In quiet hours what can wait is put off to their end instead. That is no attempt: a worker that
    took it before, and was slow, can still stamp it as sent.
    """
    free = Notice.objects.due_for_delivery(at).filter(pk=notice_id)
    if end := end_of_quiet_hours(at):
        put_off = {"state": Notice.State.QUEUED, "lease_until": end}
        if free.knowing_quiet_hours().update_unstamped(**put_off):
            return False
    taken = {"state": Notice.State.IN_FLIGHT, "lease_until": at + LEASE}
    return free.update_unstamped(**taken, attempts=F("attempts") + 1) == 1


def _refuse_endless_attempts(notice: Notice) -> None:
    if notice.attempts > MAX_ATTEMPTS:
        raise TimeoutError("Every worker that took this notice ended before it was sent.")


def _why_not(notice: Notice, at: datetime) -> str:
    """Return why ``notice`` should not be sent any more, as ``Notice.Withdrawal``, or nothing."""
    if notice.kind == digests.KIND:
        return "" if digests.write_again(notice, at=at) else Notice.Withdrawal.DONE
    return Notice.Withdrawal.CONFLICT if is_barred(notice, at=at) else why_outlived(notice)


def _send(notice: Notice) -> None:
    if notice.channel != Notice.Channel.EMAIL:
        return  # it is on the mailbox page as soon as it is stamped
    address = f"{settings.SITE_URL}{notice.path}"
    mail = EmailMultiAlternatives(
        subject=notice.subject,
        body=f"{notice.body}\n\n{address}\n",
        from_email=sender_of(notice),
        to=[notice.to],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(notice),
            "Auto-Submitted": "auto-generated",  # so that nobody's "out of office" answers it
        },
    )
    mail.attach_alternative(_as_page(notice, address), "text/html")
    mail.send()


def _as_page(notice: Notice, address: str) -> str:
    """Return the same words as a page with one button, in the language of their reader."""
    language = notice.recipient.language if notice.recipient else settings.LANGUAGE_CODE
    with translation.override(language):
        context = {"notice": notice, "address": address, "language": language}
        return render_to_string("notices/mail.html", context)


def message_id(notice: Notice) -> str:
    """Return what every attempt to send ``notice`` bears, so that mailers see it is the same mail."""
    made = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/{notice.key}")
    return f"<{made}@{settings.MESSAGE_ID_DOMAIN}>"


def _give_back(notice: Notice, error: Exception, at: datetime) -> None:
    failed = notice.attempts >= MAX_ATTEMPTS
    again = at + FIRST_WAIT * 2 ** (notice.attempts - 1)
    _mine(notice).update(
        state=Notice.State.FAILED if failed else Notice.State.QUEUED,
        lease_until=None if failed else quiet_until(notice.kind, notice.channel, again) or again,
        error=f"{type(error).__name__}: {error}"[:500],
    )


def _stamp(notice: Notice, at: datetime) -> None:
    """Write down that the notice left.

    Nobody else knows it, so this waits for a database that is being restarted; else the same
    letter would leave again when the lease ends.
    """
    sent = {"state": Notice.State.SENT, "sent_at": at, "lease_until": None, "error": ""}
    for wait in STAMP_WAITS:
        try:
            _mine(notice).update(**sent)
            return
        except (OperationalError, InterfaceError) as error:
            log.warning("Notice %s left, but could not be stamped yet: %r", notice.pk, error)
            connection.close()
            time.sleep(wait)
    _mine(notice).update(**sent)


def _mine(notice: Notice):
    """The row, unless another worker claimed it because this one's lease had ended.

    It waits again where quiet hours put it off meanwhile.
    """
    states = (Notice.State.IN_FLIGHT, Notice.State.QUEUED)
    return Notice.objects.filter(pk=notice.pk, attempts=notice.attempts, state__in=states)


def pending(*, at: datetime) -> list[int]:
    """Return the ids of what waits or was left behind, oldest first."""
    rows = Notice.objects.due_for_delivery(at).order_by("posted_at", "pk")
    return list(rows.values_list("pk", flat=True))
