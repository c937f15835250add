"""A selection is concluded while somebody scores, declares a conflict, or changes the budget."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Role
from casework.errors import NotPossible
from casework.models import Approval, Notice
from casework.services import advance
from grants.models import Round
from grants.services import change_round
from reviews import handing_out, meetings, services, verifying
from reviews.board import Audience, board_of, fingerprint
from reviews.decisions import Outcome, draft_decision
from reviews.models import Conflict, DecisionSnapshot, ScoreSheet
from tests import factories
from tests.factories import NOON, TODAY
from tests.races.test_holds import waits_for_a_lock
from tests.races.threads import PATIENCE, race
from tests.reviews.conftest import fill, refer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene():
    """One proposal, two members; the second has filled the sheet in and not handed it in."""
    factories.sender()
    office, round = factories.user(Role.OFFICE), factories.call(seats=0)
    seats = factories.panel(round, seats=2)
    proposal = refer(round, office, asks=60_000)
    sheets = [ScoreSheet.objects.get(seat=seat) for seat in seats]
    fill(sheets[0], 8, 4)
    sheets[1] = fill(sheets[1], 10, 5, submit=False)
    return SimpleNamespace(
        round=round, office=office, proposal=proposal, seats=seats, sheets=sheets,
        approver=factories.user(Role.APPROVER),
    )  # fmt: skip


def meanwhile(first: Callable, second: Callable) -> object:
    """Do ``first`` in an open transaction; ``second`` has to wait for it. Return what came of it."""
    told: list[object] = []
    waiting = threading.Thread(target=lambda: told.extend(race(second)))
    with transaction.atomic():
        first()
        waiting.start()
        while waiting.is_alive() and not waits_for_a_lock():
            waiting.join(0.05)
        assert waiting.is_alive(), f"it did not wait: {told}"
    waiting.join(PATIENCE)
    return told[0]


def concluding(scene, **said) -> Callable:
    outcome = Outcome(scene.proposal, "select", departure="合議による")
    return lambda: draft_decision(
        scene.round, outcomes=[outcome], missing_reason="急ぐため", by=scene.office, at=NOON, **said
    )


def submitting(scene) -> Callable:
    sheet = scene.sheets[1]
    return lambda: services.submit_sheet(sheet, by=sheet.seat.user, at=NOON)


def recusing(scene) -> Callable:
    seat = scene.seats[0]
    return lambda: services.declare_conflict(
        seat=seat, proposal=scene.proposal, kind="family", by=seat.user, at=NOON
    )


def approving(scene) -> Callable:
    approval = Approval.objects.get()
    return lambda: advance(approval, "approve", by=scene.approver, at=NOON, decided_on=TODAY)


def budget(scene, yen: int) -> Callable:
    round = scene.round
    return lambda: change_round(
        round, opens_at=round.opens_at, closes_at=round.closes_at, budget_yen=yen,
        reason="補正予算", by=scene.office, at=NOON,
    )  # fmt: skip


def counted(snapshot: DecisionSnapshot) -> int:
    return snapshot.content["proposals"][0]["counted"]


def test_of_two_conclusions_at_once_one_is_drafted(scene):
    second = meanwhile(concluding(scene), concluding(scene))
    assert isinstance(second, NotPossible)
    assert Approval.objects.count() == DecisionSnapshot.objects.count() == 1


def test_sheet_handed_in_while_concluding_waits_and_is_refused(scene):
    second = meanwhile(concluding(scene), submitting(scene))
    assert isinstance(second, NotPossible)
    assert counted(DecisionSnapshot.objects.get()) == 1
    assert ScoreSheet.objects.get(pk=scene.sheets[1].pk).state == "assigned"


def test_conclusion_waits_for_a_sheet_that_is_being_handed_in_and_counts_it(scene):
    second = meanwhile(submitting(scene), concluding(scene))
    assert isinstance(second, Approval)
    assert counted(DecisionSnapshot.objects.get()) == 2


def test_recusal_while_concluding_waits_and_the_draft_cannot_be_approved(scene):
    second = meanwhile(concluding(scene), recusing(scene))
    assert isinstance(second, Conflict)
    with pytest.raises(NotPossible):
        approving(scene)()
    assert DecisionSnapshot.objects.get().content["proposals"][0]["conflicts"] == []


def test_conclusion_waits_for_a_recusal_that_is_being_recorded_and_heeds_it(scene):
    second = meanwhile(recusing(scene), concluding(scene))
    (entry,) = DecisionSnapshot.objects.get().content["proposals"]
    assert isinstance(second, Approval)
    assert [c["id"] for c in entry["conflicts"]] == [Conflict.objects.get().pk]
    assert [s["id"] for s in entry["sheets"]] == [scene.sheets[1].pk]


def test_recusal_while_approving_comes_after_the_decision_or_stops_it(scene):
    concluding(scene)()
    approved, recused = race(approving(scene), recusing(scene))
    assert isinstance(recused, Conflict)
    sheet = ScoreSheet.objects.get(pk=scene.sheets[0].pk)
    if isinstance(approved, NotPossible):
        assert sheet.state == "recused"
    else:
        assert sheet.state == "counted"
    snapshot = DecisionSnapshot.objects.select_related("round__rubric").get()
    assert list(verifying.faults(snapshot)) == []


def test_conclusion_waits_for_a_budget_that_is_being_changed_and_heeds_it(scene):
    second = meanwhile(budget(scene, 59_999), concluding(scene))
    assert isinstance(second, ValidationError)
    assert not DecisionSnapshot.objects.exists()


def test_budget_changed_while_concluding_waits_and_the_approval_heeds_it(scene):
    meanwhile(concluding(scene), budget(scene, 59_999))
    assert Round.objects.get().budget_yen == 59_999
    with pytest.raises(NotPossible):
        approving(scene)()


def test_board_that_is_read_while_the_budget_changes_draws_itself_anew(scene):
    """What is not committed yet is neither waited for nor shown; then the board has to stir."""
    meeting = meetings.plan(scene.round, held_on=TODAY, by=scene.office, at=NOON)

    def drawn() -> tuple[str, int | None]:
        seen = fingerprint(meeting, user=scene.office, audience=Audience.OFFICE)
        return seen, board_of(meeting, user=scene.office, audience=Audience.OFFICE).left_yen

    with transaction.atomic():
        budget(scene, 59_999)()
        (before,) = race(drawn)
    after = drawn()
    assert isinstance(before, tuple)
    assert (before[1], after[1]) == (1_000_000, 59_999)
    assert before[0] != after[0]


def test_of_two_clerks_who_hand_out_at_once_one_hands_out_each_sheet_once():
    office, round = factories.user(Role.OFFICE), factories.call(seats=0)
    seats = factories.panel(round, seats=3, assignment="balanced", sheets_each=2)
    proposals = [refer(round, office) for _ in range(3)]
    plan = handing_out.plan_of(round, handing_out.sheets_of(round, day=TODAY))
    digest = handing_out.digest_of_plan(plan)

    def handing(clerk) -> Callable:
        return lambda: handing_out.hand_out(round, digest=digest, by=clerk, at=NOON)

    second = meanwhile(handing(office), handing(factories.user(Role.OFFICE)))

    assert isinstance(second, ValidationError)
    sheets = ScoreSheet.objects.order_by("proposal", "seat").values_list("proposal", "seat")
    assert list(sheets) == sorted(plan.pairs)
    assert len(sheets) == 2 * len(proposals) == 2 * len(seats)
    told = Notice.objects.filter(kind="your_turn", case__in=ScoreSheet.objects.all())
    assert told.count() == len(sheets)
