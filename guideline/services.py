"""What the office settles about the guideline."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.permissions import require
from casework.calendar import japan_date
from casework.history import digest_of
from guideline import public_words
from guideline.models import Crosswalk, Measure, MeasureTextVersion


class Overtaken(Exception):
    """A row is not any more what a person saw; nothing was written."""


def confirm(rows: QuerySet[Crosswalk], *, by, at: datetime) -> int:
    """Confirm crosswalk rows as the office's own reading; return how many were open.

    A row confirmed before keeps who confirmed it and when.

    :raises PermissionDenied: if ``by`` does not keep the crosswalk.
    """
    _require(by, "guideline.change_crosswalk", at)
    return rows.filter(confirmed_at=None).update(confirmed_by=by, confirmed_at=at)


def _require(by, permission: str, at: datetime) -> None:
    require(by.act_on(japan_date(at)), permission)


def mark(row: Crosswalk) -> str:
    """Return what marks a row as it stands now."""
    said = [row.pk, row.kind, row.reason, row.reason_en, row.source]
    return digest_of([*said, row.from_measure_id, row.to_measure_id, str(row.confirmed_at)])[:16]


def kinds_of(row: Crosswalk) -> list[Crosswalk.Kind]:
    """Return what can be said to have become of the measures that a row joins.

    What another row says of the same two is not said twice.
    """
    if row.from_measure_id is None:
        return [Crosswalk.Kind.NEW]
    if row.to_measure_id is None:
        return [Crosswalk.Kind.DROPPED]
    others = Crosswalk.objects.exclude(pk=row.pk).filter(
        from_measure=row.from_measure_id, to_measure=row.to_measure_id
    )
    taken = {Crosswalk.Kind.NEW, Crosswalk.Kind.DROPPED, *others.values_list("kind", flat=True)}
    return [kind for kind in Crosswalk.Kind if kind not in taken]


@transaction.atomic
def confirm_as(
    pk: int, values: Mapping[str, str], *, seen: str, right: Iterable[str] = (), by, at: datetime
) -> Crosswalk:  # fmt: skip
    """Confirm one crosswalk row with what the office says of it; a correction confirms it anew.

    :param values: kind, reason, reason_en, source.
    :param seen: the mark of the row that the person saw.
    :param right: the digests of the findings of which the person says that they are right.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises Overtaken: if it is another one by now.
    :raises NotLookedAt: if something else is found in words that are public at once.
    """
    _require(by, "guideline.confirm_crosswalk", at)
    row = Crosswalk.objects.select_for_update().get(pk=pk)
    if seen != mark(row):
        raise Overtaken
    found = public_words.refuse_unseen(row, values, right)
    for name, value in values.items():
        setattr(row, name, value)
    row.confirmed_by, row.confirmed_at = by, at
    row.full_clean()
    row.save()
    public_words.keep(row, found, by=by, at=at)
    return row


def mark_of_text(measure: Measure) -> str:
    """Return what marks the text of a measure as it stands now."""
    return digest_of([measure.pk, measure.text, measure.previous_actions])[:16]


@transaction.atomic
def write_text(
    pk: int, values: Mapping[str, str], *, seen: str, right: Iterable[str] = (), by, at: datetime
) -> Measure:  # fmt: skip
    """Write what the guideline prints of a measure; what changes nothing leaves no trace.

    :param values: text, previous_actions.
    :param seen: the mark of the text that the person saw.
    :param right: the digests of the findings of which the person says that they are right.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises Overtaken: if it is another one by now.
    :raises NotLookedAt: if something else is found in words that are public at once.
    """
    _require(by, "guideline.enter_years", at)
    measure = Measure.objects.select_for_update().get(pk=pk)
    if seen != mark_of_text(measure):
        raise Overtaken
    public_words.keep(
        measure, public_words.refuse_unseen(measure, values, right), by=by, at=at
    )  # fmt: skip
    if all(getattr(measure, name) == value for name, value in values.items()):
        return measure
    for name, value in values.items():
        setattr(measure, name, value)
    measure.full_clean()
    measure.save(update_fields=list(values))
    MeasureTextVersion.objects.create(measure=measure, by=by, at=at, **values)
    return measure
