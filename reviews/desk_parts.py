"""What members of the subcommittee and the office find on their desks about a selection."""

from collections import defaultdict

from django.db.models import Count, Q
from django.http import HttpRequest

from casework.desk_panels import desk_panel
from casework.parties import Party

from .conflict_views import seen_by
from .models import PanelSeat, ScoreSheet


def scoring(request: HttpRequest) -> dict:
    """How far the member is in each round that is not decided yet; conflicts as a number only."""
    sheets = ScoreSheet.objects.expected().visible_to(request.user)
    by_seat = defaultdict(list)
    for sheet in sheets.filter(seat__user=request.user).order_by("pk"):
        by_seat[sheet.seat_id].append(sheet)
    lines = [_line(seat, by_seat[seat.pk]) for seat in _seats(request)]
    return {"lines": [line for line in lines if line["under_way"] or line["conflicts"]]}


def _seats(request: HttpRequest):
    standing = Count(
        "conflicts",
        filter=Q(conflicts__lifted_at=None, conflicts__proposal__state="in_selection"),
    )
    held = PanelSeat.objects.filter(user=request.user).valid_on(request.today)
    return held.annotate(recused=standing).select_related("round__rubric").order_by("pk")


def _line(seat: PanelSeat, sheets: list[ScoreSheet]) -> dict:
    """Return what one seat still asks for; a case with a conflict is counted, never named."""
    to_score = [sheet for sheet in sheets if sheet.state == "assigned"]
    rubric = getattr(seat.round, "rubric", None)
    return {
        "round": seat.round,
        "done": len(sheets) - len(to_score),
        "total": len(sheets),
        "under_way": any(sheet.closed_at is None for sheet in sheets),
        "next": to_score[0] if to_score else None,
        "due_on": rubric and rubric.scores_due_on,
        "conflicts": seat.recused,
    }


def possible(request: HttpRequest) -> dict | None:
    """The rounds in which possible conflicts of interest wait for an answer, with how many."""
    waiting = seen_by(request.user).waiting().select_related(None)
    rounds = waiting.values("seat__round", "seat__round__name").annotate(number=Count("pk"))
    listed = list(rounds.order_by("seat__round"))
    return {"rounds": listed} if listed else None


desk_panel(Party.OFFICE, "reviews/desk/possible_conflicts.html", possible, order=12)
desk_panel(Party.PANEL, "reviews/desk/scoring.html", scoring, order=10)
