"""The clock: read here, by views, commands and tasks only, and handed down as ``at`` or ``today``.

With ``DEMO=1`` one row moves it forward for web, worker and beat alike.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from .models import DemoClock


def now() -> datetime:
    """Return the moment it is, moved by the demo clock where there is one."""
    return timezone.now() + offset()


def today() -> date:
    """Return the Japan date it is."""
    return timezone.localdate(now())


def offset() -> timedelta:
    """Return how far the demo clock is ahead; nothing outside a demonstration."""
    if not settings.DEMO:
        return timedelta(0)
    clock = DemoClock.objects.first()
    return clock.ahead if clock else timedelta(0)


def move_to(moment: datetime) -> None:
    """Move the demo clock forward to ``moment``.

    :raises ValueError: outside a demonstration, or if ``moment`` lies in the past.
    """
    if not settings.DEMO:
        raise ValueError("The clock moves only in a demonstration (DEMO=1).")
    if moment < now():
        raise ValueError("The demo clock only moves forward.")
    DemoClock.objects.update_or_create(pk=1, defaults={"ahead": moment - timezone.now()})
