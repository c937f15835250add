"""Accessibility of the very pages of a release: a worker lets axe look at them, the checks read what it found.

A look counts while the page reads as it did: whatever is written since, the page is looked at again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import works
from casework.calendar import japan_date
from casework.errors import NotPossible
from casework.history import digest_of
from casework.models import Work
from casework.work_kinds import work
from casework.works import Progress
from reporting.models import PageLook, Release, ReleaseItem

from . import drawing
from .checks import Looked, check, contents_of
from .contents import AS_OF, FILES, SOURCES, YEAR_VERSIONS
from .site import Site, here

if TYPE_CHECKING:
    from .axe import Looker

KIND = "release_accessibility"
FOUND, UNSEEN = "axe", "axe_unseen"
#: Of a content, what no page shows, and the moment, which every page shows alike.
_NOT_SHOWN = (AS_OF, FILES, SOURCES, YEAR_VERSIONS)
_LANGUAGES = {"ja": gettext_lazy("page in Japanese"), "en": gettext_lazy("page in English")}


def is_set() -> bool:
    """Return whether this installation has a browser in which axe can look at pages."""
    return bool(settings.AXE_BROWSER)


def digest_shown(item: ReleaseItem, content: dict) -> str:
    """Return the digest of what the pages of an item show."""
    shown = {name: value for name, value in content.items() if name not in _NOT_SHOWN}
    title = item.title if item.withdraws else ""  # of what stays, it is in the content
    return digest_of([item.kind, item.key, item.action, title, item.note, shown])


# The look


def ask_to_look(release: Release, *, by, at: datetime) -> Work:
    """Ask a worker to let axe look at every page of a release; as the pages read now, once.

    Whether ``by`` may ask is for the caller to say.

    :raises NotPossible: if there is no browser, or the release is not being put together.
    """
    if not is_set():
        raise NotPossible(_("This installation has no browser in which axe could look at pages."))
    if release.state != "draft":
        raise NotPossible(_("What waits or is public was looked at before it was proposed."))
    items = release.items.order_by("pk").iterator(chunk_size=100)
    told = [[item.pk, digest_shown(item, content)] for item, content in contents_of(items, at=at)]
    return works.ask(
        KIND, params={"release": release.pk}, fingerprint=digest_of(told), by=by, at=at
    )


def _release(asked: Work) -> Release:
    return Release.objects.get(pk=asked.params["release"])


def _readers(user) -> Q:
    """Whoever reads releases."""
    return Q() if user.has_perm("reporting.read_releases") else Q(pk__in=[])


@work(
    KIND,
    label=gettext_lazy("Accessibility of the pages of a release (axe)"),
    address=lambda asked: reverse("reporting:release", args=[asked.params["release"]]),
    about=lambda asked: str(_release(asked)),
    readers=_readers,
)
def look(asked: Work, progress: Progress) -> dict[str, int]:
    """Let axe look at the pages of each item as they read now, and keep what it found.

    :raises NotPossible: if the browser does not start.
    """
    # Driving a browser takes a fifth of a second to import, which only the worker has to spend.
    from .axe import Looker, NoBrowser

    release, site = _release(asked), Site(here(), fictitious=settings.DEMO)
    keys = release.items.order_by("pk").values_list("pk", flat=True)
    style = site.read("style.css").body
    try:
        with Looker(settings.AXE_BROWSER) as looker:
            for key in progress.each(list(keys)):
                _look_at(key, looker, site, style, at=progress.now())
    except NoBrowser as error:
        words = _("The browser does not start: %(path)s. Tell the administrator of this site.")
        raise NotPossible(words % {"path": error}) from error
    return {"items": progress.done}


def _look_at(key: int, looker: "Looker", site: Site, style: bytes, *, at: datetime) -> None:
    """Keep what axe finds on the pages of one item, unless it was taken out meanwhile."""
    item = ReleaseItem.objects.select_related("release").filter(pk=key).first()
    if item is None or item.is_gone:
        return
    item.content = content = next(contents_of([item], at=at))[1]
    if not content and not item.withdraws:
        return
    day = japan_date(at)
    found = [
        {**asdict(one), "language": language}
        for language in drawing.LANGUAGES
        for one in looker.look(
            drawing.thing(item, language, about=site.about, published_on=day, first_on=day), style
        )
    ]
    kept = {"digest": digest_shown(item, content), "violations": found, "at": at}
    with transaction.atomic():
        if ReleaseItem.objects.select_for_update().filter(pk=key).exists():
            PageLook.objects.update_or_create(item_id=key, defaults=kept)


# The checks


def _standing_look(looked: Looked, item: ReleaseItem, content: dict) -> PageLook | None:
    """Return the look at the pages of an item as they read now."""
    kept = looked.page_looks.get(item.pk)
    return kept if kept and kept.digest == digest_shown(item, content) else None


@check(FOUND, gettext_lazy("Accessibility, by a program (axe)"), of_withdrawn=True, when=is_set)
def accessibility(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """Each rule that the pages break, once, with the pages and screens on which they do."""
    kept = _standing_look(looked, item, content)
    broken = defaultdict(list)
    for one in kept.violations if kept else ():
        broken[one["rule"]].append(one)
    for same in broken.values():
        where = [f"{_LANGUAGES[one['language']]} ({one['width']} px)" for one in same]
        yield _(", ").join(where), _in_words(same[0])


def _in_words(broken: dict) -> str:
    criteria = " ".join(broken["criteria"])
    told = {
        "rule": broken["rule"],
        "criteria": f"WCAG {criteria}" if criteria else _("advised, of no criterion"),
        "count": broken["places"],
        "first": broken["first"],
    }
    return (
        _(
            "The rule “%(rule)s” of axe (%(criteria)s) is broken at %(count)d places, the first: %(first)s. Tell the administrator of this site."
        )
        % told
    )


@check(
    UNSEEN,
    gettext_lazy("Pages that axe has not looked at as they read now"),
    of_withdrawn=True,
    many=True,
    when=is_set,
)
def unseen(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """While a release is put together; what waits or is public was looked at before."""
    is_there = bool(content) or item.withdraws
    if looked.release.state == "draft" and is_there and not _standing_look(looked, item, content):
        yield _("Both pages"), _("axe has not looked at them as they read now. Let it look first.")
