"""Making and revoking the private addresses at which calendars read dates."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from accounts.services.tokens import digest, link_to, new_token

from . import icalendar_files
from .calendar import japan_date
from .dates import entries_of, entries_of_office
from .models import CalendarFeed


@transaction.atomic
def make_feed(
    *, by: User, at: datetime, scope: str = CalendarFeed.Scope.OWN
) -> tuple[CalendarFeed, str]:
    """Make a new address for a calendar of ``by``; the one that stood is revoked.

    :returns: the feed, and the token, which is stored nowhere: only its digest is.
    :raises PermissionDenied: if it is the calendar of the office, and ``by`` is not of the office.
    """
    if scope == CalendarFeed.Scope.OFFICE:
        require(by.act_on(japan_date(at)), "casework.read_office_calendar")
    revoke_feed(by=by, at=at, scope=scope)
    token = new_token()
    feed = CalendarFeed.objects.create(user=by, scope=scope, token_digest=digest(token), made_at=at)
    return feed, token


@transaction.atomic
def revoke_feed(*, by: User, at: datetime, scope: str = CalendarFeed.Scope.OWN) -> bool:
    """Revoke the address of a calendar that ``by`` made; return whether there was one."""
    User.objects.select_for_update().get(pk=by.pk)  # two presses of a button wait for each other
    standing = CalendarFeed.objects.live().filter(user=by, scope=scope)
    return bool(standing.update(revoked_at=at))


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
        if feed.scope == CalendarFeed.Scope.OFFICE:
            told = {"name": _("Dates of the office in Yell"), "key": "office"}
            entries = entries_of_office(person, at=at)
        else:
            told = {"name": _("Dates in Yell"), "key": f"person-{person.pk}"}
            entries = entries_of(person, at=at)
        return icalendar_files.write(entries, **told, at=at)
