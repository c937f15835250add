"""How dates become a file that calendars on phones subscribe to (iCalendar, RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event

#: How long what has come to an end stays in a calendar, in calendar days.
KEPT = timedelta(days=60)
#: How often a calendar is asked to read the file again.
REFRESH = timedelta(hours=6)
MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of a calendar.

    :param key: what the entry is about; the same as long as it is about the same.
    :param on: Japan date; the entry lasts all day, so that no time zone moves it.
    :param sequence: rises with every change, and never falls.
    :param cancelled: whether the day is of no importance any more.
    """

    key: str
    on: date
    summary: str
    description: str
    url: str
    sequence: int
    changed_at: datetime
    cancelled: bool = False


def write(entries: Iterable[Entry], *, name: str, key: str, at: datetime) -> bytes:
    """Return the file of a calendar.

    :param name: what the calendar is called on a phone.
    :param key: what the calendar is; the same for ever.
    :param at: the moment at which it is read.
    """
    calendar = Calendar.new(
        prodid="-//Yell//Dates//JA",
        name=name,
        uid=_uid(key),
        method="PUBLISH",
        refresh_interval=REFRESH,
        subcomponents=[_event(entry, at) for entry in entries],
    )
    return calendar.to_ical()


def _event(entry: Entry, at: datetime) -> Event:
    """Return an entry as an event that keeps nobody's day occupied."""
    return Event.new(
        uid=_uid(entry.key),
        start=entry.on,
        end=entry.on + timedelta(days=1),
        summary=entry.summary,
        description=entry.description,
        url=entry.url,
        sequence=entry.sequence,
        status="CANCELLED" if entry.cancelled else "CONFIRMED",
        transparency="TRANSPARENT",
        last_modified=entry.changed_at.astimezone(UTC),
        stamp=at.astimezone(UTC),
    )


def _uid(key: str) -> str:
    return f"{key}@{settings.MESSAGE_ID_DOMAIN}"
