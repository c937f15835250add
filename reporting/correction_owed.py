"""Whether a public report owes its readers a correction: what would be released now is not what was.

Text that is saved asks for one by its edit number. What changes beside the text, the day on which the
committee received the report and which of its comments may be read, asks for one here.
"""

from datetime import datetime

from .models import CollaborationReport, Kind, PublicEntry
from .models.collaboration import PUBLIC
from .publishing.contents import thing
from .publishing.difference import would_change


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
    return would_change(entry, thing(Kind.REPORT, key, at=at).content)
