"""The door: one move is one event, or a refusal that changes nothing."""

import dataclasses
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django_fsm import TransitionNotAllowed

from accounts.models import Duty, MemberRole, Role
from casework import consequences, services, timekeeping, verification
from casework.errors import NotPossible
from casework.models import Approval, Case, Event, Letter, Notice, Remark
from casework.next_moves import next_moves
from casework.services import advance, correct, follow, open_case
from grants.models import Proposal
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def sender():
    return factories.sender()


def in_english(refusal) -> str:
    with translation.override("en"):
        return str(refusal.value.why)


def everything() -> tuple[int, ...]:
    """How many rows there are of all that a move may leave behind."""
    return tuple(model.objects.count() for model in (Event, Notice, Letter, Remark, Case))


# One move, one event


def test_move_changes_the_state_and_writes_one_event(office):
    proposal = filed()
    before = Event.objects.count()

    moved = advance(proposal, "accept", by=office, at=LATER)

    assert (moved.state, moved.came_from) == ("accepted", "submitted")
    assert Event.objects.count() == before + 1
    event = moved.events.order_by("-pk")[0]
    assert (event.verb, event.source, event.target) == ("accept", "submitted", "accepted")
    assert (event.by, event.at) == (office, LATER)
    assert event.previous_digest == moved.events.order_by("-pk")[1].digest


def test_move_returns_a_fresh_case_and_leaves_the_argument_stale(office):
    proposal = filed()

    moved = advance(proposal, "accept", by=office, at=LATER)

    assert isinstance(moved, Proposal)
    assert (proposal.state, moved.state) == ("submitted", "accepted")


def test_move_accepts_the_case_as_its_base_model(office):
    plain = Case.objects.get(pk=filed().pk)

    moved = advance(plain, "accept", by=office, at=LATER)

    assert isinstance(moved, Proposal)


def test_stale_copy_gets_a_refusal(office):
    proposal = filed()
    stale = Proposal.objects.get(pk=proposal.pk)
    advance(proposal, "accept", by=office, at=LATER)
    before = everything()

    with pytest.raises(TransitionNotAllowed):
        advance(stale, "ineligible", by=office, at=LATER, reason="要件")

    assert everything() == before


def test_wrong_state_is_refused(office):
    with pytest.raises(TransitionNotAllowed, match="no refer from submitted"):
        advance(filed(), "refer", by=office, at=LATER)


def test_wrong_state_comes_before_permission():
    with pytest.raises(TransitionNotAllowed):
        advance(filed(), "refer", by=factories.user(), at=LATER)


def test_unknown_verb_is_refused(office):
    with pytest.raises(KeyError):
        advance(filed(), "promote", by=office, at=LATER)


def test_move_is_recorded_at_the_moment_it_was_told(office):
    moment = datetime(2027, 4, 1, 0, 30, tzinfo=JAPAN)

    moved = advance(filed(), "accept", by=office, at=moment)

    assert moved.events.get(verb="accept").at == moment


def test_final_state_closes_the_case(sender):
    office = factories.user(Role.OFFICE)

    moved = advance(filed(), "ineligible", by=office, at=LATER, reason="要件")

    assert moved.closed_at == LATER
    assert not Case.objects.open().filter(pk=moved.pk).exists()


def test_words_of_a_person_are_kept_apart_from_the_history(sender, office):
    moved = advance(filed(), "ineligible", by=office, at=LATER, reason="構成員が足りない")

    fact = moved.events.get(verb="ineligible").facts["reason"]
    remark = Remark.objects.get(pk=fact["remark"])
    assert (remark.text, remark.by, remark.at) == ("構成員が足りない", office, LATER)
    assert "構成員" not in str(moved.events.get(verb="ineligible").facts)


# Who may


def test_person_without_the_duty_is_refused():
    proposal = filed()
    before = everything()

    with pytest.raises(PermissionDenied, match=r"grants\.handle"):
        advance(proposal, "accept", by=factories.user(Role.APPROVER), at=LATER)

    assert everything() == before
    assert Proposal.objects.get(pk=proposal.pk).state == "submitted"


def test_superuser_gets_no_more():
    chief = factories.user(is_superuser=True, is_staff=True)

    with pytest.raises(PermissionDenied):
        advance(filed(), "accept", by=chief, at=LATER)


def test_group_does_not_accept_its_own_proposal():
    proposal = filed()

    with pytest.raises(PermissionDenied):
        advance(proposal, "accept", by=group_of(proposal), at=LATER)


def test_other_group_is_refused():
    other = factories.member(factories.organization())

    with pytest.raises(PermissionDenied):
        advance(filed(), "withdraw", by=other, at=LATER)


def test_viewer_of_the_group_is_refused():
    proposal = filed()
    viewer = factories.member(proposal.organization, MemberRole.VIEWER)

    with pytest.raises(PermissionDenied):
        advance(proposal, "withdraw", by=viewer, at=LATER)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=JAPAN), True),
        (datetime(2026, 12, 1, 0, 0, tzinfo=JAPAN), False),
        (datetime(2026, 11, 19, 23, 59, tzinfo=JAPAN), False),
        (datetime(2026, 11, 20, 0, 0, tzinfo=JAPAN), True),
    ],
)
def test_duty_counts_on_the_japan_date_of_the_move(moment, allowed):
    proposal, clerk = filed(), factories.user()
    Duty.objects.create(
        user=clerk, role=Role.OFFICE, valid_from=TODAY, valid_until=date(2026, 11, 30)
    )

    if allowed:
        assert advance(proposal, "accept", by=clerk, at=moment).state == "accepted"
    else:
        with pytest.raises(PermissionDenied):
            advance(proposal, "accept", by=clerk, at=moment)


def test_member_who_left_is_refused():
    proposal = filed()
    member = group_of(proposal)
    member.membership_set.update(valid_until=TODAY)

    with pytest.raises(PermissionDenied):
        advance(proposal, "withdraw", by=member, at=NOON + timedelta(days=1))


def test_person_who_may_not_log_in_is_refused():
    clerk = factories.user(Role.OFFICE, is_active=False)

    with pytest.raises(PermissionDenied):
        advance(filed(), "accept", by=clerk, at=LATER)


# Conditions and approvals


def test_condition_reads_the_moment_of_the_move():
    proposal = factories.draft()
    closes = proposal.round.closes_at

    with pytest.raises(NotPossible) as refusal:
        advance(proposal, "submit", by=group_of(proposal), at=closes)
    assert "call is not open" in in_english(refusal)

    moment = closes - timedelta(microseconds=1)
    assert advance(proposal, "submit", by=group_of(proposal), at=moment).state == "submitted"


def test_condition_is_not_asked_before_permission():
    proposal = factories.draft()

    with pytest.raises(PermissionDenied):
        advance(proposal, "submit", by=factories.user(), at=proposal.round.closes_at)


def test_move_that_needs_an_approval_is_refused_even_to_an_approver():
    proposal = in_selection()

    with pytest.raises(NotPossible) as refusal:
        advance(proposal, "decline", by=factories.user(Role.APPROVER), at=LATER)

    assert refusal.value.why == services.NEEDS_APPROVAL


def test_move_that_only_follows_has_no_door(sender, monkeypatch):
    year = selected().project_years.get()
    everyone = factories.user(*(role for role in Role.values if role != Role.DEPARTMENT))
    move = dataclasses.replace(year.flow["report"], source=("planned",))
    monkeypatch.setitem(year.flow, "report", move)

    with pytest.raises(PermissionDenied, match=r"casework\.sweep"):
        advance(year, "report", by=everyone, at=NOON, completed_on=TODAY)
    assert "report" not in {move.verb for move in next_moves(year, everyone, at=NOON).moves}


# Consequences


def test_consequence_that_fails_takes_the_move_back(office, monkeypatch):
    proposal = filed()

    def fail(case, *, by, at, facts):
        raise RuntimeError("no")

    monkeypatch.setitem(consequences.CONSEQUENCES, ("proposal", "accept"), [fail])
    before = everything()

    with pytest.raises(RuntimeError):
        advance(proposal, "accept", by=office, at=LATER)

    assert everything() == before
    assert Proposal.objects.get(pk=proposal.pk).state == "submitted"


def test_follow_makes_the_move_without_asking_the_person(sender):
    proposal = selected()
    year = proposal.project_years.get()
    group = group_of(proposal)

    advance(proposal, "renounce", by=group, at=LATER)

    year = type(year).objects.get(pk=year.pk)
    cause = proposal.events.get(verb="renounce")
    assert (year.state, year.closed_at) == ("withdrawn", LATER)
    assert year.events.get(verb="withdraw").facts["cause"] == cause.pk


@remembered
def selected():
    """A Startup proposal whose project year is open."""
    office = factories.user(Role.OFFICE)
    proposal = factories.approved(in_selection(), "select", assessed_yen=80_000)
    return advance(proposal, "prepare", by=office, at=NOON)


def test_follow_is_refused_unless_the_cause_just_moved(sender, office):
    proposal = selected()
    year = proposal.project_years.get()

    with pytest.raises(PermissionDenied, match="did not just move"):
        follow(year, "withdraw", cause=proposal, by=office, at=LATER)


def test_follow_checks_the_state(sender, office):
    proposal = selected()
    year = proposal.project_years.get()

    with pytest.raises(TransitionNotAllowed):
        follow(year, "settle", cause=proposal, by=office, at=NOON)


# Opening


def test_open_case_starts_in_the_first_state_with_the_first_line_of_history(office):
    approval = Approval(title="題", drafted_by=office, internal=True)

    opened = open_case(approval, by=office, at=NOON, filed=True)

    event = opened.events.get()
    assert (event.verb, event.source, event.target) == ("open", "", "drafted")
    assert (opened.opened_at, opened.filed_at, opened.fiscal_year) == (NOON, NOON, 2026)
    assert event.previous_digest == ""


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2027, 3, 31, 23, 59, tzinfo=JAPAN), 2026),
        (datetime(2027, 4, 1, 0, 0, tzinfo=JAPAN), 2027),
        (datetime(2027, 5, 1, 7, 0, tzinfo=JAPAN), 2027),
    ],
)
def test_open_case_counts_the_fiscal_year_in_japan(office, moment, year):
    approval = Approval(title="題", drafted_by=office, internal=True)

    assert open_case(approval, by=office, at=moment).fiscal_year == year


# Assigning


def test_assign_is_recorded(office):
    proposal = filed()

    services.assign(proposal, office, by=office, at=LATER)

    assert Proposal.objects.get(pk=proposal.pk).clerk == office
    assert proposal.events.get(verb="assign").facts == {"clerk": office.pk}


def test_assign_is_for_the_office(office):
    with pytest.raises(PermissionDenied):
        services.assign(filed(), office, by=factories.user(Role.APPROVER), at=LATER)


# Numbers and versions


def test_submitting_gives_a_number_and_a_version():
    proposal = filed()

    assert proposal.number == "S-2026-001"
    assert [v.number for v in proposal.versions.all()] == [1]


def test_each_filing_is_a_version_of_its_own(sender):
    proposal = sent_back()

    proposal = advance(proposal, "resubmit", by=group_of(proposal), at=LATER)

    assert proposal.number == "S-2026-001"
    assert sorted(v.number for v in proposal.versions.all()) == [1, 2]


def test_supplement_goes_back_to_where_it_came_from(sender):
    proposal = sent_back(accepted())

    proposal = advance(proposal, "resubmit", by=group_of(proposal), at=LATER)

    assert proposal.state == "accepted"


# Taking back (訂正)


def test_correct_takes_the_last_move_back(office):
    proposal = accepted()

    corrected = correct(proposal, reason="押しまちがい", by=office, at=LATER)

    assert (corrected.state, corrected.came_from) == ("submitted", "draft")
    event = corrected.events.order_by("-pk").first()
    assert (event.verb, event.source, event.target) == ("take_back", "accepted", "submitted")
    assert event.facts["event"] == corrected.events.get(verb="accept").pk
    assert list(verification.faults()) == []


def test_corrected_case_can_go_on(office):
    proposal = correct(accepted(), reason="誤り", by=office, at=LATER)

    assert advance(proposal, "accept", by=office, at=LATER).state == "accepted"
    assert list(verification.faults()) == []


@remembered
def offered(office):
    """A proposal whose group can pass its place up: a final move that no letter stands behind."""
    proposal = factories.approved(in_selection(), "reserve", assessed_yen=80_000)
    return advance(proposal, "offer", by=office, at=NOON)


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(hours=1)])
def test_correct_reopens_a_case_that_had_ended_and_what_it_owed(sender, office, wait):
    proposal = offered(office)
    proposal = advance(proposal, "pass_up", by=group_of(proposal), at=LATER)
    assert proposal.closed_at and not proposal.deadlines.open().exists()

    corrected = correct(proposal, reason="誤り", by=office, at=LATER + wait)

    assert (corrected.state, corrected.closed_at) == ("offered", None)
    deadline = corrected.deadlines.open().get()
    assert (deadline.kind, deadline.closed_because) == ("offer", "")


@pytest.mark.parametrize("moment", [LATER, NOON])
def test_correct_closes_what_the_move_opened(office, moment):
    proposal = accepted(course="collaboration")
    proposal.round.frozen_rules["matching_days"] = {"status": "set", "value": "10"}
    proposal.round.save()
    department = factories.department()
    proposal = advance(proposal, "start_matching", by=office, at=NOON, department=department.pk)
    assert proposal.deadlines.open().filter(kind="matching").exists()

    correct(proposal, reason="誤り", by=office, at=moment)

    deadline = proposal.deadlines.get(kind="matching")
    assert deadline.closed_at == moment
    assert deadline.closed_because == "the move was taken back"


@pytest.mark.parametrize("moment", [LATER, NOON])
def test_deadlines_are_put_back_to_what_they_were(office, moment):
    proposal = factories.draft()
    call = proposal.deadlines.get()
    timekeeping.meet_deadlines(proposal, ["call"], at=NOON)
    move = proposal.flow["send_back"]
    timekeeping.open_deadlines(proposal, ["supplement"], at=NOON - timedelta(1), facts={})
    old = proposal.deadlines.get(kind="supplement")
    timekeeping.open_deadlines(proposal, move.opens, at=NOON, facts={})

    timekeeping.take_back(proposal, move, moved_at=NOON, at=moment)
    timekeeping.take_back(proposal, proposal.flow["submit"], moved_at=NOON, at=moment)

    for deadline in (call, old):
        deadline.refresh_from_db()
        assert (deadline.met_at, deadline.closed_at, deadline.superseded_by) == (None, None, None)
    assert set(proposal.deadlines.open()) == {call, old}


def test_came_from_survives_two_slips(office, sender):
    proposal = offered(office)
    for _ in range(2):
        proposal = advance(proposal, "pass_up", by=group_of(proposal), at=LATER)
        proposal = correct(proposal, reason="誤り", by=office, at=LATER)

    assert (proposal.state, proposal.came_from) == ("offered", "reserve")
    assert list(verification.faults()) == []


def test_correct_tells_whoever_holds_the_case_again(sender, office):
    proposal = offered(office)
    proposal = advance(proposal, "pass_up", by=group_of(proposal), at=LATER)

    correct(proposal, reason="誤り", by=office, at=LATER)

    newest = Notice.objects.filter(recipient=group_of(proposal)).order_by("-pk").first()
    assert newest.kind == "your_turn"


def test_correct_is_for_the_office():
    proposal = accepted()

    with pytest.raises(PermissionDenied):
        correct(proposal, reason="誤り", by=group_of(proposal), at=LATER)


def test_correct_is_refused_after_a_letter(office, sender):
    proposal = sent_back()

    with pytest.raises(NotPossible) as refusal:
        correct(proposal, reason="誤り", by=office, at=LATER)

    assert "letter" in in_english(refusal)
    assert Proposal.objects.get(pk=proposal.pk).state == "returned"


def test_correct_is_refused_after_an_approval(office, sender):
    proposal = factories.approved(in_selection(), "decline")

    with pytest.raises(NotPossible):
        correct(proposal, reason="誤り", by=office, at=LATER)


def test_correct_is_refused_where_something_follows(office):
    with pytest.raises(NotPossible) as refusal:
        correct(filed(), reason="誤り", by=office, at=LATER)

    assert "follow" in in_english(refusal)


def test_correct_is_refused_when_the_last_line_is_no_move(office):
    proposal = accepted()
    services.assign(proposal, office, by=office, at=LATER)

    with pytest.raises(NotPossible) as refusal:
        correct(proposal, reason="誤り", by=office, at=LATER)

    assert "not a move" in in_english(refusal)


def test_correct_is_refused_twice_in_a_row(office):
    proposal = correct(accepted(), reason="誤り", by=office, at=LATER)

    with pytest.raises(NotPossible):
        correct(proposal, reason="誤り", by=office, at=LATER)


# Next moves: the buttons, and why there is none


def test_next_moves_stand_in_table_order(office):
    found = next_moves(filed(), office, at=LATER)

    assert [move.verb for move in found.moves] == ["accept", "send_back", "ineligible"]
    assert found.refused == []


def test_next_moves_say_why_a_condition_does_not_hold(sender):
    proposal = factories.draft()

    found = next_moves(proposal, group_of(proposal), at=proposal.round.closes_at)

    submit = proposal.flow["submit"]
    assert found.refused[0] == (submit.label, submit.when[0].why)


def test_next_moves_say_that_an_approval_is_needed():
    found = next_moves(in_selection(), factories.user(Role.APPROVER), at=LATER)

    assert {why for _label, why in found.refused} == {services.NEEDS_APPROVAL}


def test_whatever_is_offered_can_be_made(office):
    proposal = filed()

    moves = next_moves(proposal, office, at=LATER).moves

    assert moves
    for move in moves:
        assert services.may(office, move, proposal)
        assert services.refusal(proposal, move, at=LATER) is None
