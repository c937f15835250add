"""What a selection does when a proposal moves, in the same transaction."""

from datetime import datetime

from casework.calendar import japan_date
from casework.consequences import on
from casework.errors import NotPossible
from casework.services import follow
from grants.models import Proposal

from . import blinding, possible_conflicts, services
from .models import Assignment, Rubric
from .readiness import unready


@on("proposal", "refer")
def hand_out_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Give a sheet to every member without a conflict, also a possible one; keep the rubric as it is.

    Where the rubric spreads the work or leaves it to the office, nobody gets one by itself.

    :raises NotPossible: if the rubric was changed meanwhile and lacks something now.
    """
    rubric = Rubric.objects.select_for_update().get(round=proposal.round)
    if why := unready(proposal, at=at):  # asked again, now that nobody can change the rubric
        raise NotPossible(why)
    services.freeze(rubric, at=at)
    seats = proposal.round.seats.valid_on(japan_date(at)).select_related("user").order_by("pk")
    possible_conflicts.find(proposal.round, proposals=[proposal], seats=seats, at=at)
    if rubric.assignment != Assignment.ALL:
        return  # the office hands them out
    for seat in seats:
        services.assign(proposal, seat, by=by, at=at)


@on("proposal", "select", "reserve", "decline")
def close_the_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Count the sheets that came and drop those that did not."""
    for sheet in proposal.sheets.filter(closed_at=None).order_by("pk"):
        verb = "conclude" if sheet.state == "submitted" else "drop"
        follow(sheet, verb, cause=proposal, by=by, at=at)


@on("proposal", "reconsider")
def open_the_count_again(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Let the sheets that were counted be opened again; what never came stays dropped.

    Taken out is a sheet whose member has a conflict of interest that was recorded since.
    """
    excluded = set(proposal.conflicts.standing().values_list("seat", flat=True))
    for sheet in proposal.sheets.filter(state="counted").order_by("pk"):
        follow(sheet, "recount", cause=proposal, by=by, at=at)
        if sheet.seat_id in excluded:
            follow(sheet, "recuse", cause=proposal, by=by, at=at)


@on("proposal", "withdraw")
def drop_the_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    by = blinding.known_as(proposal, by, at=at)
    for sheet in proposal.sheets.filter(closed_at=None).order_by("pk"):
        follow(sheet, "drop", cause=proposal, by=by, at=at)
