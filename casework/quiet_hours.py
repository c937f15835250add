"""The hours in which no e-mail goes out that can wait until morning; empty is "none"."""

import re
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .calendar import JAPAN, japan_date, moment

#: Sent at any hour: what a person who just did something waits for.
AT_ANY_HOUR = frozenset({"receipt", "engine_late", "engine_back"})
#: How all kinds of mail about log-ins begin, which leaves at any hour, too.
ACCOUNT = "account_"

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–〜~]\s*([01]\d|2[0-3]):([0-5]\d)")


def parse(hours: str) -> tuple[time, time] | None:
    """Return from and until of ``hours`` such as ``21:00-08:00`` (Japan time); ``None`` if empty.

    :raises ValidationError: if they are not two times of the clock, or the same one twice.
    """
    if not hours.strip():
        return None
    found = _HOURS.fullmatch(hours.strip())
    if found is None:
        raise ValidationError(_("Write two times of the clock, such as 21:00-08:00."))
    first, second, third, fourth = map(int, found.groups())
    begin, end = time(first, second), time(third, fourth)
    if begin == end:
        raise ValidationError(_("Quiet hours must end at another time than they begin."))
    return begin, end


def end_of(hours: tuple[time, time] | None, at: datetime) -> datetime | None:
    """Return when the quiet hours end in which ``at`` lies; ``None`` if it lies outside them."""
    if hours is None:
        return None
    begin, end = hours
    clock, today = at.astimezone(JAPAN).time(), japan_date(at)
    if begin < end:
        return moment(today, end) if begin <= clock < end else None
    if clock >= begin:
        return moment(today + timedelta(days=1), end)
    return moment(today, end) if clock < end else None


def is_exempt(kind: str) -> bool:
    """Return whether a notice of ``kind`` leaves at any hour."""
    return kind in AT_ANY_HOUR or kind.startswith(ACCOUNT)
