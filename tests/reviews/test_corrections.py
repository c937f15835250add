"""Decisions that depart from the rules, are corrected, are read back, and are told to the groups."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import Role
from casework import approvals, verification
from casework.approvals import Wish
from casework.errors import NotPossible
from casework.models import ApprovalItem, Case
from casework.services import advance
from grants.models import Proposal
from reviews import corrections, meetings, services, verifying
from reviews.decisions import Outcome, draft_decision
from reviews.models import (
    Assessment,
    Attendance,
    Conflict,
    Criterion,
    DecisionSnapshot,
    PanelComment,
    Rubric,
    Score,
    ScoreSheet,
)
from reviews.selection import standings
from reviews.taken_out import taken_out
from tests import factories
from tests.factories import NOON
from tests.reviews.conftest import approve, draft, fill, refer

pytestmark = pytest.mark.django_db


def fresh(proposal):
    return proposal.__class__.objects.get(pk=proposal.pk)


@pytest.fixture
def decided(scored):
    """The first is selected as the rules propose, the second declined by the panel's own reasons."""
    approve(draft(scored, "select", "decline", departure="活動の実績がまだ足りない"))
    scored.snapshot = DecisionSnapshot.objects.get()
    return scored


# People and rules


@pytest.mark.parametrize(
    "verbs, amount", [(("select", "decline"), None), (("select", "select"), 59_999)]
)
def test_other_outcome_or_amount_than_the_rules_propose_needs_a_reason(scored, verbs, amount):
    with translation.override("en"), pytest.raises(ValidationError, match="not what the rules"):
        draft(scored, *verbs, departure=" ", assessed_yen=amount)
    assert not DecisionSnapshot.objects.exists()


def test_reason_is_kept_where_it_departs_and_only_there(decided):
    first, second = decided.snapshot.content["proposals"]
    assert (first["departure"], second["departure"]) == ("", "活動の実績がまだ足りない")
    assert "実績" not in str(decided.proposals[1].letters.get().data)


# Taking a decision up again


def take_up(scene, snapshot=None):
    drafted = corrections.draft_reconsideration(
        snapshot or scene.snapshot, reason="採点表の写し誤り", by=scene.office, at=NOON
    )
    return approve(drafted)


def test_corrected_decision_points_at_the_old_one_and_both_are_kept(decided):
    take_up(decided)
    first, second = map(fresh, decided.proposals)
    assert [(p.state, p.assessed_yen, p.rank) for p in (first, second)] == [
        ("in_selection", None, None)
    ] * 2
    assert {s.state for p in decided.proposals for s in p.sheets.all()} == {"submitted"}

    sheet = advance(decided.sheet(1, 0), "reopen", by=decided.office, at=NOON, reason="写し誤り")
    fill(sheet, 10, 5)
    with pytest.raises(ValidationError):  # silent
        draft(decided, "select", "select")
    with translation.override("ja"):
        approve(draft(decided, "select", "select", correction_reason="甲の採点表を直した"))

    old, new = DecisionSnapshot.objects.order_by("number")
    assert new.corrects == old
    assert new.content["corrects"] == {
        "number": 1, "digest": old.digest, "reason": "甲の採点表を直した"
    }  # fmt: skip
    assert [fresh(p).state for p in decided.proposals] == ["selected", "selected"]
    keys = [p.pk for p in decided.proposals]
    assert corrections.decided_by(keys) == dict.fromkeys(keys, new.digest)
    assert [letter.kind for letter in decided.proposals[1].letters.order_by("pk")] == [
        "declined", "reconsidered", "selected",
    ]  # fmt: skip
    assert [*verifying.faults(old), *verifying.faults(new), *verification.faults()] == []


def test_sheet_of_whoever_turned_out_to_have_a_conflict_is_not_counted_again(decided):
    first, second = decided.proposals
    services.declare_conflict(
        seat=decided.seats[0], proposal=fresh(first), kind="family", by=decided.office, at=NOON
    )
    take_up(decided)

    assert [decided.sheet(0, n).state for n in (0, 1)] == ["recused", "submitted"]
    told = {row.proposal: (row.counted, row.shown) for row in standings(decided.round)}
    assert told == {first: (1, 13), second: (2, Decimal("9.5"))}
    assert [one.after_scoring for one in taken_out(decided.round, decided.office)] == [True]
    approve(draft(decided, "select", "decline", correction_reason="利害関係があった"))
    assert [*verifying.faults(decided.round.decisions.last()), *verification.faults()] == []


def test_dropped_draft_of_a_correction_corrects_nothing(decided):
    take_up(decided)
    approval = draft(decided, "select", "decline", correction_reason="一度目")
    advance(approval, "drop", by=decided.office, at=NOON, reason="まだ早い")
    draft(decided, "select", "select", correction_reason="二度目")

    assert not corrections.decided_by([p.pk for p in decided.proposals])
    assert [one.corrects for one in DecisionSnapshot.objects.order_by("number")[1:]] == [
        decided.snapshot
    ] * 2


def test_only_a_decision_that_counts_is_taken_up_and_only_once(decided):
    take_up(decided)
    with pytest.raises(ValidationError):
        take_up(decided)
    assert not corrections.correctable([decided.snapshot])


def test_projects_that_went_on_stay_decided(decided):
    advance(fresh(decided.proposals[0]), "prepare", by=decided.office, at=NOON)
    take_up(decided)
    assert [fresh(p).state for p in decided.proposals] == ["ready", "in_selection"]


def test_reserve_that_took_an_offer_stays_decided(scored):
    approve(draft(scored, "reserve", "decline"))
    reserve = fresh(scored.proposals[0])
    group = reserve.organization.members.get()
    offered = advance(reserve, "offer", by=scored.office, at=NOON)
    advance(offered, "take", by=group, at=NOON)
    scored.snapshot = DecisionSnapshot.objects.get()
    take_up(scored)
    assert [fresh(p).state for p in scored.proposals] == ["selected", "in_selection"]


def test_two_decisions_of_a_round_are_not_taken_up_at_once(decided):
    later = refer(decided.round, decided.office, asks=50_000)
    for sheet in later.sheets.all():
        fill(sheet, 5, 5)
    outcome = Outcome(later, "decline", departure="合議による")
    approve(draft_decision(decided.round, outcomes=[outcome], by=decided.office, at=NOON))
    drafts = [
        corrections.draft_reconsideration(one, reason="誤り", by=decided.office, at=NOON)
        for one in decided.round.decisions.order_by("number")
    ]
    approve(drafts[0])
    with translation.override("en"), pytest.raises(NotPossible, match="taken up again already"):
        approve(drafts[1])
    assert fresh(later).state == "declined"


def test_draft_by_hand_needs_a_decision_that_counts(decided):
    wish = Wish(fresh(decided.proposals[0]), "reconsider", {"snapshot": "0" * 64})
    with translation.override("en"), pytest.raises(NotPossible, match="no decision that counts"):
        approvals.draft("手書き", [wish], by=decided.office, at=NOON)
    with pytest.raises(PermissionDenied):
        corrections.draft_reconsideration(
            decided.snapshot, reason="x", by=factories.anyone(Role.PANEL), at=NOON
        )


def test_page_asks_why_and_drafts(decided, client):
    client.force_login(decided.office)
    page = client.get(f"/office/rounds/{decided.round.pk}/selection/").content.decode()
    url = f"/office/decisions/{decided.snapshot.pk}/reconsider/"
    assert url in page and "活動の実績がまだ足りない" in page

    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "写し誤り"}).status_code == 302
    assert {i.verb for i in fresh(decided.proposals[0]).approval_items.all()} >= {"reconsider"}


def test_page_shows_a_waiting_draft_only_below_the_decision_it_takes_up_again(decided, client):
    later = refer(decided.round, decided.office, asks=50_000)
    for sheet in later.sheets.all():
        fill(sheet, 5, 5)
    outcome = Outcome(later, "decline", departure="合議による")
    approve(draft_decision(decided.round, outcomes=[outcome], by=decided.office, at=NOON))
    other = decided.round.decisions.get(number=2)
    rescinding = Wish(fresh(decided.proposals[0]), "rescind", {"reason": "虚偽"})
    drafted = approvals.draft("取消し", [rescinding], by=decided.office, at=NOON)
    client.force_login(decided.office)

    def shown() -> tuple[list, str]:
        page = client.get(f"/office/rounds/{decided.round.pk}/selection/")
        waiting = [correction for *_line, correction in page.context["decisions"]]
        return waiting, page.content.decode()

    links = [f"/office/decisions/{one.pk}/reconsider/" for one in (other, decided.snapshot)]
    waiting, page = shown()
    assert waiting == [None, None] and all(link in page for link in links)

    advance(drafted, "drop", by=decided.office, at=NOON, reason="まだ早い")
    correction = corrections.draft_reconsideration(
        decided.snapshot, reason="誤り", by=decided.office, at=NOON
    )
    waiting, page = shown()
    assert waiting == [None, correction]
    assert [link in page for link in links] == [True, False]


# Reading back


def test_what_legally_happens_after_a_decision_is_no_fault(decided):
    """A conflict declared and a seat ended later, and comments erased, take nothing from it."""
    later = NOON + timedelta(days=30)
    seat = decided.seats[1]
    services.declare_conflict(
        seat=seat, proposal=fresh(decided.proposals[0]), kind="other", by=seat.user, at=later
    )
    services.end_seat(seat, last_day=later.date(), by=decided.office, at=later)
    ScoreSheet.objects.update(comment="–")
    snapshot = DecisionSnapshot.objects.select_related("round__rubric").get()
    assert list(verifying.faults(snapshot)) == []


def test_meeting_that_still_ran_goes_on_without_a_fault(scored):
    meeting = meetings.plan(scored.round, held_on=NOON.date(), by=scored.office, at=NOON)
    meetings.open_meeting(meeting, by=scored.office, at=NOON)
    meetings.arrive(meeting, seat=scored.seats[0], by=scored.office, at=NOON)
    approve(draft(scored, "select", "decline"))
    later = NOON + timedelta(hours=1)
    meetings.arrive(meeting, seat=scored.seats[1], by=scored.office, at=later)
    meetings.change(meeting, held_on=NOON.date(), quorum=2, by=scored.office, at=later)
    meetings.close_meeting(meeting, by=scored.office, at=later)

    snapshot = DecisionSnapshot.objects.select_related("round__rubric").get()
    there = [row["seat"] for row in snapshot.content["meetings"][0]["attendances"]]
    assert there == [scored.seats[0].pk]
    assert list(verifying.faults(snapshot)) == []
    Attendance.objects.filter(seat=scored.seats[0]).update(arrived_at=NOON - timedelta(hours=1))
    assert len(list(verifying.faults(snapshot))) == 1


def test_rows_of_what_still_stands_are_asked_though_another_was_taken_up(decided):
    advance(fresh(decided.proposals[0]), "prepare", by=decided.office, at=NOON)
    take_up(decided)
    Score.objects.filter(sheet__proposal=decided.proposals[0]).update(points=0)
    snapshot = DecisionSnapshot.objects.select_related("round__rubric").get()
    (fault,) = verifying.faults(snapshot)
    assert "sheets" in fault


def test_drafts_that_rest_on_no_decision_are_named(decided):
    assert list(verifying.orphans()) == []
    ApprovalItem.objects.filter(verb="select").update(facts={"snapshot": "0" * 64})
    (orphan,) = verifying.orphans()
    assert fresh(decided.proposals[0]).number in orphan


def damage(scene, what: str) -> str:
    """Change one row below a decision, past every service; return the word the fault names."""
    proposal = scene.proposals[0]
    if what == "score":
        Score.objects.filter(sheet__proposal=proposal).update(points=1)
        return "sheets"
    if what == "conflict":
        seat = scene.seats[1]
        Conflict.objects.create(
            seat=seat, proposal=proposal, kind="other", by=scene.office, at=NOON
        )
        return "conflicts"
    if what == "assessment":
        Assessment.objects.create(proposal=proposal, amount_yen=5, by=scene.office, at=NOON)
        return "subcommittee_yen"
    if what == "title":
        Case.objects.filter(pk=proposal.pk).update(title="別の名前")
        return "title"
    if what == "comment":
        PanelComment.objects.create(proposal=proposal, text="後", by=scene.office, at=NOON)
        return "comment"
    if what == "amount":
        Proposal.objects.filter(pk=proposal.pk).update(assessed_yen=1)
        return "assessed_yen"
    if what == "rubric":
        Rubric.objects.filter(round=scene.round).update(quorum=2)
        return "quorum"
    scene.round.chair_rulings.create(order=[proposal.pk], by=scene.office, at=NOON)
    return "[]"


@pytest.mark.parametrize(
    "what",
    ["score", "conflict", "assessment", "title", "comment", "amount", "rubric", "ruling"],
)
def test_every_changed_row_is_named(decided, what):
    assert list(verifying.faults(decided.snapshot)) == []
    word = damage(decided, what)
    snapshot = DecisionSnapshot.objects.select_related("round__rubric").get()
    (fault,) = verifying.faults(snapshot)
    assert word in fault


def test_comment_whose_time_of_keeping_is_over_is_no_difference(scored):
    comment = PanelComment.objects.create(
        proposal=scored.proposals[0], text="講評", by=scored.office, at=NOON
    )
    approve(draft(scored, "select", "decline"))
    comment.delete()
    assert list(verifying.faults(DecisionSnapshot.objects.get())) == []


def tampered(content: dict, what: str) -> None:
    first, second = content["proposals"]
    if what == "points":
        first["points"] = "13"
    elif what == "score":
        sheet = first["sheets"][0]
        sheet["scores"] = dict.fromkeys(sheet["scores"], 1)
    elif what == "drafter":
        content["drafted_by"] += 1
    elif what == "reason":
        second["departure"] = ""
    else:
        content["round"]["left_yen"] = 79_999


@pytest.mark.parametrize("what", ["points", "score", "reason", "drafter", "budget"])
def test_document_that_does_not_add_up_is_named(decided, what):
    snapshot = DecisionSnapshot.objects.get()
    tampered(snapshot.content, what)  # in memory: the row itself refuses every change
    said = list(verifying.faults(snapshot))
    assert len(said) > 1  # the digest, and what does not follow from the rest


def test_command_reads_one_or_all_and_fails_on_a_fault(decided, capsys):
    name = decided.snapshot.name
    call_command("verify_decision", name)
    call_command("verify_decision", "--all")
    assert capsys.readouterr().out == "1 decisions read; 0 faults.\n" * 2

    Score.objects.filter(sheet__proposal=decided.proposals[0]).update(points=1)
    with pytest.raises(CommandError):
        call_command("verify_decision", "--all")
    assert name in capsys.readouterr().out
    with pytest.raises(CommandError, match="no decision 0-9"):
        call_command("verify_decision", "0-9")


# The letters


@pytest.mark.parametrize(
    "tells, said",
    [
        ((), {}),
        (("points",), {"評点": "12.50点（15点満点）", "採択の基準点": "5点", "順位": "2件中1位"}),
        (("criteria",), {"項目別の評点：公益性": "8.50点（10点満点）"}),
        (("comment",), {"選考部会の講評": "地域への広がりに期待します。"}),
    ],
    ids=["nothing", "points", "criteria", "comment"],
)
def test_letter_tells_the_own_result_as_far_as_the_round_says(scored, tells, said):
    telling = {f"tells_{part}": True for part in tells}
    Rubric.objects.filter(round=scored.round).update(pass_mark=5, **telling)
    PanelComment.objects.create(
        proposal=scored.proposals[0], text="地域への広がりに期待します。", by=scored.office, at=NOON
    )
    approve(draft(scored, "select", "decline"))

    items = scored.proposals[0].letters.get().data["items"]
    told = {item["label"]: item["value"] for item in items}
    labels = ("評点", "採択の基準点", "順位", "項目別の評点：公益性", "選考部会の講評")
    assert {label: told[label] for label in labels if label in told} == said


def test_letter_says_how_often_a_criterion_counts(scored):
    Rubric.objects.filter(round=scored.round).update(tells_criteria=True)
    Criterion.objects.filter(rubric__round=scored.round, position=1).update(weight=Decimal("1.5"))
    approve(draft(scored, "select", "decline"))

    items = scored.proposals[0].letters.get().data["items"]
    told = [item["value"] for item in items if item["label"].startswith("項目別の評点")]
    assert told == ["8.50点（10点満点、合計では1.5倍）", "4.00点（5点満点）"]
