"""What a selection does when a proposal moves, in the same transaction."""

from datetime import datetime

from django.utils.translation import gettext as _

from casework.calendar import japan_date
from casework.consequences import on
from casework.errors import NotPossible
from casework.services import follow
from grants.models import Proposal

from . import services
from .models import Rubric


@on("proposal", "refer")
def hand_out_sheets(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Give every member without a conflict a sheet; the rubric stays as it is from now on.

    :raises NotPossible: if the round has no criterion or no member, with where to enter it.
    """
    rubric = Rubric.objects.filter(round=proposal.round).first()
    seats = proposal.round.seats.valid_on(japan_date(at)).select_related("user").order_by("pk")
    if missing := _missing(rubric, seats):
        raise NotPossible(
            _(
                "This round cannot select yet: %(missing)s. Enter it on the page “Selection” of %(round)s."
            )
            % {"missing": missing, "round": proposal.round}
        )
    services.freeze(rubric, at=at)
    for seat in seats:
        services.assign(proposal, seat, by=by, at=at)


def _missing(rubric: Rubric | None, seats) -> str:
    missing = []
    if rubric is None or not rubric.criteria.exists():
        missing.append(_("the rubric has no criterion"))
    if not seats:
        missing.append(_("the subcommittee has no member"))
    return _(" and ").join(missing)


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
