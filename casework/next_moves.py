"""What a person may do with a case now, what they may draft, and why a button is not there."""

from dataclasses import dataclass, field
from datetime import datetime

import rules
from django.utils.translation import gettext as _

from . import approvals, services
from .desk_notes import notes_on
from .flow import Move, Text
from .list_decisions import NOT_ALONE
from .models import Case
from .parties import Party, in_words, is_reached, uses_paper


@dataclass(frozen=True, slots=True)
class NextMoves:
    """The box at the head of a case page.

    :param moves: can be made now.
    :param drafts: can be drafted now, for an approver to decide (起案).
    :param refused: (label, why) of what this person could make, but not now.
    :param waits: whether the case waits in a draft.
    """

    moves: list[Move] = field(default_factory=list)
    drafts: list[Move] = field(default_factory=list)
    refused: list[tuple[Text, Text]] = field(default_factory=list)
    waits: bool = False


def next_moves(case: Case, user, *, at: datetime) -> NextMoves:
    """Sort the moves from where ``case`` stands as they concern ``user``."""
    found = NextMoves(waits=approvals.waits_in_draft(case))
    for move in case.moves_from_here():
        if move.only_follows or move.extends:
            continue
        if move.by_approval:
            _sort_decision(found, case, move, user, at)
        elif services.may(user, move, case):
            _sort(found.moves, found, case, move, at, by=user)
    return found


def _sort_decision(found: NextMoves, case: Case, move: Move, user, at: datetime) -> None:
    if not rules.has_perm("casework.draft_approval", user):
        if services.may(user, move, case):
            found.refused.append((move.label, services.NEEDS_APPROVAL))
    elif not move.alone:
        found.refused.append((move.label, NOT_ALONE))
    elif found.waits:
        found.refused.append((move.label, _("The case already waits in a draft.")))
    else:
        _sort(found.drafts, found, case, move, at)


def _sort(
    possible: list[Move], found: NextMoves, case: Case, move: Move, at: datetime, by=None
) -> None:
    if why := services.refusal(case, move, at=at, by=by):
        found.refused.append((move.label, why))
    else:
        possible.append(move)


def acts_for(user, case: Case) -> list[str]:
    """Return for which of the parties that hold ``case`` now ``user`` can act."""
    return [party for party in case.stage.holders if _acts_as(user, party, case)]


def _acts_as(user, party: str, case: Case) -> bool:
    if party == Party.ORGANIZATION:
        return user.duties.edits(case.organization_id) or enters_paper(user, case)
    if party == Party.DEPARTMENT:
        return case.department_id in user.duties.departments
    return user.duties.holds(party)


def enters_paper(user, case: Case) -> bool:
    """Return whether ``user``, of the office, enters now what the group of ``case`` hands in."""
    return (
        Party.ORGANIZATION in case.stage.holders
        and user.duties.holds(Party.OFFICE)
        and uses_paper(case, day=user.acting_on)
    )


def what_to_do(case: Case, user, *, draft_state: str | None = None) -> Text:
    """Return the sentence at the head of the page: what to do, or for whom the case waits.

    :param draft_state: of the draft the case waits in, where ``user`` may know of it.
    """
    if draft_state and (Party.OFFICE in case.stage.holders or not case.stage.holders):
        return _of_draft(draft_state)
    if not user.duties.edits(case.organization_id) and enters_paper(user, case):
        return _on_paper(case, user)
    if acts_for(user, case):
        return case.stage.todo
    if case.closed_at:
        return _("This is closed. Nothing more is expected.")
    if not case.stage.holders:
        return _("Nothing is expected of anybody here now.")
    parties = in_words(case.stage.holders, by_paper=case.waits_by_paper)
    return _("This now waits for: %(parties)s. You need not do anything.") % {"parties": parties}


def _of_draft(state: str) -> str:
    if state == "drafted":
        return _("This waits for the approver’s decision (決裁待ち).")
    return _("The draft of this decision was sent back. The office submits it again, or drops it.")


def _on_paper(case: Case, user) -> str:
    """Say to the office what it enters for the group, and how the group gets to know."""
    how = (
        _("This came on paper: enter here what the group hands in on paper.")
        if is_reached(case, user.acting_on)
        else _(
            "This group has no log-in: ask it by post or telephone, and enter here what it hands in."
        )
    )
    return f"{how} {_('The group has to do this: %(todo)s') % {'todo': case.stage.todo}}"


def note_for(case: Case, user, *, at: datetime, in_draft: bool = False) -> Text | None:
    """Return what an app says to one of the parties that ``user`` acts for, holders first.

    :param in_draft: whether a draft waits to decide on the case; the office then does nothing.
    """
    if not user.duties.edits(case.organization_id) and enters_paper(user, case):
        return None
    parties = dict.fromkeys([*case.stage.holders, *Party.values])
    for party in parties:
        if (in_draft and party == Party.OFFICE) or not _acts_as(user, party, case):
            continue
        if note := notes_on([case], party, at=at).get(case.pk):
            return note
    return None
