"""What was frozen for a release and is there no more: of one that was stopped, and what was destroyed.

The digest stays, so that what was signed can still be told from anything else.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from casework.consequences import on
from casework.notice_words import in_words
from reporting import withdrawn_reports
from reporting.models import Action, Release, ReleaseItem


@on("release", "stop")
def keep_no_words(release: Release, *, by, at: datetime, facts: dict) -> None:
    """Empty what nobody will read; so the publication stands stopped, and is put together anew if need be."""
    release.items.update(content=None)


def gone_of(release: Release) -> set[int]:
    """Return the items of a release of which :func:`why_gone` says something, without their contents."""
    if release.state == "draft":
        return set()
    items = release.items.filter(content__isnull=True).exclude(action=Action.WITHDRAW)
    return set(items.values_list("pk", flat=True))


def why_gone(item: ReleaseItem) -> str:
    """Say that what was frozen is not kept any more; empty where it is."""
    if not item.is_gone:
        return ""
    day = withdrawn_reports.destroyed_on(item)
    if day is None:
        return _("Its words are not kept here any more.")
    said = _("The retention period was over: what was written here was destroyed on %(day)s.")
    return said % {"day": in_words(day)}
