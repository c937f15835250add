"""Whether a public report owes its readers a correction: what would be released now is not what was.

Text that is saved asks for one by its edit number. What changes beside the text asks for one here: the
day on which the committee received the report, which of its comments may be read, what came of the
measures, and the photos. A photo that somebody objected to is gone at once, so that nothing is owed.
"""

from datetime import datetime

from .models import CollaborationReport, Kind, PublicEntry
from .models.collaboration import PUBLIC
from .public_photos import READ, standing, to_be_seen
from .publishing.contents import thing
from .publishing.difference import between


def ask_for_a_correction(report: CollaborationReport, *, at: datetime) -> None:
    """Let a public report ask for a correction exactly if the public would read something else.

    :param report: locked by the caller, with what changed on record.
    """
    if report.state not in PUBLIC:
        return
    if not _differs(report, at=at):
        report.public_edit_number = report.edit_number
    elif not report.has_correction:
        report.edit_number += 1  # a page that was loaded before does not save over it
    report.save(update_fields=["edit_number", "public_edit_number"])


def _differs(report: CollaborationReport, *, at: datetime) -> bool:
    key = str(report.pk)
    entry = PublicEntry.objects.filter(kind=Kind.REPORT, key=key).select_related("item").first()
    if entry is None:
        return True
    now, then = entry.item.content or {}, thing(Kind.REPORT, key, at=at).content
    told = now.get("text", {})
    return any(
        between(
            _with_photos(now, standing(told)),
            _with_photos(then, to_be_seen(then["text"], after=told)),
        )
    )


def _with_photos(content: dict, photos: list[dict]) -> dict:
    """Return a content with these photos alone, and of each what the public reads."""
    read = [{name: photo[name] for name in READ} for photo in photos]
    return content | {"text": content.get("text", {}) | {"photos": read}}
