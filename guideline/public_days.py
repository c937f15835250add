"""Which days of an edition's progress everybody may read.

A table that the office takes in is read inside the city first; whoever publishes it says so here.
"""

from datetime import date, datetime

from django.db import transaction

from .models import Edition, Progress, PublicDay


class NothingOnRecord(Exception):
    """The edition has no progress of that day, so nothing can be made public."""


@transaction.atomic
def make_public(
    edition: Edition, day: date, *, source: str, at: datetime, frozen_at: datetime | None = None
) -> PublicDay:
    """Let everybody read the progress of ``day``; what was public before stays as it was.

    Plan and result of its fiscal year, and of those before, become public with it.

    :param source: what made it public, such as the name of a release.
    :param frozen_at: the moment as of which plans and results are read, where they were put together
        before ``at``; an earlier one than stands changes nothing.
    :raises NothingOnRecord: if nothing is on record for that day.
    """
    if not Progress.objects.filter(measure__edition=edition, as_of=day).exists():
        raise NothingOnRecord(f"{edition} {day}")
    said = {"source": source, "made_public_at": at}
    row, _created = PublicDay.objects.get_or_create(edition=edition, as_of=day, defaults=said)
    moment = frozen_at or at
    if row.frozen_at is None or row.frozen_at < moment:
        row.frozen_at = moment
        row.save(update_fields=["frozen_at"])
    return row


def public_days(edition: Edition) -> set[date]:
    """Return the days of an edition that everybody may read."""
    return set(PublicDay.objects.filter(edition=edition).values_list("as_of", flat=True))
