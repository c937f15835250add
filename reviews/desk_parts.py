"""What members of the subcommittee and the office find on their desks about a selection."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from casework.desk_notes import desk_notes
from casework.desk_panels import desk_panel
from casework.flow import Text
from casework.parties import Party

from .conflict_views import seen_by
from .handing_out import waiting_rounds
from .models import Meeting, PanelSeat, ScoreSheet


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


def handed_in(sheets: list[ScoreSheet], at: datetime) -> dict[int, Text]:
    """Return what a member can still do with a sheet that was handed in."""
    words = _(
        "You have handed in this sheet. To change something, ask the office to open it again."
    )
    return {sheet.pk: words for sheet in sheets if sheet.state == "submitted"}


def possible(request: HttpRequest) -> dict | None:
    """The rounds in which possible conflicts of interest wait for an answer, with how many."""
    waiting = seen_by(request.user).waiting().select_related(None)
    rounds = waiting.values("seat__round", "seat__round__name").annotate(number=Count("pk"))
    listed = list(rounds.order_by("seat__round"))
    return {"rounds": listed} if listed else None


def coming_meetings(request: HttpRequest) -> dict | None:
    """The meetings that are open now or planned, of the rounds in which the member has a seat."""
    held = PanelSeat.objects.filter(user=request.user).valid_on(request.today)
    rows = Meeting.objects.to_come(request.today).filter(round__in=held.values("round"))
    listed = list(rows.select_related("round").order_by("held_on", "pk"))
    return {"meetings": listed} if listed else None


def handing_out(request: HttpRequest) -> dict | None:
    """The rounds in which score sheets wait to be handed out."""
    rounds = waiting_rounds(request.user, day=request.today)
    return {"rounds": rounds} if rounds else None


desk_notes(ScoreSheet.KIND, Party.PANEL, handed_in)
desk_panel(Party.OFFICE, "reviews/desk/handing_out.html", handing_out, order=13)
desk_panel(Party.OFFICE, "reviews/desk/possible_conflicts.html", possible, order=12)
desk_panel(Party.PANEL, "reviews/desk/scoring.html", scoring, order=10)
desk_panel(Party.PANEL, "reviews/desk/meeting.html", coming_meetings, order=5)
