"""The board of a meeting: on the wall, and for a member in their own log-in."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from .board import Audience, board_of, fingerprint
from .models import Meeting, ScoreSheet


@login_required
@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """The board: for the city's people as it hangs on the wall, for a member what is theirs."""
    return render(request, "reviews/board.html", _state(request, *_reader(request, pk)))


@login_required
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the board that asks each second: nothing, or the board anew; others get the page."""
    found, audience = _reader(request, pk)
    if not request.htmx:
        return redirect("reviews:board", pk=pk)
    if unchanged(request, found, audience):
        return HttpResponse(status=204)
    return render(request, "reviews/_board.html", _state(request, found, audience))


def unchanged(request: HttpRequest, found: Meeting, audience: Audience) -> bool:
    """Return whether nothing changed since the page was drawn, which names what it has seen."""
    seen = fingerprint(found, user=request.user, audience=audience)
    return request.GET.get("seen") == seen


def _reader(request: HttpRequest, pk: int) -> tuple[Meeting, Audience]:
    """Return the meeting with who reads; for everybody else there is no such board."""
    found = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    if request.user.has_perm("reviews.read_selection"):
        return found, Audience.WALL
    if request.user.has_perm("reviews.sit_in_meeting", found):
        return found, Audience.MEMBER
    raise Http404


def _state(request: HttpRequest, found: Meeting, audience: Audience) -> dict:
    """Return what the board shows; a member whose sheets are open reads nobody else's."""
    # Taken first: what is written while the board is read makes the next question draw it anew.
    seen = fingerprint(found, user=request.user, audience=audience)
    unfinished = _unfinished(found, request.user) if audience == Audience.MEMBER else []
    read = None if unfinished else board_of(found, user=request.user, audience=audience)
    return {
        "meeting": read.meeting if read else found,  # as it was when the board was read
        "board": read,
        "unfinished": unfinished,
        "member": audience == Audience.MEMBER,
        "seen": seen,
        "live_url": reverse("reviews:board-live", args=[found.pk]),
    }


def _unfinished(found: Meeting, user) -> list[ScoreSheet]:
    """Return the sheets that the member still has to hand in before reading those of others."""
    sheets = ScoreSheet.objects.visible_to(user).filter(seat__user=user, state="assigned")
    of_round = sheets.filter(proposal__round=found.round_id, proposal__state="in_selection")
    return list(of_round.order_by("pk"))
