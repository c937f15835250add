"""Who meets a proposal by its sheet alone: in a blind round no member opens the proposal itself.

Nothing is masked page by page. What was filed is shown beside the sheet, which names no group; the
case of the proposal, with all that hangs on it, is not opened to the members: its page and versions,
its letters and notices, its dates and its place in every list. A door made later is closed, too.
Free text, titles and files stay as the group wrote them, and the page of the sheet says so.
"""

from datetime import datetime

from accounts.models import User
from accounts.services.people import system_user
from casework.models import Case
from grants.models import Proposal

from .models import Rubric, ScoreSheet

#: What the history of a sheet calls the people of the group.
THE_GROUP = "団体"


def hides_who_applies(proposal: Proposal) -> bool:
    """Return whether the members of the round of ``proposal`` do not see who applies."""
    return Rubric.objects.filter(round=proposal.round_id, blind=True).exists()


def opened_with(sheet: ScoreSheet) -> list[Case]:
    """Return the cases that a member may read for scoring ``sheet``."""
    opened = [sheet, sheet.proposal]
    return opened[:1] if hides_who_applies(sheet.proposal) else opened


def known_as(proposal: Proposal, person: User, *, at: datetime) -> User:
    """Return who the sheets of ``proposal`` say moved it: in a blind round nobody of the group."""
    group = proposal.organization.members.filter(pk=person.pk)
    if hides_who_applies(proposal) and group.exists():
        return system_user("group", at=at, known_as=THE_GROUP)
    return person
