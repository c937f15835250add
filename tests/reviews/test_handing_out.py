"""Handing out sheets: by a plan that was looked at, or by hand; who is barred gets none."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.models import Access, Case, Notice
from casework.services import advance
from reviews import conflict_views, corrections, handing_out, services, verifying
from reviews.decisions import Outcome, draft_decision
from reviews.handing_out import Bar, digest_of_plan, plan_of, sheets_of
from reviews.models import Conflict, Rubric, ScoreSheet
from reviews.selection import standings
from reviews.sensitivity_inputs import scored_of
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reviews.conftest import approve, fill, refer
from tests.reviews.test_views import get, post, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def spread(office):
    """Three proposals, three members, two sheets each; nothing handed out yet."""
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=3, assignment="balanced", sheets_each=2)
    return round, seats, [refer(round, office) for _ in range(3)]


def shown(round) -> str:
    """The digest of the plan as a page would show it now."""
    return digest_of_plan(plan_of(round, sheets_of(round, day=TODAY)))


def handed_out(round, office):
    return handing_out.hand_out(round, digest=shown(round), by=office, at=NOON)


def test_referral_hands_out_nothing_where_the_work_is_spread_and_the_plan_hands_out_all(
    spread, office
):
    round, seats, proposals = spread
    assert not ScoreSheet.objects.exists()
    assert handing_out.waiting_rounds(office, day=TODAY) == [(round, 3)]
    assert not Case.objects.visible_to(seats[0].user).filter(pk=proposals[0].pk).exists()

    sheets = handed_out(round, office)

    assert len(sheets) == 6
    assert [seat.sheets.count() for seat in seats] == [2, 2, 2]
    assert [proposal.sheets.count() for proposal in proposals] == [2, 2, 2]
    mine = seats[0].sheets.first().proposal
    assert Case.objects.visible_to(seats[0].user).filter(pk=mine.pk).exists()
    assert handing_out.waiting_rounds(office, day=TODAY) == []


def test_round_stops_asking_for_sheets_when_nobody_is_left_to_score(client, spread, office):
    round, seats, proposals = spread
    handed_out(round, office)
    Rubric.objects.filter(round=round).update(sheets_each=4)
    with time_machine.travel(NOON, tick=False):
        asks = get(client, office, reverse("reviews:selection", args=[round.pk]))
        for proposal in proposals:
            missing = next(s for s in seats if not s.sheets.filter(proposal=proposal).exists())
            handing_out.give(proposal, missing, by=office, at=NOON)
        rests = get(client, office, reverse("reviews:selection", args=[round.pk]))
    assert asks.context["ready"].to_hand_out and not rests.context["ready"].to_hand_out
    assert handing_out.waiting_rounds(office, day=TODAY) == []


def test_round_says_before_it_freezes_that_it_asks_for_more_sheets_than_there_are_members(
    client, office
):
    round = factories.call(seats=0)
    factories.panel(round, seats=3, assignment="balanced", sheets_each=4)
    page = get(client, office, reverse("reviews:selection", args=[round.pk]))
    assert "The rubric asks for 4 sheets" in text_of(page)
    assert page.context["ready"].few_members == (4, 3)


def test_possible_conflict_answered_none_says_who_hands_out_the_sheet(spread):
    round, _seats, _proposals = spread
    assert "hands out" in _said_in_english("dismiss", round)
    assert "may score" in _said_in_english("dismiss", factories.call())


def _said_in_english(answer, round):
    with translation.override("en"):
        return conflict_views._said(answer, round)


def test_page_for_a_seat_says_whether_sheets_come_by_themselves(client, spread, office):
    client.force_login(office)
    english = {"accept-language": "en"}
    for round, said in (
        (spread[0], "gets no sheet by itself"),
        (factories.call(), "for each that"),
    ):
        page = client.get(reverse("reviews:seat-add", args=[round.pk]), headers=english)
        assert said in page.text


def test_member_with_a_conflict_gets_none_and_the_plan_says_who_is_missing_and_why(spread, office):
    round, seats, proposals = spread
    for seat in seats[:2]:
        services.declare_conflict(
            seat=seat, proposal=proposals[0], kind=Conflict.Kind.OTHER, by=office, at=NOON
        )
    found = sheets_of(round, day=TODAY)
    assert plan_of(round, found).lacking == {proposals[0].pk: 1}
    assert found.why_not(proposals[0].pk) == [(seats[0], Bar.CONFLICT), (seats[1], Bar.CONFLICT)]

    handed_out(round, office)

    assert [sheet.seat for sheet in proposals[0].sheets.all()] == [seats[2]]
    late = services.add_seat(round, user=factories.user(Role.PANEL), by=office, at=NOON)
    assert not late.sheets.exists()


def test_plan_that_is_not_the_one_that_was_shown_is_refused(spread, office):
    round, seats, proposals = spread
    stale = shown(round)
    handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    # Who got a sheet by hand keeps it, so the rest of the plan is another one now.
    services.declare_conflict(
        seat=seats[1], proposal=proposals[0], kind=Conflict.Kind.OTHER, by=office, at=NOON
    )
    with pytest.raises(ValidationError, match="Something changed"):
        handing_out.hand_out(round, digest=stale, by=office, at=NOON)
    assert ScoreSheet.objects.count() == 1
    handed_out(round, office)
    assert [proposal.sheets.count() for proposal in proposals] == [2, 2, 2]


def test_only_the_office_and_nobody_who_must_not_meet_a_case_hands_out(spread, office):
    round, seats, proposals = spread
    digest = shown(round)
    with pytest.raises(PermissionDenied):
        handing_out.hand_out(round, digest=digest, by=seats[0].user, at=NOON)
    Access.objects.create(case_id=proposals[0].pk, user=office, barred=True, reason="conflict")
    with pytest.raises(PermissionDenied):
        handing_out.hand_out(round, digest=digest, by=office, at=NOON)
    assert handing_out.waiting_rounds(office, day=TODAY) == [(round, 2)]
    assert not ScoreSheet.objects.exists()


def test_sheet_by_hand_is_refused_twice_and_for_whoever_is_barred(spread, office):
    _round, seats, proposals = spread
    handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    with pytest.raises(ValidationError, match="already"):
        handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    services.declare_conflict(
        seat=seats[1], proposal=proposals[0], kind=Conflict.Kind.OTHER, by=office, at=NOON
    )
    with pytest.raises(ValidationError, match="conflict of interest"):
        handing_out.give(proposals[0], seats[1], by=office, at=NOON)
    services.end_seat(seats[2], last_day=TODAY.replace(day=1), by=office, at=NOON)
    with pytest.raises(ValidationError, match="seat is not held"):
        handing_out.give(proposals[0], seats[2], by=office, at=NOON)
    assert proposals[0].sheets.count() == 1


def test_nothing_is_handed_out_under_a_draft_that_the_oldest_proposal_is_not_in(office):
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2, assignment="balanced", sheets_each=1)
    older = factories.draft(round=round)
    older = advance(older, "submit", by=older.organization.members.get(), at=NOON)
    drafted = refer(round, office)
    handed_out(round, office)
    draft_decision(
        round, outcomes=[Outcome(drafted, "decline", departure="x")], missing_reason="x",
        by=office, at=NOON,
    )  # fmt: skip
    for verb in ("accept", "refer"):
        older = advance(older, verb, by=office, at=NOON)
    assert older.pk < drafted.pk

    with pytest.raises(ValidationError, match="A decision is drafted"):
        handed_out(round, office)
    assert not ScoreSheet.objects.filter(seat__in=seats, proposal=older).exists()


def test_single_sheet_is_not_moved_by_whoever_must_not_meet_the_proposal(spread, office):
    _round, seats, proposals = spread
    sheet = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    Access.objects.create(case_id=proposals[0].pk, user=office, barred=True, reason="conflict")

    with pytest.raises(PermissionDenied):
        handing_out.give(proposals[0], seats[1], by=office, at=NOON)
    with pytest.raises(PermissionDenied):
        handing_out.take_back(sheet, reason="x", by=office, at=NOON)
    assert [s.state for s in proposals[0].sheets.all()] == ["assigned"]


def test_empty_sheet_is_taken_back_with_a_reason_and_can_be_given_again(spread, office):
    round, seats, proposals = spread
    sheet = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    member = seats[0].user

    sheet = handing_out.take_back(sheet, reason="病気のため", by=office, at=NOON)

    assert sheet.state == "withdrawn"
    told = Notice.objects.get(recipient=member, state="queued")
    assert (told.kind, told.path) == ("sheet_taken_back", "/panel/")
    assert proposals[0].title in told.body and "病気" not in told.body
    assert not Case.objects.visible_to(member).filter(pk__in=[sheet.pk, proposals[0].pk]).exists()
    assert (proposals[0].pk, seats[0].pk) not in plan_of(round, sheets_of(round, day=TODAY)).pairs

    again = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    assert (again.pk, again.state) == (sheet.pk, "assigned")
    assert Case.objects.visible_to(member).filter(pk=proposals[0].pk).exists()


def test_sheet_that_a_decision_dropped_is_not_called_taken_back(spread, office):
    round, seats, proposals = spread
    first = proposals[0]
    for seat in seats[:2]:
        handing_out.give(first, seat, by=office, at=NOON)
    handing_out.take_back(first.sheets.get(seat=seats[0]), reason="x", by=office, at=NOON)
    outcomes = [Outcome(p, "decline", departure="x") for p in proposals]
    approve(draft_decision(round, outcomes=outcomes, missing_reason="x", by=office, at=NOON))
    decided = round.decisions.get()
    approve(corrections.draft_reconsideration(decided, reason="x", by=office, at=NOON))

    found = sheets_of(round, day=TODAY)
    assert found.why_not(first.pk) == [(seats[0], Bar.TAKEN_BACK), (seats[1], Bar.NEVER_CAME)]
    assert handing_out.give(first, seats[1], by=office, at=NOON).state == "assigned"


def test_sheet_with_points_is_not_taken_back(spread, office):
    _round, seats, proposals = spread
    sheet = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    fill(sheet, 5, None, submit=False)
    with pytest.raises(ValidationError, match="still empty"):
        handing_out.take_back(sheet, reason="x", by=office, at=NOON)
    sheet.refresh_from_db()
    assert sheet.state == "assigned"


def test_lifting_a_conflict_gives_no_sheet_back_that_was_taken_back_before(spread, office):
    _round, seats, proposals = spread
    sheet = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    handing_out.take_back(sheet, reason="x", by=office, at=NOON)
    kind = Conflict.Kind.OTHER
    conflict = services.declare_conflict(
        seat=seats[0], proposal=proposals[0], kind=kind, by=office, at=NOON
    )
    services.lift_conflict(conflict, reason="誤り", by=office, at=NOON)
    sheet.refresh_from_db()
    assert sheet.state == "withdrawn"


# The pages


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_page_shows_a_plan_without_writing_and_the_button_hands_out_that_plan(
    client, spread, office, at_noon
):
    round, seats, proposals = spread
    address = reverse("reviews:assignment", args=[round.pk])
    before = get(client, office, reverse("reviews:selection", args=[round.pk]))
    assert before.context["ready"].to_hand_out and address in before.content.decode()
    page = get(client, office, f"{address}?plan=1")
    assert "Hand out 6 sheets" in text_of(page)
    assert not ScoreSheet.objects.exists()

    act = reverse("reviews:hand-out", args=[round.pk])
    post(client, office, act, {"digest": "another"})
    assert not ScoreSheet.objects.exists()
    post(client, office, act, {"digest": shown(round)})
    assert ScoreSheet.objects.count() == 6
    sheet = ScoreSheet.objects.order_by("pk").first()
    back = reverse("reviews:take-back-sheet", args=[sheet.pk])
    assert post(client, office, back, {"reason": ""}).status_code == 422
    assert post(client, office, back, {"reason": "病気"}).status_code == 302
    pair = {"pair": f"{sheet.proposal_id}:{sheet.seat_id}"}
    post(client, office, reverse("reviews:give-sheet", args=[round.pk]), pair)
    assert ScoreSheet.objects.filter(state="assigned").count() == 6


def test_whoever_must_not_meet_a_proposal_finds_it_nowhere_on_the_page(
    client, spread, office, at_noon
):
    round, seats, proposals = spread
    sheet = handing_out.give(proposals[0], seats[0], by=office, at=NOON)
    for case in (proposals[0], sheet):
        Access.objects.create(case_id=case.pk, user=office, barred=True, reason="conflict")
    page = get(client, office, reverse("reviews:assignment", args=[round.pk]) + "?plan=1")
    said = text_of(page)
    assert str(proposals[0]) not in said and str(proposals[1]) in said
    assert page.context["members"] == [(seat, 0, 0) for seat in seats]
    assert page.context["plan"] is None
    pair = {"pair": f"{proposals[0].pk}:{seats[1].pk}"}
    give = reverse("reviews:give-sheet", args=[round.pk])
    assert post(client, office, give, pair).status_code == 404
    back = reverse("reviews:take-back-sheet", args=[sheet.pk])
    assert post(client, office, back, {"reason": "x"}).status_code == 404
    assert post(client, seats[1].user, give, pair).status_code == 403


def test_proposal_with_too_few_sheets_handed_out_for_a_place_is_named(client, office, at_noon):
    round = factories.call(seats=0)
    factories.panel(round, seats=2, assignment="by_hand", quorum=2)
    proposal = refer(round, office)
    handing_out.give(proposal, round.seats.first(), by=office, at=NOON)
    page = get(client, office, reverse("reviews:selection", args=[round.pk]))
    assert page.context["ready"].short == [(proposal, 1)]
    assert "Too few sheets handed out for a place" in text_of(page)


def test_only_who_lost_a_sheet_counts_as_recused_where_sheets_are_handed_out(office):
    """Who was excluded before would not have had one; with sheets for all, that one counts, too."""
    round = factories.call(seats=0)
    rules = {"aggregation": "median", "recused_counts": "as_mean"}
    seats = factories.panel(round, seats=5, assignment="by_hand", **rules)
    proposal = refer(round, office)
    excluded, taken_out, *scoring = seats
    for seat in (excluded, taken_out):
        if seat is taken_out:
            handing_out.give(proposal, seat, by=office, at=NOON)
        services.declare_conflict(
            seat=seat, proposal=proposal, kind=Conflict.Kind.OTHER, by=office, at=NOON
        )
    for seat, points in zip(scoring, [(10, 5), (2, 1), (2, 1)], strict=True):
        fill(handing_out.give(proposal, seat, by=office, at=NOON), *points)

    (row,) = standings(round)
    assert row.points == 5  # of 15, 7 (the mean of the others), 3 and 3
    assert scored_of(row).recused == {taken_out.pk}
    outcome = Outcome(proposal, "decline", departure="x")
    approve(draft_decision(round, outcomes=[outcome], by=office, at=NOON))
    decided = round.decisions.get()
    (entry,) = decided.content["proposals"]
    assert [c["recused"] for c in entry["conflicts"]] == [False, True]
    assert [*verifying.faults(decided)] == []

    Rubric.objects.update(assignment="all")
    assert standings(round, [proposal])[0].points == 7
