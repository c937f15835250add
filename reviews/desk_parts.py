"""What a member of the subcommittee finds on their desk beside the sheets to be scored."""

from datetime import date

from django.http import HttpRequest

from casework.desk_panels import desk_panel
from casework.parties import Party

from .models import PanelSeat, Rubric, ScoreSheet


def scoring(request: HttpRequest) -> dict | None:
    """How many sheets are handed in, round by round, and by when; conflicts as a number only."""
    seats = PanelSeat.objects.filter(user=request.user).valid_on(request.today)
    lines = [_line(seat, request.user) for seat in seats.select_related("round").order_by("pk")]
    return {"lines": [line for line in lines if line["total"] or line["conflicts"]]}


def _line(seat: PanelSeat, user) -> dict:
    """Return what one seat still asks for; a case with a conflict is counted, never named."""
    sheets = ScoreSheet.objects.expected().visible_to(user).filter(seat=seat)
    states = list(sheets.order_by("pk").values_list("state", flat=True))
    open_sheets = sheets.filter(state="assigned").order_by("pk")
    return {
        "round": seat.round,
        "done": len(states) - states.count("assigned"),
        "total": len(states),
        "next": open_sheets.first(),
        "due_on": _due_on(seat),
        "conflicts": seat.conflicts.standing().count(),
    }


def _due_on(seat: PanelSeat) -> date | None:
    rubric = Rubric.objects.filter(round=seat.round_id).first()
    return rubric.scores_due_on if rubric else None


desk_panel(Party.PANEL, "reviews/desk/scoring.html", scoring, order=10)
