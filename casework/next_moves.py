"""What a person may do with a case now, what they may draft, and why a button is not there."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from . import approvals, services
from .flow import Move, Text
from .models import Approval, Case
from .parties import Party, in_words

NOT_ALONE = _lazy("This is decided for a whole list at once, and drafted on the page of that list.")


@dataclass(frozen=True, slots=True)
class NextMoves:
    """The box at the head of a case page.

    :param moves: can be made now.
    :param drafts: can be drafted now, for an approver to decide (起案).
    :param refused: (label, why) of what this person could make, but not now.
    :param waiting: the draft the case waits in.
    """

    moves: list[Move] = field(default_factory=list)
    drafts: list[Move] = field(default_factory=list)
    refused: list[tuple[Text, Text]] = field(default_factory=list)
    waiting: Approval | None = None


def next_moves(case: Case, user, *, at: datetime) -> NextMoves:
    """Sort the moves from where ``case`` stands as they concern ``user``."""
    found = NextMoves(waiting=approvals.waiting_draft(case))
    for move in case.moves_from_here():
        if move.only_follows:
            continue
        if move.by_approval:
            _sort_decision(found, case, move, user, at)
        elif services.may(user, move, case):
            _sort(found.moves, found, case, move, at)
    return found


def _sort_decision(found: NextMoves, case: Case, move: Move, user, at: datetime) -> None:
    if not user.has_perm("casework.draft_approval"):
        if services.may(user, move, case):
            found.refused.append((move.label, services.NEEDS_APPROVAL))
    elif not move.alone:
        found.refused.append((move.label, NOT_ALONE))
    elif found.waiting:
        found.refused.append((move.label, _("The case already waits in a draft.")))
    else:
        _sort(found.drafts, found, case, move, at)


def _sort(possible: list[Move], found: NextMoves, case: Case, move: Move, at: datetime) -> None:
    if why := services.refusal(case, move, at=at):
        found.refused.append((move.label, why))
    else:
        possible.append(move)


def acts_for(user, case: Case) -> list[str]:
    """Return for which of the parties that hold ``case`` now ``user`` can act."""
    duties = user.duties
    mine = {
        Party.ORGANIZATION: duties.edits(case.organization_id),
        Party.DEPARTMENT: case.department_id in duties.departments,
    }
    return [party for party in case.stage.holders if mine.get(party, duties.holds(party))]


def what_to_do(case: Case, user) -> Text:
    """Return the sentence at the head of the page: what to do, or for whom the case waits."""
    if acts_for(user, case):
        return case.stage.todo
    if case.closed_at:
        return _("This is closed. Nothing more is expected.")
    if not case.stage.holders:
        return _("Nothing is expected of anybody here now.")
    parties = in_words(case.stage.holders)
    return _("This now waits for: %(parties)s. You need not do anything.") % {"parties": parties}
