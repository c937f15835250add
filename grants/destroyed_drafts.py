"""Drafts that were never filed and whose words were destroyed: an empty row, and since when."""

from datetime import date

from django.utils.translation import gettext as _

from casework import destruction, notice_words

from .models import Proposal

#: The class of retention that destroys them.
CLASS = "drafts"
#: Stands where the title stood; stored, so in Japanese for everyone.
TITLE = "（廃棄済み）"


def destroyed_on(proposal: Proposal) -> date | None:
    """Return the Japan date on which the words of a draft were destroyed, if they were."""
    return destruction.destroyed_on(CLASS, proposal.pk) if proposal.title == TITLE else None


def in_words(day: date) -> str:
    """Say what its group finds in the place of what it wrote."""
    words = _("The retention period was over: what was written here was destroyed on %(day)s.")
    return words % {"day": notice_words.in_words(day)}
