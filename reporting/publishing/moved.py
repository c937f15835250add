"""Which differences only say that the live rows went on since a release, and which that something is wrong.

The check at freezing lets no register go whose files are not what its rows add up to. So where the content
that stands is, by its digest, the one that was frozen then, and its files agree with themselves, what the
live rows say otherwise came later. Figures that are made anew with other releases are never behind.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from casework.calendar import japan_date
from reporting.figures import Difference
from reporting.models import Kind, PublicEntry

from . import signed
from .addresses import path_of
from .contents import ALL
from .site import MADE_NOW

#: Where a difference was found, and the difference.
Placed = tuple[str, Difference]


def sorted_out(found: Iterable[Placed]) -> dict[Placed, date]:
    """Return the differences since which the rows went on, each with the day of the release.

    :param found: each with where it was found: what is served live is behind no release.
    """
    moved = [(where, one) for where, one in found if one.only_of_rows and one.table not in MADE_NOW]
    entry = PublicEntry.objects.standing().filter(kind=Kind.REGISTER, key=ALL)
    entry = entry.select_related("item__release").first() if moved else None
    if entry is None or not signed.is_as_frozen(entry.item):
        return {}
    return dict.fromkeys(moved, japan_date(entry.item.release.published_at))


def not_as_frozen() -> Iterator[Difference]:
    """Yield what is public whose content is not the one that was frozen."""
    entries = PublicEntry.objects.standing().select_related("item").order_by("pk")
    for entry in entries.iterator(chunk_size=50):
        item = entry.item
        if not signed.is_as_frozen(item):
            now = signed.digest_of_content(item.content)
            yield Difference(item.kind, item.key, "digest", now, item.digest, path_of(item))
