"""What a selection does when a proposal moves, in the same transaction."""

from datetime import datetime

from casework.calendar import japan_date
from casework.consequences import on
from casework.errors import NotPossible
from casework.services import follow
from grants.models import Proposal

from . import possible_conflicts, services
from .models import Rubric
from .readiness import unready


@on("proposal", "refer")
def hand_out_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Give a sheet to every member without a conflict, also a possible one; keep the rubric as it is.

    :raises NotPossible: if the rubric was changed meanwhile and lacks something now.
    """
    rubric = Rubric.objects.select_for_update().get(round=proposal.round)
    if why := unready(proposal, at=at):  # asked again, now that nobody can change the rubric
        raise NotPossible(why)
    services.freeze(rubric, at=at)
    seats = proposal.round.seats.valid_on(japan_date(at)).select_related("user").order_by("pk")
    possible_conflicts.find(proposal.round, proposals=[proposal], seats=seats, at=at)
    for seat in seats:
        services.assign(proposal, seat, by=by, at=at)


@on("proposal", "select", "reserve", "decline")
def close_the_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Count the sheets that came and drop those that did not."""
    for sheet in proposal.sheets.filter(closed_at=None).order_by("pk"):
        verb = "conclude" if sheet.state == "submitted" else "drop"
        follow(sheet, verb, cause=proposal, by=by, at=at)


@on("proposal", "withdraw")
def drop_the_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    for sheet in proposal.sheets.filter(closed_at=None).order_by("pk"):
        follow(sheet, "drop", cause=proposal, by=by, at=at)
