"""The daily digest: one notice a person and day, in the place of many e-mails that could wait.

It is written in the morning and may leave later: after quiet hours, at a later attempt, or days
after a restore. What it tells may be done by then, or its case barred to the reader. So its words
are written anew from its parts by each attempt to send it, and one that has nothing to tell any
more is withdrawn. What comes up while the mail server takes it is told all the same.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User

from . import notice_words, outbox
from .calendar import japan_date
from .models import Notice
from .models.notice import NoticeQuerySet

log = logging.getLogger(__name__)

KIND = "digest"


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
    listed = _parts_for(person, waiting(), day)
    news = [part for part in listed if not part.is_done]
    digest = None
    if news:
        path = outbox.MAILBOX_PATH
        digest = outbox.post(KIND, to=person, at=at, key=key, path=path, **_told(news, day))
    waiting().filter(pk__in=[part.pk for part in listed]).update(
        state=Notice.State.SENT, held_for="", sent_at=at, digest=digest
    )
    return digest is not None


def write_again(digest: Notice, *, at: datetime) -> bool:
    """Write a digest that is about to leave as its parts stand now; return whether it tells anything.

    Its parts stay in the mailbox as they are: they were put there when the digest was written.
    """
    person, on = digest.recipient, japan_date(digest.posted_at)
    parts = _parts_for(person, digest.parts.all(), japan_date(at))
    news = [part for part in parts if not part.is_done]
    words = notice_words.write(KIND, person.language, {"person": person, **_told(news, on)})
    digest.subject, digest.body, digest.template = words.subject[:200], words.body, words.template
    digest.save(update_fields=["subject", "body", "template"])
    return bool(news)


def _parts_for(person: User, rows: NoticeQuerySet, day: date) -> list[Notice]:
    """Return those of ``rows`` that ``person`` may meet on ``day``, each with ``is_done``."""
    mine = rows.addressed_to(person.act_on(day)).with_done()
    return list(mine.select_related("case").order_by("posted_at", "pk"))


def _told(news: list[Notice], on: date) -> dict:
    return {"parts": news, "on": on, "site": settings.SITE_URL}
