"""What happens in a meeting: its order, who is there, who leaves the room, what is written down."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.edit_numbers import StaleDraft
from casework.models import Access
from casework.services import advance
from reviews import meetings, services
from reviews.models import AgendaItem, Attendance, Meeting, PossibleConflict, RoomExit
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import refer

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def meeting(scene) -> Meeting:
    """A meeting about both proposals, not open yet."""
    return meetings.plan(scene.round, held_on=TODAY, quorum=2, by=scene.office, at=NOON)


@pytest.fixture
def running(scene, meeting) -> Meeting:
    """The meeting is open, and both members are there."""
    meetings.open_meeting(meeting, by=scene.office, at=NOON)
    for seat in scene.seats:
        meetings.arrive(meeting, seat=seat, by=scene.office, at=NOON)
    return Meeting.objects.get(pk=meeting.pk)


def items(meeting) -> list[AgendaItem]:
    return list(meeting.items.order_by("position"))


def conflict(scene, seat: int = 1, proposal: int = 1):
    return services.declare_conflict(
        seat=scene.seats[seat], proposal=scene.proposals[proposal], kind="officer",
        by=scene.office, at=NOON,
    )  # fmt: skip


def test_plan_puts_all_in_selection_in_the_order_of_their_numbers(scene, meeting):
    assert [i.proposal_id for i in items(meeting)] == [p.pk for p in scene.proposals]
    assert (meeting.quorum, meeting.chair, meeting.presentation_minutes) == (2, None, None)


def test_plan_refuses_what_no_meeting_can_have_in_words(scene):
    for said, words in (
        ({"quorum": 3}, "Only 2 members have a seat"),
        ({"presentation_minutes": 99_999}, "At most 480 minutes"),
        ({"question_minutes": 481}, "At most 480 minutes"),
    ):
        with translation.override("en"), pytest.raises(ValidationError, match=words):
            meetings.plan(scene.round, held_on=TODAY, **said, by=scene.office, at=NOON)


def test_meeting_does_not_end_without_an_item_that_came_while_somebody_closed_it(scene, running):
    refer(scene.round, scene.office)
    meetings.add_items(running, by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match="3 items were not dealt with"):
        meetings.close_meeting(running, without=2, by=scene.office, at=LATER)
    Access.objects.create(
        case_id=scene.proposals[0].pk, user=scene.office, barred=True, reason="conflict"
    )
    meetings.close_meeting(running, without=2, by=scene.office, at=LATER)  # of those they meet
    running.refresh_from_db()
    assert running.closed_at == LATER


def test_meeting_with_items_left_closes_only_when_a_person_says_so(scene, running, client):
    act = reverse("reviews:meeting-act", args=[running.pk, "close"])
    client.force_login(scene.office)
    with time_machine.travel(LATER, tick=False):
        for said, closes in (({}, False), ({"without": "1"}, False), ({"without": "2"}, True)):
            page = client.get(reverse("reviews:meeting", args=[running.pk])).content.decode()
            assert 'name="without" value="2"' in page
            client.post(act, said)
            running.refresh_from_db()
            assert (running.closed_at is not None) is closes


def test_change_leaves_what_is_not_said_not_set(scene, meeting):
    changed = meetings.change(
        meeting, held_on=TODAY, chair=scene.seats[0], question_minutes=5, by=scene.office, at=NOON
    )
    assert (changed.quorum, changed.chair, changed.question_minutes) == (None, scene.seats[0], 5)


def test_plan_refuses_a_chair_of_another_round_and_a_quorum_of_nobody(scene):
    stranger = factories.panel(factories.call(fiscal_year=2027, seats=0))[0]
    for said in ({"chair": stranger}, {"quorum": 0}):
        with pytest.raises(ValidationError):
            meetings.plan(scene.round, held_on=TODAY, **said, by=scene.office, at=NOON)
    assert not Meeting.objects.exists()


def test_quorum_is_entered_before_any_seat_is_given(office):
    planned = meetings.plan(factories.call(seats=0), held_on=TODAY, quorum=3, by=office, at=NOON)
    assert planned.quorum == 3


def test_what_came_later_is_put_at_the_end(scene, meeting):
    late = refer(scene.round, scene.office)
    assert meetings.add_items(meeting, by=scene.office, at=NOON) == 1
    assert items(meeting)[-1].proposal_id == late.pk
    assert meetings.add_items(meeting, by=scene.office, at=NOON) == 0


def test_items_change_places_and_stay_at_the_ends(scene, meeting):
    first, second = items(meeting)
    meetings.move_item(second, up=True, by=scene.office, at=NOON)
    assert items(meeting) == [second, first]
    meetings.move_item(second, up=True, by=scene.office, at=NOON)
    meetings.move_item(second, up=False, by=scene.office, at=NOON)
    assert items(meeting) == [first, second]


@pytest.mark.parametrize("role", [Role.PANEL, Role.AUDITOR, Role.APPROVER])
def test_only_the_office_runs_a_meeting(scene, running, role):
    by, (item, _other) = factories.user(role), items(running)
    seat = scene.seats[0]
    for act in (
        lambda: meetings.plan(scene.round, held_on=TODAY, by=by, at=NOON),
        lambda: meetings.change(running, held_on=TODAY, by=by, at=NOON),
        lambda: meetings.add_items(running, by=by, at=NOON),
        lambda: meetings.move_item(item, up=True, by=by, at=NOON),
        lambda: meetings.begin_item(item, by=by, at=NOON),
        lambda: meetings.arrive(running, seat=seat, by=by, at=NOON),
        lambda: meetings.leave(running, seat=seat, by=by, at=NOON),
        lambda: meetings.step_out(item, seat=seat, by=by, at=NOON),
        lambda: meetings.save_note(item, text="", edit_number=0, by=by, at=NOON),
        lambda: meetings.close_meeting(running, by=by, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Meeting.objects.get().closed_at is None


def test_act_on_an_item_is_refused_to_whoever_must_not_meet_it(scene, running):
    clerk, (item, other) = factories.user(Role.OFFICE), items(running)
    Access.objects.create(case_id=item.proposal_id, user=clerk, barred=True, reason="conflict")
    meetings.begin_item(item, by=scene.office, at=NOON)
    for act in (
        lambda: meetings.move_item(item, up=False, by=clerk, at=NOON),
        lambda: meetings.end_item(item, by=clerk, at=NOON),
        lambda: meetings.start_phase(item, phase="questions", by=clerk, at=NOON),
        lambda: meetings.save_note(item, text="x", edit_number=0, by=clerk, at=NOON),
        lambda: meetings.plan(scene.round, held_on=TODAY, by=clerk, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            act()
    meetings.move_item(other, up=True, by=clerk, at=NOON)
    assert items(running) == [item, other]  # it stands above an item that the clerk does not meet


def test_meeting_opens_once_and_one_at_a_time(scene, meeting, running):
    another = meetings.plan(scene.round, held_on=TODAY, by=scene.office, at=NOON)
    for one, words in ((meeting, "open already"), (another, "Another meeting")):
        with pytest.raises(ValidationError, match=words):
            meetings.open_meeting(one, by=scene.office, at=NOON)
    assert Meeting.objects.running().get() == running


def test_meeting_with_nothing_to_discuss_does_not_open(office):
    empty = meetings.plan(factories.call(), held_on=TODAY, by=office, at=NOON)
    with pytest.raises(ValidationError, match="order of discussion"):
        meetings.open_meeting(empty, by=office, at=NOON)
    assert empty.opened_at is None


def test_item_comes_before_the_room_when_it_is_known_who_is_there(scene, meeting):
    item = items(meeting)[0]
    with pytest.raises(ValidationError, match="Open the meeting"):
        meetings.begin_item(item, by=scene.office, at=NOON)
    meetings.open_meeting(meeting, by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match="who is there"):
        meetings.begin_item(item, by=scene.office, at=NOON)
    meetings.arrive(meeting, seat=scene.seats[0], by=scene.office, at=NOON)
    meetings.begin_item(item, by=scene.office, at=NOON)
    assert Meeting.objects.get().current == item


def test_next_item_ends_the_one_before_it(scene, running):
    first, second = items(running)
    meetings.begin_item(first, by=scene.office, at=NOON)
    meetings.start_phase(first, phase="questions", by=scene.office, at=NOON)
    meetings.begin_item(second, by=scene.office, at=LATER)
    first.refresh_from_db()
    assert (first.began_at, first.ended_at, first.phase) == (NOON, LATER, "")
    meetings.begin_item(first, by=scene.office, at=LATER)
    first.refresh_from_db()
    assert (first.began_at, first.ended_at) == (NOON, None)


def test_item_that_left_the_selection_does_not_come_before_the_room(scene, running):
    group = scene.proposals[0].organization.members.get()
    advance(scene.proposals[0], "withdraw", by=group, at=NOON, reason="事情")
    with pytest.raises(ValidationError, match="not in selection"):
        meetings.begin_item(items(running)[0], by=scene.office, at=NOON)
    assert Meeting.objects.get().current is None


def test_time_runs_for_the_item_before_the_room_only(scene, running):
    first, second = items(running)
    meetings.begin_item(first, by=scene.office, at=NOON)
    for item, phase in ((second, "questions"), (first, "coffee")):
        with pytest.raises(ValidationError):
            meetings.start_phase(item, phase=phase, by=scene.office, at=NOON)
    meetings.start_phase(first, phase="questions", by=scene.office, at=LATER)
    first.refresh_from_db()
    assert (first.phase, first.phase_began_at) == ("questions", LATER)
    meetings.stop_phase(first, by=scene.office, at=LATER)
    first.refresh_from_db()
    assert (first.phase, first.phase_began_at) == ("", None)


@pytest.mark.parametrize("waits", [False, True])
def test_presentation_waits_until_the_conflicted_have_left(scene, running, waits):
    item, seat = items(running)[1], scene.seats[1]
    if waits:
        PossibleConflict.objects.create(
            seat=seat, proposal=scene.proposals[1], grounds=[], found_at=NOON
        )
    else:
        conflict(scene)
    meetings.begin_item(item, by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match=str(seat.user)):
        meetings.start_phase(item, phase="presentation", by=scene.office, at=NOON)
    meetings.step_out(item, seat=seat, by=scene.office, at=NOON)
    meetings.start_phase(item, phase="presentation", by=scene.office, at=LATER)
    meetings.end_item(item, by=scene.office, at=LATER)
    out = RoomExit.objects.get()
    assert (out.seat, out.left_at, out.returned_at) == (seat, NOON, LATER)


def test_leaving_for_a_conflict_needs_one_that_is_recorded(scene, running):
    item, other = items(running)
    conflict(scene)
    for wrong, seat in ((item, 1), (other, 0)):
        with pytest.raises(ValidationError, match="Record it first"):
            meetings.step_out(wrong, seat=scene.seats[seat], by=scene.office, at=NOON)
    meetings.step_out(other, seat=scene.seats[1], by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match="already"):
        meetings.step_out(other, seat=scene.seats[1], by=scene.office, at=NOON)
    meetings.come_back(other, seat=scene.seats[1], by=scene.office, at=LATER)
    with pytest.raises(ValidationError, match="not out of the room"):
        meetings.come_back(other, seat=scene.seats[1], by=scene.office, at=LATER)
    assert RoomExit.objects.get().returned_at == LATER


def test_member_comes_and_goes_and_comes_again(scene, running):
    seat = scene.seats[0]
    with pytest.raises(ValidationError, match="already"):
        meetings.arrive(running, seat=seat, by=scene.office, at=NOON)
    meetings.leave(running, seat=seat, by=scene.office, at=LATER)
    with pytest.raises(ValidationError, match="is not there"):
        meetings.leave(running, seat=seat, by=scene.office, at=LATER)
    meetings.arrive(running, seat=seat, by=scene.office, at=LATER)
    rows = Attendance.objects.filter(seat=seat).order_by("pk")
    assert [(r.arrived_at, r.left_at) for r in rows] == [(NOON, LATER), (LATER, None)]


@pytest.mark.parametrize("comes_again", [True, False])
def test_whoever_leaves_the_meeting_did_not_come_back_into_the_room(scene, running, comes_again):
    conflict(scene)
    item, seat = items(running)[1], scene.seats[1]
    meetings.begin_item(item, by=scene.office, at=NOON)
    meetings.step_out(item, seat=seat, by=scene.office, at=NOON)
    meetings.leave(running, seat=seat, by=scene.office, at=LATER)
    with pytest.raises(ValidationError):
        meetings.come_back(item, seat=seat, by=scene.office, at=LATER)
    again, ended = LATER + timedelta(minutes=5), LATER + timedelta(minutes=9)
    if comes_again:
        meetings.arrive(running, seat=seat, by=scene.office, at=again)
    meetings.end_item(item, by=scene.office, at=ended)
    assert RoomExit.objects.get().returned_at == (again if comes_again else ended)


@pytest.mark.parametrize("how", ["arrives", "comes back"])
def test_time_stops_when_somebody_comes_in_who_must_not_meet_the_item(scene, running, how):
    conflict(scene)
    item, seat = items(running)[1], scene.seats[1]
    meetings.begin_item(item, by=scene.office, at=NOON)
    meetings.step_out(item, seat=seat, by=scene.office, at=NOON)
    meetings.start_phase(item, phase="questions", by=scene.office, at=NOON)
    if how == "arrives":
        meetings.leave(running, seat=seat, by=scene.office, at=LATER)
        item.refresh_from_db()
        assert item.phase == "questions"
        meetings.arrive(running, seat=seat, by=scene.office, at=LATER)
    else:
        meetings.come_back(item, seat=seat, by=scene.office, at=LATER)
    item.refresh_from_db()
    assert (item.phase, item.phase_began_at) == ("", None)
    with pytest.raises(ValidationError, match=str(seat.user)):
        meetings.start_phase(item, phase="questions", by=scene.office, at=LATER)


def test_time_goes_on_when_somebody_comes_in_who_may_meet_the_item(scene, running):
    item, seat = items(running)[1], scene.seats[0]
    meetings.begin_item(item, by=scene.office, at=NOON)
    meetings.start_phase(item, phase="questions", by=scene.office, at=NOON)
    meetings.leave(running, seat=seat, by=scene.office, at=LATER)
    meetings.arrive(running, seat=seat, by=scene.office, at=LATER)
    item.refresh_from_db()
    assert (item.phase, item.phase_began_at) == ("questions", NOON)


def test_only_whoever_has_a_seat_today_is_there(scene, running):
    stranger = factories.panel(factories.call(fiscal_year=2027, seats=0))[0]
    ended = services.add_seat(
        scene.round, user=factories.user(Role.PANEL), valid_until=TODAY - timedelta(days=1),
        by=scene.office, at=NOON,
    )  # fmt: skip
    for seat in (stranger, ended):
        with pytest.raises(ValidationError, match="no seat"):
            meetings.arrive(running, seat=seat, by=scene.office, at=NOON)
    assert Attendance.objects.count() == 2


def test_closing_ends_what_is_open_but_not_an_item(scene, running):
    conflict(scene)
    first, second = items(running)
    meetings.begin_item(first, by=scene.office, at=NOON)
    meetings.step_out(second, seat=scene.seats[1], by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match="End it"):
        meetings.close_meeting(running, by=scene.office, at=LATER)
    meetings.end_item(first, by=scene.office, at=NOON)
    with pytest.raises(ValidationError, match="not dealt with"):
        meetings.close_meeting(running, by=scene.office, at=LATER)
    meetings.close_meeting(running, without=1, by=scene.office, at=LATER)
    assert set(Attendance.objects.values_list("left_at", flat=True)) == {LATER}
    assert RoomExit.objects.get().returned_at == LATER
    with pytest.raises(ValidationError, match="closed"):
        meetings.arrive(running, seat=scene.seats[0], by=scene.office, at=LATER)


def test_note_of_an_older_window_overwrites_nothing(scene, running):
    item = items(running)[0]
    meetings.save_note(item, text="一", edit_number=0, by=scene.office, at=NOON)
    with pytest.raises(StaleDraft):
        meetings.save_note(item, text="二", edit_number=0, by=scene.office, at=NOON)
    item.refresh_from_db()
    assert (item.note, item.edit_number) == ("一", 1)
