"""Whether what is public of a thing is still what it was when the thing was put into a release.

What is done with it (publish, correct, withdraw) and its note were chosen against that version. Another
release that was put together beside it may have been faster.
"""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from reporting.models import PublicEntry, Release, ReleaseItem

PUBLIC = _(
    "%(title)s: it became public meanwhile, with the release %(release)s. Take it out, and put it in "
    "again with a note of what is corrected."
)
ANOTHER = _(
    "%(title)s: another version became public meanwhile, with the release %(release)s. Take it out, and "
    "put it in again with a note that is true of that version."
)
WITHDRAWN = _(
    "%(title)s: it was withdrawn meanwhile, with the release %(release)s. Take it out. If it is to be "
    "public again, put it in again and say so in the note."
)


def items_of(release: Release) -> list[ReleaseItem]:
    """Return the items of a release without their contents, each with the version that is public, ``newest``."""
    entry = PublicEntry.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"))
    newest = Coalesce(Subquery(entry.values("item__number")), 0)
    return list(release.items.defer("content").annotate(newest=newest).order_by("pk"))


def why_not(items: Iterable[ReleaseItem]) -> str | None:
    """Return what became public, or ended, since it was put into a release; ``None`` if nothing did.

    :param items: as :func:`items_of` returns them.
    """
    differing = (item for item in items if item.newest != item.replaces)  # type: ignore[attr-defined]
    item = next(differing, None)
    return _told(item) if item else None


def _told(item: ReleaseItem) -> str:
    entries = PublicEntry.objects.defer("item__content").select_related("item__release")
    now = entries.get(kind=item.kind, key=item.key).item
    words = WITHDRAWN if now.withdraws else ANOTHER if item.replaces else PUBLIC
    return words % {"title": item.title, "release": now.release}
