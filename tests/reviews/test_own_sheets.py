"""A member's own sheets beside each other, a sheet that is opened again, and one that is taken out."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Notice
from casework.services import advance
from grants.models import Round
from reviews import services
from reviews.models import ScoreSheet
from reviews.own_sheets import own_sheets
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill, refer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def page_for(client, person, address: str) -> str:
    client.force_login(person)
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_own_sheets_stand_by_their_total_and_a_missing_score_has_none(scene):
    third = refer(scene.round, scene.office)
    fill(scene.sheet(0, 0), 3, 1)
    fill(scene.sheet(1, 0), 10, None, submit=False)
    fill(ScoreSheet.objects.get(proposal=third, seat=scene.seats[0]), 0, 5)
    fill(scene.sheet(0, 1), 10, 5)

    member = scene.seats[0].user.act_on(TODAY)
    before, after = (Round.objects.get(pk=scene.round.pk) for _ in range(2))
    with CaptureQueriesContext(connection) as for_three:
        rows = own_sheets(before, member)

    assert [row.shown for row in rows] == [5, 4, None]
    assert [c.label_ja for c in rows[-1].missing] == ["実現性"]
    assert {row.sheet.seat_id for row in rows} == {scene.seats[0].pk}
    refer(scene.round, scene.office)
    with CaptureQueriesContext(connection) as for_four:
        assert len(own_sheets(after, member)) == 4
    assert len(for_four) == len(for_three)


def test_page_of_own_sheets_is_for_whoever_holds_a_seat(client, scene):
    address = reverse("reviews:own-sheets", args=[scene.round.pk])
    words = page_for(client, scene.seats[0].user, address)
    assert words.count(reverse("reviews:sheet", args=[scene.sheet(0, 0).pk])) == 1
    assert "2 criteria without points" in words
    client.force_login(scene.office)
    assert client.get(address).status_code == 404


def test_sheet_compares_with_the_others_and_an_autosave_draws_them_anew(client, scene):
    fill(scene.sheet(1, 0), 9, 4)
    address = reverse("reviews:sheet", args=[scene.sheet(0, 0).pk])
    words = page_for(client, scene.seats[0].user, address)
    assert "Compare with my other sheets" in words
    assert "Public benefit 9" in words

    first = scene.round.rubric.criteria.get(position=1)
    typed = {"version": 0, f"points_{first.pk}": "6"}
    by_itself = {"x-autosave": "1", "accept-language": "en"}
    answer = client.post(address, typed, headers=by_itself).json()
    assert "Public benefit 6" in answer["parts"]["own-sheets"]
    last = scene.round.rubric.criteria.get(position=2)
    assert f'href="#id_points_{last.pk}_0"' in answer["parts"]["sheet-progress"]
    cleared = {"version": answer["version"], f"points_{first.pk}": ""}
    assert client.post(address, cleared, headers=by_itself).status_code == 200
    assert scene.sheet(0, 0).points()[first.pk] is None


def test_sheet_opened_again_tells_the_member_why_and_by_when(client, scene):
    sheet = fill(scene.sheet(0, 0), 7, 3)
    move = reverse("casework:move", args=[sheet.pk, "reopen"])
    client.force_login(scene.office)
    assert client.post(move, {"reason": ""}).status_code == 422
    late = {"reason": "合計の誤り", "due_on": TODAY - timedelta(days=1)}
    assert client.post(move, late).status_code == 422
    by = TODAY + timedelta(days=3)
    assert client.post(move, {"reason": "合計の誤り", "due_on": by}).status_code == 302

    sheet = scene.sheet(0, 0)
    assert (sheet.state, sheet.deadlines.open().get().due_on) == ("assigned", by)
    told = Notice.objects.filter(case=sheet, recipient=sheet.seat.user).order_by("-pk")
    assert told.filter(kind="your_turn").count() == 2  # the first when the sheet came
    assert "合計の誤り" in told[0].body
    assert f"{by.month}月{by.day}日" in told[0].body

    member = scene.seats[0].user
    for door in ("reviews:sheet", "casework:case"):
        assert "合計の誤り" in page_for(client, member, reverse(door, args=[sheet.pk]))
    services.submit_sheet(sheet, by=member, at=NOON)
    again = page_for(client, member, reverse("casework:case", args=[sheet.pk]))
    assert "The office opened this sheet again" not in again


def test_sheet_opened_again_without_a_day_is_due_on_the_day_of_the_round(scene):
    due_on = TODAY + timedelta(days=9)
    services.set_scoring_date(scene.round, due_on=due_on, by=scene.office, at=NOON)
    sheet = advance(
        fill(scene.sheet(0, 0), 7, 3), "reopen", by=scene.office, at=NOON, reason="誤り"
    )
    assert sheet.deadlines.open().get().due_on == due_on


def test_selection_lists_the_sheet_taken_out_after_scoring_with_the_reason(client, scene):
    fill(scene.sheet(0, 0), 7, 3)
    member = scene.seats[0].user
    for proposal in scene.proposals:
        services.declare_conflict(
            seat=scene.seats[0], proposal=proposal, kind="family", by=member, at=NOON
        )
    words = page_for(client, scene.office, reverse("reviews:selection", args=[scene.round.pk]))
    assert words.count("after it was handed in; its points are kept and count nowhere") == 1
    assert words.count("before it was handed in") == 1
    assert words.count("said by the member") == 2
    assert words.count('<td data-label="Why"><span>Close family of somebody in the group') == 2
    records = reverse("casework:case-part", args=[scene.sheet(0, 0).pk, "records"])
    record = page_for(client, scene.office, records)
    assert "Conflict of interest recorded" in record
    assert "Taken out for a conflict of interest" in record
