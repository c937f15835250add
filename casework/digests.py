"""The daily digest: one notice a person and day, in the place of many e-mails that could wait."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User

from . import outbox
from .calendar import japan_date
from .models import Notice

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round came to: digests written, and people for whom it raised an error."""

    written: int
    failed: int


def waiting():
    """Keep the notices that wait for the next digest of their reader."""
    return Notice.objects.filter(state=Notice.State.HELD, held_for=Notice.Hold.DIGEST)


def people():
    """Keep those for whom something waits, by their keys."""
    return User.objects.filter(pk__in=waiting().values("recipient")).order_by("pk")


def send(*, at: datetime) -> Sent:
    """Write the digest of the day for all who wait for one; safe to run twice, late, or half-way."""
    written = failed = 0
    for person in people().iterator():
        try:
            written += send_to(person, at=at)
        except Exception:  # whatever it was, the others wait for theirs
            log.exception("The digest of person %s was not written.", person.pk)
            failed += 1
    return Sent(written, failed)


@transaction.atomic
def send_to(person: User, *, at: datetime) -> bool:
    """Write today's digest of ``person`` and stamp its parts sent; return whether there was one.

    A second one on the same day is not written: what came since waits until tomorrow. Parts that
    ask nothing any more are stamped too, and not listed.
    """
    day = japan_date(at)
    key = f"digest-{person.pk}-{day}"
    User.objects.select_for_update().get(pk=person.pk)
    if Notice.objects.filter(key=key).exists():
        return False
    parts = waiting().addressed_to(person.act_on(day)).with_done()
    listed = list(parts.select_related("case").order_by("posted_at", "pk"))
    news = [part for part in listed if not part.is_done]
    digest = None
    if news:
        digest = outbox.post(
            "digest",
            to=person,
            at=at,
            key=key,
            path=outbox.MAILBOX_PATH,
            parts=news,
            on=day,
            site=settings.SITE_URL,
        )
    waiting().filter(pk__in=[part.pk for part in listed]).update(
        state=Notice.State.SENT, held_for="", sent_at=at, digest=digest
    )
    return digest is not None
