"""When calls open and close, as entries of a calendar that everybody may subscribe to."""

from datetime import date, datetime

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.tokens import link_to
from casework import calendar
from casework.icalendar_files import KEPT, Entry
from grants.models import Round


def entries(at: datetime) -> list[Entry]:
    """Return the days of the calls that the public may see at ``at``, in the language in force.

    A call that closed stays for a while, as in the calendar of a person.
    """
    calls = Round.objects.announced(at).filter(closes_at__gt=at - KEPT).order_by("opens_at", "pk")
    changed = calls.annotate(changes_made=Count("changes"), changed_at=Max("changes__at"))
    return [entry for call in changed for entry in (_opens(call), _closes(call))]


def _opens(call: Round) -> Entry:
    clock = f"{timezone.localtime(call.opens_at, calendar.JAPAN):%H:%M}"
    return _entry(
        call,
        "opens",
        calendar.japan_date(call.opens_at),
        summary=_("Call opens: %(call)s") % {"call": call.name},
        description=_("From %(clock)s, Japan time.") % {"clock": clock},
    )


def _closes(call: Round) -> Entry:
    return _entry(
        call,
        "closes",
        call.last_day,
        summary=_("Call closes: %(call)s") % {"call": call.name},
        description=_("Until %(clock)s, Japan time.") % {"clock": call.closing_clock},
    )


def _entry(call: Round, what: str, on: date, *, summary: str, description: str) -> Entry:
    return Entry(
        key=f"call-{call.pk}-{what}",
        on=on,
        summary=summary,
        description=description,
        url=link_to("grants:call", call.pk),
        sequence=call.changes_made,
        changed_at=call.changed_at or call.announced_at,
    )
