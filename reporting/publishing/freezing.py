"""Freezing what a release holds: each thing as the public would read it now, with its digest.

Things are read, kept and compared some at a time, in as many queries for many as for one.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.errors import NotPossible
from reporting.models import Action, PublicEntry, Release, ReleaseItem
from reporting.models.release import UNDER_WAY

from . import difference, signed
from .checks import TOGETHER
from .contents import Thing, things

NOTHING_THERE = gettext_lazy("There is nothing to publish under this name.")
NOTHING_CHANGES = gettext_lazy(
    "It reads as it does in public now, so there is nothing to correct. Change it first."
)
MOVED = gettext_lazy(
    "Somebody wrote in “%(title)s” while it was being put together. Nothing was proposed. Press the button again."
)
FROZEN = ("title", "fiscal_year", "content", "fictitious", "digest")


def freeze_items(release: Release, *, at: datetime) -> None:
    """Keep the content of every item of a release.

    :raises NotPossible: if one of them waits in another release, went meanwhile, or is to be
        corrected and reads as it does in public.
    """
    _refuse_what_waits_elsewhere(release)
    for some, now in _things_of(release, at=at):
        staying = [item for item in some if not item.withdraws]
        for item in staying:
            found = now.get((item.kind, item.key))
            if found is None:
                raise NotPossible(NOTHING_THERE)
            item.title, item.fiscal_year = found.title[:200], found.fiscal_year
            item.content, item.fictitious = found.content, found.fictitious
            item.digest = signed.digest_of_content(found.content)
        ReleaseItem.objects.bulk_update(staying, FROZEN)
        for item in _unchanged(some):
            raise NotPossible(f"{item.title}: {NOTHING_CHANGES}")


def refuse_what_moved(release: Release, *, at: datetime) -> None:
    """Refuse a release of which somebody wrote a part since it was frozen.

    Its reports and measures are locked, but not each row that its tables are made of, and a page and its
    files are read one after the other. What reads the same after the checks as before them stood still.

    :raises NotPossible: if a thing reads otherwise than it was frozen.
    """
    for some, now in _things_of(release, at=at):
        for item in some:
            found = now.get((item.kind, item.key))
            if not item.withdraws and (
                found is None or signed.digest_of_content(found.content) != item.digest
            ):
                raise NotPossible(MOVED % {"title": item.title})


def _things_of(
    release: Release, *, at: datetime
) -> Iterator[tuple[list[ReleaseItem], dict[tuple[str, str], Thing]]]:
    """Yield the items some at a time, with what the public would read now of those that stay."""
    items = release.items.order_by("pk").iterator(chunk_size=TOGETHER)
    while some := list(islice(items, TOGETHER)):
        staying = [(item.kind, item.key) for item in some if not item.withdraws]
        yield some, things(staying, at=at)


def _refuse_what_waits_elsewhere(release: Release) -> None:
    inside = release.items.filter(kind=OuterRef("kind"), key=OuterRef("key"))
    waiting = ReleaseItem.objects.filter(Exists(inside), release__state__in=UNDER_WAY)
    other = waiting.exclude(release=release.pk).select_related("release").order_by("pk").first()
    if other:
        words = _("It waits in another release: %(release)s")
        raise NotPossible(words % {"release": other.release})


def _unchanged(items: Iterable[ReleaseItem]) -> Iterator[ReleaseItem]:
    """Yield the corrections that change nothing of what the public reads."""
    corrections = {(one.kind, one.key): one for one in items if one.action == Action.CORRECT}
    entries = PublicEntry.objects.filter(key__in=[key for _kind, key in corrections])
    for entry in entries.select_related("item").order_by("pk"):
        item = corrections.get((entry.kind, entry.key))
        if item and not difference.would_change(entry, item.content or {}):
            yield item
