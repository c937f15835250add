"""Pages of the office about a meeting: plan it, run it, write down what was said."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework.calendar import JAPAN
from casework.edit_numbers import StaleDraft
from casework.views.answers import attempt, done
from grants.models import Proposal, Round

from . import meetings
from .board import Audience, board_of, fingerprint
from .board_views import unchanged
from .meeting_forms import MeetingForm, NoteForm
from .models import AgendaItem, Attendance, Meeting, PanelSeat, RoomExit
from .views import sent


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a meeting about what is in selection."""
    require(request.user, "reviews.run_selection")
    round = get_object_or_404(Round, pk=pk)
    form, made = MeetingForm(sent(request), round=round), []
    if done(form, lambda: made.append(
        meetings.plan(round, **form.cleaned_data, by=request.user, at=request.now)
    )):  # fmt: skip
        messages.success(request, _("The meeting is planned."))
        return redirect("reviews:meeting", pk=made[0].pk)
    back = reverse("reviews:selection", args=[round.pk])
    return _form_page(request, form, _trail(round), _("Plan a meeting"), back)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter day, place, chair, quorum and minutes anew."""
    require(request.user, "reviews.run_selection")
    found = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    form = MeetingForm(sent(request), round=found.round, instance=found)
    if done(form, lambda: meetings.change(
        found, **form.cleaned_data, by=request.user, at=request.now
    )):  # fmt: skip
        messages.success(request, _("The meeting is changed."))
        return redirect("reviews:meeting", pk=pk)
    back = reverse("reviews:meeting", args=[pk])
    trail = [*_trail(found.round), (back, _("Meeting"))]
    return _form_page(request, form, trail, _("Change the meeting"), back)


def _form_page(request: HttpRequest, form, trail: list, title: str, back: str) -> HttpResponse:
    context = {
        "form": form, "title": title, "submit": _("Save"), "back": back,
        "trail": [*trail, ("", title)],
    }  # fmt: skip
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)


def _trail(round: Round) -> list[tuple[str, str]]:
    return [
        (reverse("reviews:rounds"), _("Selections")),
        (reverse("reviews:selection", args=[round.pk]), str(round)),
    ]


@login_required
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a meeting; once it is closed, its record."""
    require(request.user, "reviews.read_selection")
    found = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    context = _state(request, found)
    lines = context["board"].lines
    context |= {
        "notes": [(line, _note_form(line.item)) for line in lines],
        "attendances": _attendances(found),
        "exits": _exits(found, [line.item.pk for line in lines]),
        "trail": [*_trail(found.round), ("", _("Meeting"))],
    }
    return render(request, "reviews/meeting.html", context)


def _state(request: HttpRequest, found: Meeting) -> dict:
    """Return what the live part of the page shows."""
    # Taken first: what is written while the board is read makes the next question draw it anew.
    seen = fingerprint(found, user=request.user, audience=Audience.OFFICE)
    board = board_of(found, user=request.user, audience=Audience.OFFICE)
    return {
        "board": board,
        "meeting": board.meeting,
        "seen": seen,
        "runs": request.user.has_perm("reviews.run_selection"),
        "phases": AgendaItem.Phase.choices,
        "live_url": reverse("reviews:meeting-live", args=[found.pk]),
    }


def _attendances(found: Meeting):
    rows = Attendance.objects.filter(meeting=found).select_related("seat__user", "by")
    return rows.order_by("arrived_at", "pk")


def _exits(found: Meeting, items: list[int]):
    rows = RoomExit.objects.filter(item__in=items).select_related("seat__user", "by")
    return rows.select_related("item__proposal").order_by("left_at", "pk")


@login_required
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the page that asks each second: nothing, or its live part anew; others get the page."""
    require(request.user, "reviews.read_selection")
    found = get_object_or_404(Meeting, pk=pk)
    if not request.htmx:
        return redirect("reviews:meeting", pk=pk)
    if unchanged(request, found, Audience.OFFICE):
        return HttpResponse(status=204)
    return render(request, "reviews/_meeting_live.html", _state(request, found))


# What the buttons do

Act = Callable[[HttpRequest, Meeting], object]


def _whole(service) -> Act:
    return lambda request, found: service(found, by=request.user, at=request.now)


def _item(service, **facts) -> Act:
    return lambda request, found: service(
        _posted_item(request, found), **facts, by=request.user, at=request.now
    )


def _member(service) -> Act:
    return lambda request, found: service(
        found, seat=_posted_seat(request, found), by=request.user, at=request.now
    )


def _item_and_member(service) -> Act:
    return lambda request, found: service(
        _posted_item(request, found), seat=_posted_seat(request, found), by=request.user,
        at=request.now,
    )  # fmt: skip


def _start(request: HttpRequest, found: Meeting):
    return meetings.start_phase(
        _posted_item(request, found), phase=request.POST.get("phase", ""), by=request.user,
        at=request.now,
    )  # fmt: skip


def _close(request: HttpRequest, found: Meeting):
    """Close the meeting; where items are left, the person says that it ends without them."""
    without = _number(request, "without")
    return meetings.close_meeting(found, without=without, by=request.user, at=request.now)


def _posted_item(request: HttpRequest, found: Meeting) -> AgendaItem:
    seen = Proposal.objects.visible_to(request.user).values("pk")
    rows = found.items.filter(proposal__in=seen).select_related("meeting")
    return get_object_or_404(rows, pk=_number(request, "item"))


def _posted_seat(request: HttpRequest, found: Meeting) -> PanelSeat:
    seats = PanelSeat.objects.filter(round=found.round_id).select_related("user")
    return get_object_or_404(seats, pk=_number(request, "seat"))


def _number(request: HttpRequest, name: str) -> int:
    return key_in(request.POST.get(name, "")) or 0


ACTS: dict[str, Act] = {
    "add": _whole(meetings.add_items),
    "open": _whole(meetings.open_meeting),
    "close": _close,
    "up": _item(meetings.move_item, up=True),
    "down": _item(meetings.move_item, up=False),
    "begin": _item(meetings.begin_item),
    "end": _item(meetings.end_item),
    "start": _start,
    "stop": _item(meetings.stop_phase),
    "arrive": _member(meetings.arrive),
    "leave": _member(meetings.leave),
    "out": _item_and_member(meetings.step_out),
    "back": _item_and_member(meetings.come_back),
}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do what a button of the page says; htmx gets the live part, everybody else the page."""
    require(request.user, "reviews.run_selection")
    found = get_object_or_404(Meeting, pk=pk)
    if verb not in ACTS:
        raise Http404
    attempt(request, lambda: ACTS[verb](request, found), _("Recorded."))
    if request.htmx:
        return render(request, "reviews/_meeting_live.html", _state(request, found))
    return redirect("reviews:meeting", pk=pk)


# The note of an item


def _note_form(item: AgendaItem, data=None) -> NoteForm:
    initial = {"edit_number": item.edit_number, "text": item.note}
    return NoteForm(data, initial=initial, auto_id=f"id_note{item.pk}_%s")


@login_required
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was said about one item; an older window never overwrites a newer note."""
    require(request.user, "reviews.run_selection")
    seen = Proposal.objects.visible_to(request.user).values("pk")
    rows = AgendaItem.objects.filter(proposal__in=seen)
    item = get_object_or_404(rows.select_related("meeting__round", "proposal"), pk=pk)
    form = _note_form(item, sent(request))
    if request.method == "POST":
        return _save_note(request, item, form)
    return _note_page(request, item, form)


def _save_note(request: HttpRequest, item: AgendaItem, form: NoteForm) -> HttpResponse:
    by_itself = bool(request.headers.get("X-Autosave"))
    if not form.is_valid():
        return JsonResponse({}, status=422) if by_itself else _note_page(request, item, form, 422)
    try:
        saved = meetings.save_note(item, **form.cleaned_data, by=request.user, at=request.now)
    except StaleDraft:
        if by_itself:
            return JsonResponse({}, status=409)
        item.refresh_from_db()
        form.data = form.data.copy()
        form.data["edit_number"] = str(item.edit_number)
        return _note_page(request, item, form, 409)
    if by_itself:
        at = f"{timezone.localtime(request.now, JAPAN):%H:%M}"
        return JsonResponse({"edit_number": saved.edit_number, "saved_at": at})
    messages.success(request, _("The note is saved."))
    return redirect(f"{reverse('reviews:meeting', args=[item.meeting_id])}#note-{item.pk}")


def _note_page(
    request: HttpRequest, item: AgendaItem, form: NoteForm, status: int = 200
) -> HttpResponse:
    """Show the form; in a stale window, what is stored stands beside what was typed."""
    back = reverse("reviews:meeting", args=[item.meeting_id])
    context = {
        "item": item, "form": form, "stale": status == 409, "back": back,
        "trail": [*_trail(item.meeting.round), (back, _("Meeting")), ("", _("Note of the item"))],
    }  # fmt: skip
    return render(request, "reviews/meeting_note.html", context, status=status)
