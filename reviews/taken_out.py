"""The sheets that were taken out of a round for a conflict of interest, as the record says it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from casework.models import Event
from grants.models import Round

from .models import Conflict, ScoreSheet


@dataclass(frozen=True, slots=True)
class TakenOut:
    """One sheet that counts nowhere any more.

    :param after_scoring: whether it was handed in before; its points are kept, and count nowhere.
    :param conflict: what stands between the member and the proposal.
    """

    sheet: ScoreSheet
    at: datetime
    after_scoring: bool
    conflict: Conflict | None


def taken_out(round: Round, user: User) -> list[TakenOut]:
    """Return the sheets of ``round`` that are taken out and that ``user`` may see, the newest first."""
    seen = ScoreSheet.objects.visible_to(user).filter(proposal__round=round, state="recused")
    sheets = {s.pk: s for s in seen.select_related("seat__user", "proposal")}
    standing = Conflict.objects.standing().filter(seat__round=round).select_related("by", "seat")
    why = {(c.seat_id, c.proposal_id): c for c in standing}
    events = Event.objects.filter(case__in=sheets, verb="recuse").order_by("pk")
    last = {event.case_id: event for event in events}
    rows = sorted(last.values(), key=lambda event: event.pk, reverse=True)
    return [_row(sheets[event.case_id], event, why) for event in rows]


def _row(sheet: ScoreSheet, event: Event, why: dict[tuple[int, int], Conflict]) -> TakenOut:
    conflict = why.get((sheet.seat_id, sheet.proposal_id))
    return TakenOut(sheet, event.at, event.source == "submitted", conflict)
