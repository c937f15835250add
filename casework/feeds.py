"""Making and revoking the private address at which a phone reads a person's dates."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.tokens import digest, link_to, new_token

from . import icalendar_files
from .calendar import japan_date
from .dates import entries_of
from .models import CalendarFeed


@transaction.atomic
def make_feed(*, by: User, at: datetime) -> tuple[CalendarFeed, str]:
    """Make a new address for the calendar of ``by``; the one that stood is revoked.

    :returns: the feed, and the token, which is stored nowhere: only its digest is.
    """
    revoke_feed(by=by, at=at)
    token = new_token()
    feed = CalendarFeed.objects.create(user=by, token_digest=digest(token), made_at=at)
    return feed, token


@transaction.atomic
def revoke_feed(*, by: User, at: datetime) -> bool:
    """Revoke the address of the calendar of ``by``; return whether there was one."""
    User.objects.select_for_update().get(pk=by.pk)  # two presses of a button wait for each other
    return bool(CalendarFeed.objects.live().filter(user=by).update(revoked_at=at))


def feed_address(token: str) -> str:
    """Return the full address at which the calendar is read."""
    return link_to("casework:feed", token)


def find_feed(token: str) -> CalendarFeed | None:
    """Return the feed that a token opens, if it was not revoked."""
    found = CalendarFeed.objects.live().filter(token_digest=digest(token))
    return found.select_related("user").first()


def written(feed: CalendarFeed, *, at: datetime) -> bytes:
    """Return the calendar as it is at ``at``, in its person's language, as today's duties allow.

    Whoever may not log in any more, or holds no duty, has an empty one: a phone then lets go of
    what it kept.
    """
    person = feed.user.act_on(japan_date(at))
    with translation.override(person.language):
        entries = entries_of(person, at=at)
        return icalendar_files.write(
            entries, name=_("Dates in Yell"), key=f"person-{person.pk}", at=at
        )
