"""Which days of an edition's progress everybody may read.

A table that the office takes in is read inside the city first; whoever publishes it says so here.
"""

from datetime import date, datetime

from .models import Edition, Progress, PublicDay


class NothingOnRecord(Exception):
    """The edition has no progress of that day, so nothing can be made public."""


def make_public(edition: Edition, day: date, *, source: str, at: datetime) -> PublicDay:
    """Let everybody read the progress of ``day``; what was public before stays as it was.

    :param source: what made it public, such as the name of a release.
    :raises NothingOnRecord: if nothing is on record for that day.
    """
    if not Progress.objects.filter(measure__edition=edition, as_of=day).exists():
        raise NothingOnRecord(f"{edition} {day}")
    said = {"source": source, "made_public_at": at}
    row, _created = PublicDay.objects.get_or_create(edition=edition, as_of=day, defaults=said)
    return row


def public_days(edition: Edition) -> set[date]:
    """Return the days of an edition that everybody may read."""
    return set(PublicDay.objects.filter(edition=edition).values_list("as_of", flat=True))
