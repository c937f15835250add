"""What happens in a meeting of the subcommittee: its order, who is there, who leaves the room."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import require
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from grants.models import Proposal, Round

from .barring import barred_members, refuse_hidden
from .models import AgendaItem, Attendance, Meeting, PanelSeat, RoomExit

#: What the office enters about a meeting; what is left out is "not set".
SAID = ("held_on", "place", "chair", "quorum", "presentation_minutes", "question_minutes")
#: Minutes: a working day. Who types more meant something else.
MOST_MINUTES = 480


@transaction.atomic
def plan(round: Round, *, by, at: datetime, **said) -> Meeting:
    """Plan a meeting about all proposals of ``round`` that are in selection, by their numbers.

    :param said: fields named in ``SAID``; ``held_on`` (Japan date) has to be there.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the proposals.
    :raises ValidationError: if what is said contradicts itself.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    meeting = Meeting(round=round)
    _say(meeting, said)
    _append(meeting, by=by)
    return meeting


@transaction.atomic
def change(meeting: Meeting, *, by, at: datetime, **said) -> Meeting:
    """Enter day, place, chair, quorum and minutes anew; what is left out is "not set".

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the meeting is closed, or what is said contradicts itself.
    """
    meeting = _locked(meeting, by=by, at=at)
    _say(meeting, said)
    return meeting


def _say(meeting: Meeting, said: dict) -> None:
    for name in SAID:
        setattr(meeting, name, said.pop(name, meeting._meta.get_field(name).get_default()))
    if said:
        raise TypeError(f"A meeting has no {', '.join(said)}.")
    if meeting.chair and meeting.chair.round_id != meeting.round_id:
        raise ValidationError(_("The chair has to have a seat in this round."))
    meeting.full_clean()
    _refuse_out_of_reach(meeting)
    meeting.save()


def _refuse_out_of_reach(meeting: Meeting) -> None:
    """Refuse a quorum that nobody can reach, and minutes that no meeting has.

    A meeting may be planned before the seats are given: then nothing is known of its quorum.
    """
    wrong: dict[str, str] = {}
    given = PanelSeat.objects.filter(round=meeting.round_id)
    seats = given.valid_on(meeting.held_on).count()
    if meeting.quorum and meeting.quorum > seats and given.exists():
        wrong["quorum"] = ngettext(
            "Only %(seats)d member has a seat in this round on that day.",
            "Only %(seats)d members have a seat in this round on that day.",
            seats,
        ) % {"seats": seats}
    for name in ("presentation_minutes", "question_minutes"):
        if (getattr(meeting, name) or 0) > MOST_MINUTES:
            wrong[name] = _("At most %(most)d minutes.") % {"most": MOST_MINUTES}
    if wrong:
        raise ValidationError(wrong)


def _locked(meeting: Meeting, *, by, at: datetime, running: bool = False) -> Meeting:
    """Lock a meeting that is not closed, for somebody of the office.

    :param running: whether it has to be open.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.closed_at:
        raise ValidationError(_("The meeting is closed: its record stays as it is."))
    if running and not meeting.opened_at:
        raise ValidationError(_("Open the meeting first."))
    return meeting


# The order of discussion


@transaction.atomic
def add_items(meeting: Meeting, *, by, at: datetime) -> int:
    """Put what was referred since at the end of the order; return how many there were.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet one of the proposals.
    :raises ValidationError: if the meeting is closed.
    """
    return _append(_locked(meeting, by=by, at=at), by=by)


def not_on_the_agenda(meeting: Meeting):
    """Return the proposals in selection that the order of the meeting lacks."""
    in_selection = Proposal.objects.filter(round=meeting.round_id, state="in_selection")
    return in_selection.exclude(agenda_items__meeting=meeting).order_by("number", "pk")


def taken_up_elsewhere(meeting: Meeting):
    """Return the items of other meetings of the round that are to come, or that began there."""
    others = AgendaItem.objects.filter(meeting__round=meeting.round_id).exclude(meeting=meeting)
    return others.filter(Q(meeting__closed_at=None) | Q(began_at__isnull=False))


def _append(meeting: Meeting, *, by) -> int:
    added = list(not_on_the_agenda(meeting))
    refuse_hidden(added, by)
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    for position, proposal in enumerate(added, last + 1):
        AgendaItem.objects.create(meeting=meeting, proposal=proposal, position=position)
    return len(added)


@transaction.atomic
def move_item(item: AgendaItem, *, up: bool, by, at: datetime) -> AgendaItem:
    """Let an item change places with the one before it, or after it, that ``by`` may meet.

    At the end of the order nothing changes.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the meeting is closed.
    """
    item = _locked_item(item, by=by, at=at)
    seen = Proposal.objects.visible_to(by).values("pk")
    others = item.meeting.items.filter(proposal__in=seen).exclude(pk=item.pk)
    if up:
        other = others.filter(position__lt=item.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=item.position).order_by("position").first()
    if other is not None:
        item.position, other.position = other.position, item.position
        item.save(update_fields=["position"])
        other.save(update_fields=["position"])
    return item


def _locked_item(item: AgendaItem, *, by, at: datetime, running: bool = False) -> AgendaItem:
    """Lock the meeting of an item, and return the item as it is now.

    :raises PermissionDenied: if ``by`` must not meet the proposal.
    """
    meeting = _locked(item.meeting, by=by, at=at, running=running)
    found = AgendaItem.objects.select_related("proposal").get(pk=item.pk)
    refuse_hidden([found.proposal], by)
    found.meeting = meeting
    return found


# From the opening to the closing


@transaction.atomic
def open_meeting(meeting: Meeting, *, by, at: datetime) -> Meeting:
    """Open a meeting; whether the quorum is reached is shown, not asked for: people come late.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it is open or closed, its order is empty, or another one runs.
    """
    meeting = _locked(meeting, by=by, at=at)
    if meeting.opened_at:
        raise ValidationError(_("The meeting is open already."))
    if not meeting.items.exists():
        raise ValidationError(_("Set the order of discussion first."))
    meeting.opened_at = at
    try:
        with transaction.atomic():
            meeting.save(update_fields=["opened_at"])
    except IntegrityError as error:  # meeting_runs_once_a_round
        raise ValidationError(
            _("Another meeting of this round is open. Close it first.")
        ) from error
    return meeting


@transaction.atomic
def close_meeting(meeting: Meeting, *, without: int = 0, by, at: datetime) -> Meeting:
    """Close a meeting for good; whoever is still there, or out of the room, is recorded until now.

    :param without: without how many items at most it ends, as a person said; of those that ``by``
        may meet.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it is not open, more items are still to come, or an item is before
        the room: somebody says that the item has ended, so that its end is not taken from the end
        of the meeting.
    """
    meeting = _locked(meeting, by=by, at=at, running=True)
    if meeting.current_id:
        raise ValidationError(_("An item is before the room. End it before you close the meeting."))
    _refuse_to_drop(still_to_come(meeting), without, by=by)
    Attendance.objects.filter(meeting=meeting, left_at=None).update(left_at=at)
    RoomExit.objects.filter(item__meeting=meeting, returned_at=None).update(returned_at=at)
    meeting.closed_at = at
    meeting.save(update_fields=["closed_at"])
    return meeting


def still_to_come(meeting: Meeting):
    """Return the items that have not begun, of proposals that are still in selection."""
    return meeting.items.filter(began_at=None, proposal__state="in_selection")


def _refuse_to_drop(items, without: int, *, by) -> None:
    """Refuse to end without more ``items`` than a person said: one may have come in between."""
    left = items.filter(proposal__in=Proposal.objects.visible_to(by).values("pk")).count()
    if left > without:
        words = ngettext(
            "%(number)d item was not dealt with. Tick that the meeting ends without it.",
            "%(number)d items were not dealt with. Tick that the meeting ends without them.",
            left,
        )
        raise ValidationError(words % {"number": left})


# One item before the room


@transaction.atomic
def begin_item(item: AgendaItem, *, by, at: datetime) -> AgendaItem:
    """Bring an item before the room; the one that was there ends at this moment.

    An item that ended can come back; its beginning stays.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the meeting is not open, nobody is recorded as there, or the
        proposal is not in selection any more.
    """
    item = _locked_item(item, by=by, at=at, running=True)
    if item.proposal.state != "in_selection":
        raise ValidationError(_("This proposal is not in selection any more."))
    if not item.meeting.attendances.filter(left_at=None).exists():
        raise ValidationError(_("Record first who is there."))
    if item.meeting.current_id not in (None, item.pk):
        _end(AgendaItem.objects.get(pk=item.meeting.current_id), at=at)
    item.began_at, item.ended_at = item.began_at or at, None
    item.save(update_fields=["began_at", "ended_at"])
    _set_current(item.meeting, item)
    return item


@transaction.atomic
def end_item(item: AgendaItem, *, by, at: datetime) -> AgendaItem:
    """End the item that is before the room; whoever left the room for it may come back.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if it is not before the room.
    """
    item = _current_item(item, by=by, at=at)
    _end(item, at=at)
    _set_current(item.meeting, None)
    return item


def _current_item(item: AgendaItem, *, by, at: datetime) -> AgendaItem:
    item = _locked_item(item, by=by, at=at, running=True)
    if item.meeting.current_id != item.pk:
        raise ValidationError(_("Another item is before the room now."))
    return item


def _end(item: AgendaItem, *, at: datetime) -> None:
    item.phase, item.phase_began_at, item.ended_at = "", None, at
    item.save(update_fields=["phase", "phase_began_at", "ended_at"])
    item.exits.filter(returned_at=None).update(returned_at=at)


def _set_current(meeting: Meeting, item: AgendaItem | None) -> None:
    meeting.current = item
    meeting.save(update_fields=["current"])


@transaction.atomic
def start_phase(item: AgendaItem, *, phase: str, by, at: datetime) -> AgendaItem:
    """Start the time of a part of the item: presentation, questions or discussion.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the item is not before the room, the part is unknown, or somebody
        who must leave the room for it is still there.
    """
    item = _current_item(item, by=by, at=at)
    if phase not in AgendaItem.Phase.values:
        raise ValidationError(_("Choose presentation, questions or discussion."))
    if names := _still_there(item):
        raise ValidationError(
            _("Has to leave the room for this item first: %(names)s.") % {"names": ", ".join(names)}
        )
    return _set_phase(item, phase, at)


@transaction.atomic
def stop_phase(item: AgendaItem, *, by, at: datetime) -> AgendaItem:
    """Stop the time that runs.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the item is not before the room.
    """
    return _set_phase(_current_item(item, by=by, at=at), "", None)


def _set_phase(item: AgendaItem, phase: str, began_at: datetime | None) -> AgendaItem:
    item.phase, item.phase_began_at = phase, began_at
    item.save(update_fields=["phase", "phase_began_at"])
    return item


def _still_there(item: AgendaItem) -> list[str]:
    """Return the names of those who must leave the room for ``item`` and have not."""
    out = item.exits.filter(returned_at=None).values("seat")
    there = item.meeting.attendances.filter(left_at=None).exclude(seat__in=out)
    barred = barred_members([item.proposal_id])[item.proposal_id]
    return [str(row.seat.user) for row in there.select_related("seat__user").order_by("seat")
            if row.seat.user_id in barred]  # fmt: skip


# Who is there


@transaction.atomic
def arrive(meeting: Meeting, *, seat: PanelSeat, by, at: datetime) -> Attendance:
    """Record that a member is there; whoever comes back gets a second row.

    Whoever left the meeting while out of the room for an item was out of it until now. Where the
    member must not meet the item before the room, the time of its part stops: it starts again when
    the member is recorded as out of the room.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the meeting is closed, the seat is of another round or does not
        stand on the day, or the member is there already.
    """
    meeting = _locked(meeting, by=by, at=at)
    if seat.round_id != meeting.round_id or not seat.stands_on(japan_date(at)):
        raise ValidationError(_("This person has no seat in this round today."))
    if meeting.attendances.filter(seat=seat, left_at=None).exists():
        raise ValidationError(_("%(member)s is there already.") % {"member": seat.user})
    row = Attendance.objects.create(meeting=meeting, seat=seat, arrived_at=at, by=by)
    exits = RoomExit.objects.filter(item__meeting=meeting, seat=seat, returned_at=None)
    exits.update(returned_at=at)
    _stop_before_the_barred(meeting)
    return row


def _stop_before_the_barred(meeting: Meeting) -> None:
    item = meeting.current
    if item is not None and item.phase and _still_there(item):
        _set_phase(item, "", None)


@transaction.atomic
def leave(meeting: Meeting, *, seat: PanelSeat, by, at: datetime) -> Attendance:
    """Record that a member left the meeting; whoever is out of the room for an item stays out of it.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the meeting is closed, or the member is not there.
    """
    row = _attendance(_locked(meeting, by=by, at=at), seat)
    row.left_at = at
    row.save(update_fields=["left_at"])
    return row


def _attendance(meeting: Meeting, seat: PanelSeat) -> Attendance:
    row = meeting.attendances.filter(seat=seat, left_at=None).first()
    if row is None:
        raise ValidationError(_("%(member)s is not there.") % {"member": seat.user})
    return row


@transaction.atomic
def step_out(item: AgendaItem, *, seat: PanelSeat, by, at: datetime) -> RoomExit:
    """Record that a member left the room for one item because of a conflict of interest.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the meeting is not open, the member is not there, is out of the room
        already, or no conflict is recorded or waits: it is recorded first.
    """
    item = _locked_item(item, by=by, at=at, running=True)
    _attendance(item.meeting, seat)
    if item.exits.filter(seat=seat, returned_at=None).exists():
        raise ValidationError(_("%(member)s is out of the room already.") % {"member": seat.user})
    if seat.user_id not in barred_members([item.proposal_id])[item.proposal_id]:
        raise ValidationError(
            _("No conflict of interest of %(member)s is recorded here. Record it first.")
            % {"member": seat.user}
        )
    return RoomExit.objects.create(item=item, seat=seat, left_at=at, by=by)


@transaction.atomic
def come_back(item: AgendaItem, *, seat: PanelSeat, by, at: datetime) -> RoomExit:
    """Record that a member came back into the room; the time stops as in :func:`arrive`.

    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises ValidationError: if the meeting is not open, or the member is not out of the room, or
        has left the meeting.
    """
    item = _locked_item(item, by=by, at=at, running=True)
    _attendance(item.meeting, seat)
    row = item.exits.filter(seat=seat, returned_at=None).first()
    if row is None:
        raise ValidationError(_("%(member)s is not out of the room.") % {"member": seat.user})
    row.returned_at = at
    row.save(update_fields=["returned_at"])
    _stop_before_the_barred(item.meeting)
    return row


@transaction.atomic
def save_note(item: AgendaItem, *, text: str, edit_number: int, by, at: datetime) -> AgendaItem:
    """Save what was said about an item; also after the meeting, while the minutes are written.

    :param edit_number: the number the page was loaded with.
    :raises PermissionDenied: if ``by`` is not of the office, or must not meet the proposal.
    :raises StaleDraft: if the note has a newer number; nothing is changed.
    """
    require(by.act_on(japan_date(at)), "reviews.run_selection")
    refuse_hidden([item.proposal], by)
    item = AgendaItem.objects.select_for_update().get(pk=item.pk)
    take_next(item, edit_number)
    item.note = text
    item.save(update_fields=["note", "edit_number"])
    return item
