"""The decision of a round: what it refuses, what it freezes, and what follows when it is approved."""

import re
import statistics
from dataclasses import replace
from fractions import Fraction

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Duty, Role
from casework import approvals, verification
from casework.approvals import Wish
from casework.errors import NotPossible
from casework.history import digest_of
from casework.models import Access, Approval
from casework.services import advance
from reviews import services
from reviews.decisions import Outcome, draft_decision, freeze_decision, wishes_of
from reviews.models import DecisionSnapshot, Score
from reviews.selection import standings
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reviews.conftest import approve, draft, fill, refer

pytestmark = pytest.mark.django_db


def test_draft_asks_for_one_move_per_proposal_from_the_snapshot(scored):
    approval = draft(scored, "select", "decline", reason="予算の範囲")
    snapshot = DecisionSnapshot.objects.get()

    first, second = approval.items.order_by("case_id")
    assert (first.verb, first.amount_yen) == ("select", 80_000)
    assert first.facts == {
        "rank": 1, "points": "12.50", "snapshot": snapshot.digest, "assessed_yen": 80_000,
        "reason": "予算の範囲",
    }  # fmt: skip
    assert (second.verb, second.amount_yen) == ("decline", None)
    assert "assessed_yen" not in second.facts
    assert snapshot.digest == digest_of(snapshot.content)
    assert scored.proposals[0].__class__.objects.get(pk=scored.proposals[0].pk).state == (
        "in_selection"
    )


def test_approval_decides_every_proposal_and_closes_its_sheets(scored):
    approve(draft(scored, "select", "reserve"))

    first, second = (p.__class__.objects.get(pk=p.pk) for p in scored.proposals)
    assert (first.state, first.assessed_yen, first.rank) == ("selected", 80_000, 1)
    assert (second.state, second.assessed_yen, second.rank) == ("reserve", 60_000, 2)
    assert {s.state for p in (first, second) for s in p.sheets.all()} == {"counted"}
    assert [p.letters.count() for p in (first, second)] == [1, 1]
    assert list(verification.faults()) == []


def test_snapshot_recounted_by_other_means_gives_the_same(scored):
    draft(scored, "select", "select")
    content = DecisionSnapshot.objects.get().content

    for entry in content["proposals"]:
        totals = [sum(sheet["scores"].values()) for sheet in entry["sheets"]]
        live = Score.objects.filter(sheet__proposal=entry["id"])
        assert sum(totals) == sum(live.values_list("points", flat=True))
        assert Fraction(entry["points"]) == statistics.mean(map(Fraction, totals))
        assert entry["shown"] == f"{statistics.mean(totals):.2f}"
    assert [e["rank"] for e in content["proposals"]] == [1, 2]
    assert [e["proposed"] for e in content["proposals"]] == [
        {"outcome": "select", "amount_yen": yen, "reason": "full"} for yen in (80_000, 60_000)
    ]
    assert content["rubric"].items() >= {"tie_rule": "smaller_request", "quorum": 1}.items()
    assert content["format"] == 4


def test_no_seat_is_given_while_a_decision_waits(scored):
    draft(scored, "select", "select")
    newcomer = factories.user(Role.PANEL)
    with pytest.raises(ValidationError, match="draft"):
        services.add_seat(scored.round, user=newcomer, by=scored.office, at=NOON)
    assert not newcomer.seats.exists()


def test_frozen_table_tells_no_places_to_whoever_does_not_meet_all_of_it(client, scored):
    approval = draft(scored, "select", "select")
    hidden, barred = scored.proposals[0], factories.user(Role.OFFICE)
    Access.objects.create(case=hidden, user=barred, barred=True, reason="conflict")
    addresses = [
        reverse("reviews:selection", args=[scored.round.pk]),
        reverse("casework:case-part", args=[approval.pk, "grounds"]),
    ]
    told = {}
    for person in (scored.office, barred):
        client.force_login(person)
        with time_machine.travel(NOON, tick=False):
            pages = [client.get(a, headers={"accept-language": "en"}) for a in addresses]
        told[person] = [(">Place<" in p.text, "The rules proposed" in p.text) for p in pages]
    assert told == {scored.office: [(True, True)] * 2, barred: [(False, False)] * 2}


def test_snapshot_holds_members_as_ids_and_conflicts_as_digests(scored):
    conflict = services.declare_conflict(
        seat=scored.seats[1], proposal=scored.proposals[0], kind="family", note="いとこ",
        by=scored.office, at=NOON,
    )  # fmt: skip
    draft(scored, "select", "select")
    snapshot = DecisionSnapshot.objects.get()
    entry = snapshot.content["proposals"][0]

    assert entry["conflicts"] == [{"id": conflict.pk, "digest": conflict.digest, "recused": True}]
    assert [s["member"] for s in entry["sheets"]] == [scored.seats[0].user_id]
    assert (entry["points"], entry["counted"]) == ("12", 1)
    assert entry["version_digest"] == scored.proposals[0].versions.get().digest
    text = str(snapshot.content)
    assert not any(word in text for word in ("family", "いとこ", scored.seats[1].user.name))


def test_snapshot_is_never_changed(scored):
    draft(scored, "select", "select")
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionSnapshot.objects.update(digest="")
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionSnapshot.objects.all().delete()


def test_missing_sheets_need_a_reason_and_never_count_as_zero(scene):
    fill(scene.sheet(0, 0), 8, 4)
    fill(scene.sheet(0, 1), None, 5, submit=False)
    fill(scene.sheet(1, 0), 1, 1)
    fill(scene.sheet(1, 1), 1, 1)

    with pytest.raises(ValidationError):
        draft(scene, "select", "decline")
    assert not DecisionSnapshot.objects.exists()

    draft(scene, "select", "decline", missing_reason="委員が病気のため")
    content = DecisionSnapshot.objects.get().content
    first = content["proposals"][0]
    assert content["missing_reason"] == "委員が病気のため"
    assert (first["points"], first["counted"], first["missing"]) == ("12", 1, 1)
    assert [s["scores"] for s in first["sheets"] if not s["counts"]] == [{}]


def test_sheets_that_never_came_are_dropped_by_the_decision(scene):
    approve(draft(scene, "decline", "decline", missing_reason="定足数は満たしている"))
    assert {s.state for p in scene.proposals for s in p.sheets.all()} == {"withdrawn"}


def test_selection_above_the_budget_is_refused_with_the_numbers(scored):
    scored.round.budget_yen = 139_999
    scored.round.save()
    with pytest.raises(ValidationError) as refusal:
        draft(scored, "select", "select")
    assert re.findall(r"[\d,]+", str(refusal.value)) == ["140,000", "139,999", "1"]
    scored.round.budget_yen = 140_000
    scored.round.save()
    assert draft(scored, "select", "select").pk


def test_reserves_and_declined_cost_nothing(scored):
    scored.round.budget_yen = 80_000
    scored.round.save()
    assert draft(scored, "select", "reserve").pk


def test_earlier_decisions_leave_less_of_the_budget(scored):
    scored.round.budget_yen = 150_000
    scored.round.save()
    approve(draft(scored, "select", "reserve"))
    later = refer(scored.round, scored.office, asks=71_000)
    for sheet in later.sheets.all():
        fill(sheet, 5, 5)
    with pytest.raises(ValidationError):
        draft_decision(
            scored.round,
            outcomes=[Outcome(later, "select", departure="合議による")],
            by=scored.office,
            at=NOON,
        )
    draft_decision(
        scored.round,
        outcomes=[Outcome(later, "select", 70_000, departure="合議による")],
        by=scored.office,
        at=NOON,
    )
    assert list(scored.round.decisions.order_by("pk").values_list("number", flat=True)) == [1, 2]


def test_budget_that_is_not_set_is_no_unlimited_one(scored):
    scored.round.budget_yen = None
    scored.round.save()
    with pytest.raises(ValidationError):
        draft(scored, "select", "decline")
    assert draft(scored, "decline", "decline").pk


def test_reserve_needs_whoever_may_decide_its_amount(scored):
    approval = draft(scored, "reserve", "decline")
    assert sorted(item.amount_yen or 0 for item in approval.items.all()) == [0, 80_000]
    limited = factories.user()
    Duty.objects.create(user=limited, role=Role.APPROVER, decides_up_to_yen=79_999)

    with pytest.raises(PermissionDenied):
        advance(approval, "approve", by=limited, at=NOON, decided_on=TODAY)


@pytest.mark.parametrize("amount", [0, 80_001])
def test_assessed_amount_lies_within_what_was_requested(scored, amount):
    with pytest.raises(ValidationError):
        draft(scored, "select", "decline", assessed_yen=amount)


def test_every_proposal_in_selection_needs_an_outcome(scored):
    with pytest.raises(ValidationError):
        draft_decision(
            scored.round, outcomes=[Outcome(scored.proposals[0], "select")], by=scored.office,
            at=NOON,
        )  # fmt: skip
    with pytest.raises(ValidationError):
        draft(scored, "select", "rescind")
    stranger = factories.draft(round=scored.round)
    everything = [Outcome(p, "decline") for p in (*scored.proposals, stranger)]
    with pytest.raises(ValidationError):
        draft_decision(scored.round, outcomes=everything, by=scored.office, at=NOON)


def test_round_without_proposals_has_nothing_to_decide(office):
    with pytest.raises(ValidationError):
        draft_decision(factories.call(), outcomes=[], by=office, at=NOON)


@pytest.mark.parametrize("role", [Role.PANEL, Role.APPROVER, Role.AUDITOR, Role.DEPARTMENT])
def test_only_the_office_drafts(scored, role):
    with pytest.raises(PermissionDenied):
        draft_decision(scored.round, outcomes=[], by=factories.user(role), at=NOON)


def test_two_drafts_of_one_round_are_not_possible(scored):
    draft(scored, "select", "decline")
    with pytest.raises(NotPossible):
        draft(scored, "decline", "decline")
    assert Approval.objects.count() == DecisionSnapshot.objects.count() == 1


def test_sheets_rest_while_a_decision_that_counts_them_waits(scored):
    approval = draft(scored, "select", "decline")
    with pytest.raises(NotPossible):
        advance(scored.sheet(0, 0), "reopen", by=scored.office, at=NOON, reason="誤り")
    advance(approval, "drop", by=scored.office, at=NOON, reason="やり直し")
    sheet = advance(scored.sheet(0, 0), "reopen", by=scored.office, at=NOON, reason="誤り")
    assert sheet.state == "assigned"


def test_decision_whose_sheets_changed_cannot_be_approved(scored):
    approval = draft(scored, "select", "decline")
    services.declare_conflict(
        seat=scored.seats[0], proposal=scored.proposals[1], kind="member", by=scored.seats[0].user,
        at=NOON,
    )  # fmt: skip
    with pytest.raises(NotPossible):
        approve(approval)
    states = {p.__class__.objects.get(pk=p.pk).state for p in scored.proposals}
    assert states == {"in_selection"}


def test_recused_sheet_changes_no_other_proposal(scored):
    before = {row.proposal.pk: row.points for row in standings(scored.round)}
    services.declare_conflict(
        seat=scored.seats[0], proposal=scored.proposals[1], kind="member", by=scored.office, at=NOON
    )
    after = {row.proposal.pk: row.points for row in standings(scored.round)}
    first, second = (p.pk for p in scored.proposals)
    assert before[first] == after[first]
    assert (before[second], after[second]) == (Fraction(19, 2), Fraction(10))


def test_standings_take_as_many_queries_for_many_as_for_one(scored, django_assert_num_queries):
    with django_assert_num_queries(11):
        standings(scored.round)
    refer(scored.round, scored.office)
    with django_assert_num_queries(11):
        assert len(standings(scored.round)) == 3


# A draft that somebody made by hand


@remembered
def approving_by_hand(*wishes):
    """Draft and approve; the first of the two refuses already."""
    office = factories.user(Role.OFFICE)
    with translation.override("en"):
        return approve(approvals.draft("手書き", list(wishes), by=office, at=NOON))


@remembered
def frozen(scene, *verbs, **fields) -> list[Wish]:
    said = {"departure": "合議による", **fields}
    outcomes = [Outcome(p, verb, **said) for p, verb in zip(scene.proposals, verbs, strict=True)]
    return wishes_of(freeze_decision(scene.round, outcomes=outcomes, by=scene.office, at=NOON))


def still_in_selection(scene) -> bool:
    return {p.__class__.objects.get(pk=p.pk).state for p in scene.proposals} == {"in_selection"}


@pytest.mark.parametrize("verb", ["select", "reserve", "decline"])
@pytest.mark.parametrize("digest", [{}, {"snapshot": ""}, {"snapshot": "0" * 64}])
def test_no_decision_without_its_snapshot(scored, verb, digest):
    amount = {} if verb == "decline" else {"assessed_yen": 80_000}
    with pytest.raises(NotPossible, match="rests on no frozen decision"):
        approving_by_hand(Wish(scored.proposals[0], verb, {**amount, **digest}))
    assert still_in_selection(scored)


@pytest.mark.parametrize(
    "other",
    [
        {"assessed_yen": 79_999},
        {"assessed_yen": None},
        {"rank": 2},
        {"points": "15.00"},
        {"reason": "別の理由"},
        {"more": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_decision_says_what_its_snapshot_says_and_nothing_else(scored, other):
    first, _second = frozen(scored, "select", "decline")
    with pytest.raises(NotPossible, match="something else than the frozen decision"):
        approving_by_hand(replace(first, facts={**first.facts, **other}))
    assert still_in_selection(scored)


@pytest.mark.parametrize("verb", ["reserve", "decline"])
def test_snapshot_of_another_outcome_does_not_do(scored, verb):
    first, _second = frozen(scored, "select", "decline")
    with pytest.raises(NotPossible, match="something else than the frozen decision"):
        approving_by_hand(replace(first, verb=verb))
    assert still_in_selection(scored)


def test_snapshot_of_another_proposal_does_not_do(scored):
    first, second = frozen(scored, "select", "select")
    with pytest.raises(NotPossible, match="something else than the frozen decision"):
        approving_by_hand(replace(second, case=first.case))
    assert still_in_selection(scored)


def test_snapshot_of_another_round_does_not_do(scored):
    elsewhere = refer(factories.call(), scored.office)
    foreign = factories.wish(elsewhere, "decline")
    with pytest.raises(NotPossible, match="rests on no frozen decision"):
        approving_by_hand(replace(foreign, case=scored.proposals[0]))
    assert still_in_selection(scored)


def test_decision_that_was_frozen_is_made(scored):
    approving_by_hand(*frozen(scored, "select", "decline", reason="予算の範囲"))
    assert not still_in_selection(scored)
