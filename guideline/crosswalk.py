"""Whether the kind of a crosswalk row fits what the two editions say of its measures."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .models import Crosswalk

KEPT_BUT_RENAMED = gettext_lazy("It is said to be kept, but the titles differ.")
KEPT_BUT_RECLASSED = gettext_lazy("It is said to be kept, but the classes differ.")
NOT_RENAMED = gettext_lazy("It is said to be renamed, but the titles are the same.")
NOT_RECLASSED = gettext_lazy("Its class is said to have changed, but the classes are the same.")


def doubts(row: Crosswalk) -> list[str | Promise]:
    """Return what of a row contradicts its measures; nothing is refused for it."""
    return list(_doubts(row))


def _doubts(row: Crosswalk) -> Iterator[str | Promise]:
    if row.from_measure is None or row.to_measure is None:
        return
    same_title = row.from_measure.title == row.to_measure.title
    same_class = row.from_measure.classification == row.to_measure.classification
    if row.kind == Crosswalk.Kind.KEPT and not same_title:
        yield KEPT_BUT_RENAMED
    if row.kind == Crosswalk.Kind.KEPT and not same_class:
        yield KEPT_BUT_RECLASSED
    if row.kind == Crosswalk.Kind.RENAMED and same_title:
        yield NOT_RENAMED
    if row.kind == Crosswalk.Kind.RECLASSED and same_class:
        yield NOT_RECLASSED
