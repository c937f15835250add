"""What stands on the board of a meeting, who reads it, and that it follows what happens."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from casework.models import Access, Case
from casework.services import advance
from grants.models import Round
from reviews import meetings, rulings, services
from reviews import wall as on_a_wall
from reviews.board import Audience, board_of, fingerprint
from reviews.models import AgendaItem, Meeting, PossibleConflict, Rubric, ScoreSheet
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reviews.conftest import approve, draft, fill, refer

pytestmark = pytest.mark.django_db

OPEN_TITLE, SECRET = "花壇の手入れ", "川辺の秘密の集い"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
@remembered
def met(scene):
    """An open meeting with both members there and all sheets in; the second proposal is secret."""
    for proposal, title in zip(scene.proposals, (OPEN_TITLE, SECRET), strict=True):
        Case.objects.filter(pk=proposal.pk).update(title=title)
    for proposal, points in enumerate([((8, 4), (9, 5)), ((6, 3), (7, 1))]):
        for seat, given in enumerate(points):
            fill(scene.sheet(proposal, seat), *given)
    return in_a_meeting(scene)


def in_a_meeting(scene):
    """Open a meeting about what is in selection, with both members there."""
    scene.meeting = meetings.plan(
        scene.round, held_on=TODAY, quorum=2, presentation_minutes=10, by=scene.office, at=NOON
    )
    meetings.open_meeting(scene.meeting, by=scene.office, at=NOON)
    for seat in scene.seats:
        meetings.arrive(scene.meeting, seat=seat, by=scene.office, at=NOON)
    scene.items = list(scene.meeting.items.order_by("position"))
    scene.members = [seat.user for seat in scene.seats]
    return scene


@pytest.fixture
def conflicted(met):
    """The second member must not meet the secret proposal."""
    services.declare_conflict(
        seat=met.seats[1], proposal=met.proposals[1], kind="officer", by=met.office, at=NOON
    )
    return met


def begin(met, item: int):
    meetings.begin_item(met.items[item], by=met.office, at=NOON)


def step_out(met):
    meetings.step_out(met.items[1], seat=met.seats[1], by=met.office, at=NOON)


def read(client, met, person, name="board", **query):
    """Read a page, or its live part as htmx asks for it."""
    client.force_login(person)
    url = reverse(f"reviews:{name}", args=[met.meeting.pk])
    asks = {"hx-request": "true"} if name.endswith("-live") else {}
    return client.get(url, query, headers={"accept-language": "en", **asks})


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def shown(client, met, person, name="board") -> str:
    """What the page says, and what its live part says, with all attributes."""
    page, part = read(client, met, person, name), read(client, met, person, f"{name}-live")
    assert (page.status_code, part.status_code) == (200, 200)
    return page.content.decode() + part.content.decode()


def wall(met):
    return board_of(met.meeting, user=met.office, audience=Audience.WALL)


# What it says


def test_board_tells_points_spread_place_and_money_of_the_item(met):
    begin(met, 0)
    board = wall(met)
    line = board.current
    assert [(g.member, g.points, g.total) for g in line.given] == [
        (met.members[0], [8, 4], 12), (met.members[1], [9, 5], 14),
    ]  # fmt: skip
    assert (line.lowest, line.highest, line.apart, line.row.shown) == (12, 14, 2, 13)
    assert line.means == [8.5, 4.5]
    assert (line.row.rank, line.row.requested_yen, line.minutes) == (1, 80_000, None)
    assert (board.present, board.is_quorate) == (2, True)


def test_order_has_sums_and_the_line(met):
    Round.objects.filter(pk=met.round.pk).update(budget_yen=100_000)
    board = wall(met)
    assert [(row.rank, row.proposed.outcome, yen) for row, yen in board.order] == [
        (1, "select", 80_000), (2, "reserve", 80_000),
    ]  # fmt: skip
    assert (board.left_yen, board.cut) == (100_000, 1)
    assert board.chart.cut == 56  # between the first line of the picture and the second


@pytest.mark.parametrize("quorum, said", [(None, None), (2, True), (3, False)])
def test_quorum_is_reached_or_not_or_not_set(met, quorum, said):
    Meeting.objects.update(quorum=quorum)
    assert wall(met).is_quorate is said


def test_sheet_that_has_not_come_is_missing_and_no_zero(met):
    sheet = advance(met.sheet(0, 0), "reopen", by=met.office, at=NOON, reason="誤記")
    begin(met, 0)
    board = board_of(met.meeting, user=met.office, audience=Audience.OFFICE)
    first = board.current.given[0]
    assert (first.member, first.points, first.total) == (sheet.seat.user, [], None)


# What the wall shows


def test_wall_shows_an_item_when_the_conflicted_are_out_of_the_room(client, conflicted):
    met = conflicted
    begin(met, 1)
    page = shown(client, met, met.office)
    assert SECRET not in page and "60,000" not in page
    assert "Item no. 2" in page and met.members[1].name in page

    step_out(met)
    page = shown(client, met, met.office)
    assert page.count(SECRET) > 1 and "60,000" in page

    meetings.come_back(met.items[1], seat=met.seats[1], by=met.office, at=NOON)
    assert SECRET not in shown(client, met, met.office)


def test_wall_hides_the_item_at_once_when_a_conflict_is_declared_while_its_time_runs(client, met):
    begin(met, 1)
    meetings.start_phase(met.items[1], phase="presentation", by=met.office, at=NOON)
    assert SECRET in shown(client, met, met.office)
    services.declare_conflict(
        seat=met.seats[1], proposal=met.proposals[1], kind="officer", by=met.office, at=NOON
    )
    page = shown(client, met, met.office)
    assert SECRET not in page and "60,000" not in page and "Presentation" not in page
    assert [one.seat for one in wall(met).current.have_to_go] == [met.seats[1]]


def test_wall_waits_for_the_answer_about_a_possible_conflict(client, met):
    PossibleConflict.objects.create(
        seat=met.seats[1], proposal=met.proposals[1], grounds=[], found_at=NOON
    )
    begin(met, 1)
    assert SECRET not in shown(client, met, met.office)
    assert [one.seat for one in wall(met).current.have_to_go] == [met.seats[1]]


def test_wall_shows_the_order_only_while_nobody_there_is_barred_from_a_part(client, conflicted):
    met = conflicted
    begin(met, 0)
    board, page = wall(met), shown(client, met, met.office)
    assert (board.whole, board.order, board.chart, board.left_yen) == (False, [], None, None)
    assert "Order and sums are not shown while somebody is in the room" in page
    assert SECRET not in page and OPEN_TITLE in page

    meetings.leave(met.meeting, seat=met.seats[1], by=met.office, at=NOON)
    assert wall(met).whole and SECRET in shown(client, met, met.office)


POINTS_WAIT = "Points are shown when everyone in the room has handed in the sheet: "
ORDER_WAITS = "Order and sums are shown when everyone in the room has handed in all sheets: "


def test_wall_shows_no_points_while_somebody_in_the_room_has_the_sheet_open(client, met):
    begin(met, 0)
    owing = met.members[0]
    advance(met.sheet(0, 0), "reopen", by=met.office, at=NOON, reason="誤記")
    board, said = wall(met), text_of(read(client, met, met.office))
    line = board.current
    assert (line.waits_for, line.given, line.means, line.chart) == ([owing], [], [], None)
    assert (board.whole, board.order, board.chart, board.left_yen) == (False, [], None, None)
    assert f"{POINTS_WAIT}{owing}." in said and f"{ORDER_WAITS}{owing}." in said
    assert OPEN_TITLE in said and "¥80,000" in said
    assert "14.00" not in shown_points(client, met) and "Points of each member" not in said
    assert "14.00" in shown_points(client, met, "meeting")  # the office leads with all of it

    meetings.leave(met.meeting, seat=met.seats[0], by=met.office, at=NOON)
    assert "14.00" in shown_points(client, met) and wall(met).whole
    meetings.arrive(met.meeting, seat=met.seats[0], by=met.office, at=NOON)
    assert "14.00" not in shown_points(client, met)
    fill(met.sheet(0, 0), 8, 4)
    assert "14.00" in shown_points(client, met) and wall(met).whole


def shown_points(client, met, name="board") -> list[str]:
    """The numbers that stand in bold in the table of the item."""
    return re.findall(r"<strong>([\d.]+)</strong>", shown(client, met, met.office, name))


def test_wall_shows_points_but_no_order_while_a_sheet_of_another_proposal_is_open(client, met):
    begin(met, 0)
    advance(met.sheet(1, 0), "reopen", by=met.office, at=NOON, reason="誤記")
    said = text_of(read(client, met, met.office))
    assert "14.00" in shown_points(client, met) and POINTS_WAIT not in said
    assert f"{ORDER_WAITS}{met.members[0]}." in said and "Sum so far" not in said
    meetings.end_item(met.items[0], by=met.office, at=NOON)
    assert wall(met).chart is None


@pytest.fixture
@remembered
def decided(scored):
    """One proposal was selected before, with 80,000 yen; the meeting is about another one."""
    approve(draft(scored, "select", "decline", assessed_yen=80_000))
    late = refer(scored.round, scored.office)
    Case.objects.filter(pk=late.pk).update(title=OPEN_TITLE)
    for sheet in late.sheets.order_by("pk"):
        fill(sheet, 5, 5)
    Round.objects.filter(pk=scored.round.pk).update(budget_yen=380_000)
    return in_a_meeting(scored)


def test_money_left_is_shown_with_every_amount_that_binds_it(client, decided):
    met, (first, second) = decided, decided.members
    for audience, user in ((Audience.WALL, met.office), (Audience.MEMBER, second)):
        assert board_of(met.meeting, user=user, audience=audience).left_yen == 300_000
    services.declare_conflict(
        seat=met.seats[1], proposal=met.proposals[0], kind="officer", by=met.office, at=NOON
    )
    for person in (met.office, second):
        page = shown(client, met, person)
        assert "300,000" not in page and "380,000" not in page and "Sum so far" not in page
    assert "300,000" in shown(client, met, first)

    meetings.leave(met.meeting, seat=met.seats[1], by=met.office, at=NOON)
    assert "300,000" in shown(client, met, met.office)


def test_clerk_who_must_not_meet_what_was_decided_reads_no_money_left(client, decided):
    met, clerk = decided, factories.user(Role.OFFICE)
    Access.objects.create(case_id=met.proposals[0].pk, user=clerk, barred=True, reason="conflict")
    for name in ("meeting", "board"):
        page = shown(client, met, clerk, name)
        assert OPEN_TITLE in page and "300,000" not in page and "380,000" not in page


def test_wall_says_how_many_items_and_places_it_leaves_out(client, met, monkeypatch):
    begin(met, 0)
    for name in ("ITEMS", "PLACES"):
        monkeypatch.setattr(on_a_wall, name, 1)

    page = read(client, met, met.office).content.decode()

    assert "1 item after" in page
    assert "1 place below" in page or "1 place above" in page


def test_wall_shows_nothing_until_it_is_known_who_is_there(client, met):
    begin(met, 0)
    for seat in met.seats:
        meetings.leave(met.meeting, seat=seat, by=met.office, at=NOON)
    page = shown(client, met, met.office)
    assert OPEN_TITLE not in page and SECRET not in page
    assert "recorded who is there" in page


def test_wall_tells_nothing_before_and_after_the_meeting(client, met):
    planned = meetings.plan(met.round, held_on=TODAY, by=met.office, at=NOON)
    meetings.close_meeting(met.meeting, without=2, by=met.office, at=NOON)
    for meeting in (planned, met.meeting):
        met.meeting = meeting
        for person in (met.office, met.members[0]):
            page = shown(client, met, person)
            assert OPEN_TITLE not in page and "80,000" not in page


def test_office_reads_all_while_the_wall_waits(client, conflicted):
    begin(conflicted, 1)
    for person in (conflicted.office, factories.user(Role.AUDITOR), factories.user(Role.APPROVER)):
        page = shown(client, conflicted, person, "meeting")
        assert SECRET in page and "60,000" in page


def test_clerk_with_a_conflict_reads_neither_the_item_nor_what_tells_of_it(client, met):
    clerk = factories.user(Role.OFFICE)
    Access.objects.create(case_id=met.proposals[1].pk, user=clerk, barred=True, reason="conflict")
    begin(met, 1)
    for name in ("meeting", "board"):
        page = shown(client, met, clerk, name)
        assert SECRET not in page and "60,000" not in page
        assert "You are not in the room for this item." in page
        assert "not shown to you" in page or "Order and sums are not shown" in page


def test_clerk_with_a_conflict_reads_not_who_is_out_of_the_room_for_the_item(client, conflicted):
    met, clerk = conflicted, factories.user(Role.OFFICE)
    Access.objects.create(case_id=met.proposals[1].pk, user=clerk, barred=True, reason="conflict")
    begin(met, 1)
    step_out(met)
    assert "out of the room since" in shown(client, met, met.office, "meeting")
    for name in ("meeting", "board"):
        assert "out of the room since" not in shown(client, met, clerk, name)


# What a member reads


def test_member_reads_the_board_once_all_own_sheets_are_in(client, met):
    begin(met, 0)
    advance(met.sheet(1, 0), "reopen", by=met.office, at=NOON, reason="誤記")
    page = text_of(read(client, met, met.members[0]))
    assert "Hand in your sheets first" in page
    assert "Points of each member" not in page and met.members[1].name not in page
    assert "Points of each member" in text_of(read(client, met, met.members[1]))


def test_sheet_that_the_member_cannot_hand_in_does_not_close_the_board(client, met):
    advance(met.sheet(1, 0), "reopen", by=met.office, at=NOON, reason="誤記")
    for case in (met.proposals[1].pk, met.sheet(1, 0).pk):
        Access.objects.create(case_id=case, user=met.members[0], barred=True, reason="x")
    assert "Hand in" not in text_of(read(client, met, met.members[0]))


def test_member_with_a_conflict_meets_the_item_nowhere_on_the_board(client, conflicted):
    met = conflicted
    meetings.move_item(met.items[1], up=True, by=met.office, at=NOON)
    begin(met, 1)
    page = shown(client, met, met.members[1])
    board = board_of(met.meeting, user=met.members[1], audience=Audience.MEMBER)
    assert SECRET not in page and "60,000" not in page and "140,000" not in page
    assert "You are not in the room for this item." in page
    assert [(line.number, line.item) for line in board.lines] == [(1, met.items[0])]
    assert (board.current, board.order, board.left_yen) == (None, [], None)
    assert "not shown to you" in page

    other = shown(client, met, met.members[0])
    assert SECRET in other and "Sum so far" in other


def test_member_of_a_blind_round_meets_what_nothing_bars_and_no_group(client, conflicted):
    met = conflicted
    Rubric.objects.update(blind=True)
    opened = Access.objects.filter(case__in=[p.pk for p in met.proposals], barred=False)
    opened.filter(user__in=met.members).delete()
    begin(met, 1)
    page = shown(client, met, met.members[0])
    assert SECRET in page and OPEN_TITLE in page and "Sum so far" in page
    assert not any(proposal.organization.name in page for proposal in met.proposals)
    other = shown(client, met, met.members[1])
    assert OPEN_TITLE in other and SECRET not in other


def test_board_is_for_those_who_sit_in_the_round_today(client, met):
    services.end_seat(met.seats[0], last_day=TODAY - timedelta(days=1), by=met.office, at=NOON)
    others = [met.members[0], met.proposals[0].organization.members.get()]
    roles = (Role.PANEL, Role.ACCOUNTING, Role.DEPARTMENT, Role.COORDINATOR, Role.COMMITTEE)
    for person in [*others, *(factories.user(role) for role in roles)]:
        for name in ("board", "board-live"):
            assert read(client, met, person, name).status_code == 404
        for name in ("meeting", "meeting-live"):
            assert read(client, met, person, name).status_code == 403
    for role in (Role.AUDITOR, Role.APPROVER):
        assert read(client, met, factories.user(role)).status_code == 200


# It follows what happens, and asks little


def ask(client, met, person, seen, name="board-live"):
    return read(client, met, person, name, seen=seen)


def seen_by(met, person, audience=Audience.WALL) -> str:
    return fingerprint(met.meeting, user=person.act_on(TODAY), audience=audience)


@pytest.fixture
def changes(met):
    """Each thing that changes what a board shows."""

    def hand_in():
        fill(met.sheet(0, 0), 3, 3)

    return {
        "reopen": lambda: advance(met.sheet(0, 0), "reopen", by=met.office, at=NOON, reason="誤記"),
        "submit": hand_in,
        "amount": lambda: rulings.assess(
            met.round, amounts={met.proposals[0].pk: 70_000}, by=met.office, at=NOON
        ),
        "budget": lambda: Round.objects.filter(pk=met.round.pk).update(budget_yen=90_000),
        "begin": lambda: begin(met, 1),
        "time": lambda: meetings.start_phase(
            met.items[1], phase="questions", by=met.office, at=NOON
        ),
        "possible": lambda: PossibleConflict.objects.create(
            seat=met.seats[0], proposal=met.proposals[0], grounds=[], found_at=NOON
        ),
        "conflict": lambda: services.declare_conflict(
            seat=met.seats[1], proposal=met.proposals[1], kind="officer", by=met.office, at=NOON
        ),
        "out": lambda: step_out(met),
        "end": lambda: meetings.end_item(met.items[1], by=met.office, at=NOON),
        "order": lambda: meetings.move_item(met.items[1], up=True, by=met.office, at=NOON),
        "leave": lambda: meetings.leave(met.meeting, seat=met.seats[0], by=met.office, at=NOON),
        "referred": lambda: refer(met.round, met.office),
        "close": lambda: meetings.close_meeting(met.meeting, without=3, by=met.office, at=NOON),
    }  # fmt: skip


def test_live_part_answers_only_what_changed(client, met, changes):
    seen = seen_by(met, met.office)
    assert ask(client, met, met.office, seen).status_code == 204
    for name, change in changes.items():
        change()
        answer = ask(client, met, met.office, seen)
        assert answer.status_code == 200, name
        seen = re.search(r"seen=(\w+)|is closed", answer.content.decode())[1]
        if seen:
            assert ask(client, met, met.office, seen).status_code == 204, name
    assert seen is None  # a closed meeting asks no more


def test_live_part_shows_what_changed(client, met, changes):
    begin(met, 0)
    for name, words in (
        ("amount", "¥70,000"),
        ("budget", "¥90,000"),
        ("reopen", "Points are shown when everyone in the room has handed in the sheet"),
    ):
        assert words not in text_of(read(client, met, met.office, "board-live"))
        changes[name]()
        assert words in text_of(read(client, met, met.office, "board-live"))


def test_board_of_a_member_does_not_stir_for_what_is_hidden(conflicted):
    met, member = conflicted, conflicted.members[1]
    before = seen_by(met, member, Audience.MEMBER)
    sheet = met.sheet(1, 0)
    advance(sheet, "reopen", by=met.office, at=NOON, reason="誤記")
    assert seen_by(met, member, Audience.MEMBER) == before
    assert seen_by(met, member, Audience.WALL) != before
    services.lift_conflict(met.seats[1].conflicts.get(), reason="誤り", by=met.office, at=NOON)
    assert seen_by(met, member, Audience.MEMBER) != before


def test_board_costs_the_same_whatever_is_on_it(conflicted):
    met = conflicted
    begin(met, 0)
    user = met.office.act_on(TODAY)

    def cost(act) -> int:
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries)

    def board():
        return board_of(met.meeting, user=user, audience=Audience.WALL)

    def stamp():
        return fingerprint(met.meeting, user=user, audience=Audience.WALL)

    AgendaItem.objects.filter(pk=met.items[1].pk).delete()
    advance(
        met.proposals[1], "withdraw", by=met.proposals[1].organization.members.get(), at=NOON,
        reason="事情",
    )  # fmt: skip
    once = cost(board), cost(stamp)
    for _more in range(2):
        refer(met.round, met.office)
    meetings.add_items(met.meeting, by=met.office, at=NOON)
    for sheet in ScoreSheet.objects.filter(state="assigned"):
        fill(sheet, 5, 5)
    assert once == (cost(board), cost(stamp)) == (26, 1)


# The page of the office


def test_buttons_do_what_they_say_and_answer_htmx_with_the_live_part(client, met):
    client.force_login(met.office)
    url = reverse("reviews:meeting-act", args=[met.meeting.pk, "begin"])
    answer = client.post(url, {"item": met.items[0].pk})
    assert answer.url == reverse("reviews:meeting", args=[met.meeting.pk])
    assert Meeting.objects.get().current == met.items[0]

    end = reverse("reviews:meeting-act", args=[met.meeting.pk, "end"])
    part = client.post(end, {"item": met.items[0].pk}, headers={"hx-request": "true"})
    assert "<html" not in part.content.decode() and "data-board" in part.content.decode()
    assert Meeting.objects.get().current is None
    nothing = reverse("reviews:meeting-act", args=[met.meeting.pk, "dance"])
    assert client.post(nothing).status_code == 404
    assert client.post(url, {"item": "x"}).status_code == 404
    live = reverse("reviews:meeting-live", args=[met.meeting.pk])
    assert client.get(live).url == reverse("reviews:meeting", args=[met.meeting.pk])


def test_buttons_and_notes_of_a_hidden_item_are_not_there(client, met):
    clerk = factories.user(Role.OFFICE)
    Access.objects.create(case_id=met.proposals[1].pk, user=clerk, barred=True, reason="conflict")
    client.force_login(clerk)
    act = reverse("reviews:meeting-act", args=[met.meeting.pk, "begin"])
    assert client.post(act, {"item": met.items[1].pk}).status_code == 404
    note = reverse("reviews:meeting-note", args=[met.items[1].pk])
    assert client.get(note).status_code == 404
    assert Meeting.objects.get().current is None


def test_note_is_saved_by_itself_and_an_older_window_sees_both(client, met):
    client.force_login(met.office)
    url = reverse("reviews:meeting-note", args=[met.items[0].pk])
    first = client.post(url, {"text": "一", "edit_number": 0}, headers={"x-autosave": "1"})
    assert first.json()["edit_number"] == 1
    stale = client.post(url, {"text": "二", "edit_number": 0}, headers={"x-autosave": "1"})
    page = client.post(url, {"text": "二", "edit_number": 0})
    assert (stale.status_code, page.status_code) == (409, 409)
    assert "一" in page.content.decode() and "二" in page.content.decode()
    assert AgendaItem.objects.get(pk=met.items[0].pk).note == "一"


def test_meeting_is_planned_and_changed_on_pages(client, scene):
    client.force_login(scene.office)
    plan = reverse("reviews:meeting-plan", args=[scene.round.pk])
    assert client.post(plan, {"held_on": "", "quorum": "0"}).status_code == 422
    answer = client.post(plan, {"held_on": "2026-12-01", "place": "市役所", "quorum": "2"})
    meeting = Meeting.objects.get()
    assert answer.url == reverse("reviews:meeting", args=[meeting.pk])
    change = reverse("reviews:meeting-change", args=[meeting.pk])
    assert client.post(change, {"held_on": "2026-12-02"}).status_code == 302
    meeting.refresh_from_db()
    assert (str(meeting.held_on), meeting.place, meeting.quorum) == ("2026-12-02", "", None)


def test_record_shows_who_was_there_and_who_left_the_room(client, conflicted):
    met = conflicted
    begin(met, 1)
    step_out(met)
    meetings.save_note(met.items[1], text="よい案", edit_number=0, by=met.office, at=NOON)
    meetings.end_item(met.items[1], by=met.office, at=NOON)
    meetings.close_meeting(met.meeting, without=1, by=met.office, at=NOON)
    page = text_of(read(client, met, factories.user(Role.AUDITOR), "meeting"))
    assert "Who was there" in page and "Left the room" in page and "よい案" in page


def test_meeting_that_everybody_left_is_brought_to_its_end(client, met):
    begin(met, 0)
    meetings.end_item(met.items[0], by=met.office, at=NOON)
    begin(met, 1)
    for seat in met.seats:
        meetings.leave(met.meeting, seat=seat, by=met.office, at=NOON)
    assert "End the item" in text_of(read(client, met, met.office, "meeting"))
    meetings.end_item(met.items[1], by=met.office, at=NOON)
    page = text_of(read(client, met, met.office, "meeting"))
    assert "Every item was dealt with." in page and "Close the meeting" in page


def test_closed_meeting_asks_for_another_until_one_has_what_is_left(client, met):
    def asks() -> bool:
        return "Plan a meeting" in text_of(read(client, met, met.office, "meeting"))

    begin(met, 0)
    meetings.end_item(met.items[0], by=met.office, at=NOON)
    meetings.close_meeting(met.meeting, without=1, by=met.office, at=NOON)
    assert asks()
    another = meetings.plan(met.round, held_on=TODAY, by=met.office, at=NOON)
    assert not asks()
    meetings.open_meeting(another, by=met.office, at=NOON)
    meetings.close_meeting(another, without=2, by=met.office, at=NOON)
    assert asks()  # the other meeting ended without it, too
    another.items.filter(proposal=met.proposals[1]).update(began_at=NOON)
    assert not asks()


def test_running_meeting_is_on_the_desk_of_its_members_and_on_the_selection(client, met):
    board = reverse("reviews:board", args=[met.meeting.pk])
    client.force_login(met.members[0])
    assert board in client.get(reverse("casework:panel")).content.decode()
    client.force_login(factories.user(Role.PANEL))
    assert board not in client.get(reverse("casework:panel")).content.decode()
    client.force_login(met.office)
    page = client.get(reverse("reviews:selection", args=[met.round.pk])).content.decode()
    assert reverse("reviews:meeting", args=[met.meeting.pk]) in page


def test_board_that_is_drawn_while_the_meeting_closes_says_so(client, met):
    """Else it would ask for changes since the closing, for ever, and show an empty room."""
    board = shown(client, met, met.office)
    seen = re.search(r"seen=(\w+)", board)[1]
    found = []

    def closes_after_the_first_read(execute, sql, *args):
        answer = execute(sql, *args)
        if not found and 'FROM "reviews_meeting"' in sql:
            found.append(sql)
            Meeting.objects.update(closed_at=NOON)
        return answer

    with connection.execute_wrapper(closes_after_the_first_read):
        part = read(client, met, met.office, "board-live", seen=seen)
    assert "The meeting is closed." in text_of(part)
    assert "hx-get" not in part.content.decode()
