"""Which days of an edition's progress everybody may read, and the copies that they read of them.

A table that the office takes in is read inside the city first; whoever publishes it says so here, with
the very rows that were approved: what is on record may be written on in the same moment.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import transaction

from casework.plain_words import plain_throughout

from .models import Claim, Edition, OfADay, PrintedCount, Progress, PublicDay
from .years import standing_at

#: What is on record for a day, and how its rows name the edition.
RECORDS: tuple[tuple[type[OfADay], str], ...] = (
    (Progress, "measure__edition"),
    (Claim, "measure__edition"),
    (PrintedCount, "edition"),
)


class NothingOnRecord(Exception):
    """The edition has no progress of that day, so nothing can be made public."""


@transaction.atomic
def make_public(
    edition: Edition, day: date, *, source: str, at: datetime, rows: Iterable[OfADay] | None = None,
    year_versions: Iterable[int] | None = None, frozen_at: datetime | None = None,
) -> PublicDay:  # fmt: skip
    """Let everybody read the progress of ``day``, instead of what they read of it before.

    Plan and result of its fiscal year, and of those before, become public with it.

    :param source: what made it public, such as the name of a release.
    :param rows: what they read, not saved yet; ``None``: what is on record.
    :param year_versions: the versions of plans and results that everybody reads; ``None``: those that
        stand now.
    :param frozen_at: when these were put together, if that was before ``at``.
    :raises NothingOnRecord: if ``rows`` are not given, and nothing is on record for that day.
    """
    if rows is None and not Progress.objects.filter(measure__edition=edition, as_of=day).exists():
        raise NothingOnRecord(f"{edition} {day}")
    said = {"frozen_at": frozen_at or at, "released_at": at, "withdrawn_at": None}
    first = {"source": source, "made_public_at": at, **said}
    row, _created = PublicDay.objects.update_or_create(
        edition=edition, as_of=day, defaults=said, create_defaults=first
    )
    kept = standing_at(edition, day) if year_versions is None else year_versions
    row.year_versions.set(kept)
    copy(edition, day, rows)
    return row


@transaction.atomic
def withdraw(edition: Edition, day: date, *, at: datetime) -> None:
    """Let the public read nothing more of ``day``, nor of the years that only it made public."""
    PublicDay.objects.filter(edition=edition, as_of=day).update(withdrawn_at=at)
    _drop_copies(edition, day)


def copy(edition: Edition, day: date, rows: Iterable[OfADay] | None = None) -> None:
    """Make ``rows``, or what is on record for ``day``, the copy that the public reads."""
    _drop_copies(edition, day)
    copies = list(_on_record(edition, day) if rows is None else rows)
    for row in copies:
        row.pk, row.is_public = None, True
    for model, _name in RECORDS:
        model.published.bulk_create([row for row in copies if isinstance(row, model)])


def _on_record(edition: Edition, day: date) -> Iterator[OfADay]:
    for model, name in RECORDS:
        yield from model.objects.filter(**{name: edition, "as_of": day}).order_by("pk")


def _drop_copies(edition: Edition, day: date) -> None:
    for model, name in RECORDS:
        model.published.filter(**{name: edition, "as_of": day}).delete()


def copy_what_came_public() -> None:
    """Make the copies of public days that have none, as those that the program ships."""
    for row in PublicDay.objects.standing().select_related("edition"):
        if not Progress.published.filter(measure__edition=row.edition, as_of=row.as_of).exists():
            copy(row.edition, row.as_of)


def public_days(edition: Edition) -> set[date]:
    """Return the days of an edition that everybody may read."""
    days = PublicDay.objects.standing().filter(edition=edition)
    return set(days.values_list("as_of", flat=True))


def differs_from_public(edition: Edition, day: date) -> bool:
    """Return whether something else is on record for ``day`` than what the public reads.

    Signs that a release never freezes are no difference.
    """
    return any(
        _values(model.objects, name, edition, day) != _values(model.published, name, edition, day)
        for model, name in RECORDS
    )


def _values(rows, name: str, edition: Edition, day: date) -> set[tuple]:
    own = [f.attname for f in rows.model._meta.concrete_fields if f.name not in ("id", "is_public")]
    found = rows.filter(**{name: edition, "as_of": day}).values_list(*own)
    return {tuple(plain_throughout(row)) for row in found}
