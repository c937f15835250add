"""What the rows say may connect a member with a group waits for a person; until then, nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Change, Department, Duty, Membership, Officer, Role
from casework import retention
from casework.errors import NotPossible
from casework.models import Case, Notice
from casework.services import advance
from grants.models import Proposal
from reviews import possible_conflicts, services, tasks
from reviews.conflict_answers import confirm, dismiss
from reviews.decisions import Outcome, draft_decision
from reviews.models import Conflict, PossibleConflict, PossibleConflictNote, ScoreSheet
from tests import factories
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill, refer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def officer(proposal, seat, **fields) -> Officer:
    """An officer of the proposal's group who bears the member's name, written another way."""
    name = seat.user.name.replace("利用者", "利・用者")
    fields = {"name": name, "post": "会計", **fields}
    return Officer.objects.create(organization=proposal.organization, **fields)


@pytest.fixture
def found(scene):
    """The first member waits to be answered for at the first proposal, after the sheets came."""
    scene.officer = officer(scene.proposals[0], scene.seats[0])
    possible_conflicts.find(scene.round, at=NOON)
    scene.possible = PossibleConflict.objects.get()
    return scene


def sees(scene, person=None) -> set[int]:
    person = (person or scene.seats[0].user).act_on(TODAY)
    return set(Case.objects.visible_to(person).values_list("pk", flat=True))


def test_referral_hands_out_no_sheet_where_a_ground_is_found(office):
    round = factories.call(seats=0)
    seats = factories.panel(round, seats=2)
    proposal = factories.draft(round=round)
    officer(proposal, seats[0])
    group = proposal.organization.members.get()
    for verb, by in (("submit", group), ("accept", office), ("refer", office)):
        proposal = advance(proposal, verb, by=by, at=NOON)

    assert [sheet.seat for sheet in proposal.sheets.all()] == [seats[1]]
    row = PossibleConflict.objects.get()
    assert (row.seat, row.grounds[0][0]) == (seats[0], "officer")
    member = seats[0].user.act_on(TODAY)
    assert not Case.objects.visible_to(member).exists()
    assert not Notice.objects.filter(recipient=member).exists()

    dismiss(row, reason="同姓同名の別の方でした。", by=office, at=NOON)

    sheet = ScoreSheet.objects.get(seat=seats[0])
    assert {c.pk for c in Case.objects.visible_to(member)} == {proposal.pk, sheet.pk}
    assert Notice.objects.filter(recipient=member, kind="your_turn", case=sheet).exists()
    assert sheet.events.filter(verb="dismiss_conflict", by=office).exists()


def test_new_seat_gets_no_sheet_where_a_ground_is_found(scene):
    person = factories.user(Role.PANEL)
    Membership.objects.create(
        user=person, organization=scene.proposals[1].organization, role="viewer"
    )
    seat = services.add_seat(scene.round, user=person, by=scene.office, at=NOON)

    assert [sheet.proposal for sheet in seat.sheets.all()] == [scene.proposals[0]]
    assert seat.possible_conflicts.get().grounds[0][0] == "member"
    assert sees(scene, person) == {scene.proposals[0].pk, seat.sheets.get().pk}


def test_ground_that_arises_later_takes_the_case_away_until_it_is_answered(found):
    sheet = found.sheet(0, 0)
    assert {sheet.pk, found.proposals[0].pk}.isdisjoint(sees(found))
    assert sheet.state == "assigned"

    dismiss(found.possible, reason="別の方", by=found.office, at=NOON)

    assert {sheet.pk, found.proposals[0].pk} <= sees(found)
    assert PossibleConflictNote.objects.get().text == "別の方"


def test_confirming_records_the_conflict_and_takes_the_sheet_out(found):
    conflict = confirm(found.possible, reason="会計の方です。", by=found.office, at=NOON)

    found.possible.refresh_from_db()
    assert (conflict.kind, conflict.seat, conflict.by) == ("officer", found.seats[0], found.office)
    assert (found.possible.outcome, found.possible.decided_by) == ("confirmed", found.office)
    assert found.sheet(0, 0).state == "recused"
    assert found.proposals[0].pk not in sees(found)

    services.lift_conflict(conflict, reason="誤り", by=found.office, at=NOON)

    assert found.proposals[0].pk in sees(found)  # what was answered is not put again
    assert not PossibleConflict.objects.waiting().exists()


def test_conflict_that_is_declared_meanwhile_answers_what_waits(found):
    services.declare_conflict(
        seat=found.seats[0], proposal=found.proposals[0], kind="family", by=found.office, at=NOON
    )
    found.possible.refresh_from_db()
    assert found.possible.outcome == "confirmed"
    with pytest.raises(ValidationError, match="answered already"):
        dismiss(found.possible, reason="別の方", by=found.office, at=NOON)


def test_what_was_dismissed_comes_again_only_with_a_new_ground(found):
    dismiss(found.possible, reason="別の方", by=found.office, at=NOON)
    assert possible_conflicts.find_everywhere(at=NOON) == 0

    officer(found.proposals[0], found.seats[0], post="監事")
    assert tasks.find_conflicts() == 1
    assert tasks.find_conflicts() == 0
    row = PossibleConflict.objects.waiting().get()
    assert len(row.grounds) == 2  # whoever answers sees all there is

    Membership.objects.create(
        user=found.seats[0].user, organization=found.proposals[0].organization, role="viewer"
    )
    assert tasks.find_conflicts() == 1
    assert PossibleConflict.objects.waiting().get() == row
    row.refresh_from_db()
    assert sorted(code for code, _row in row.grounds) == ["member", "officer", "officer"]


def test_nobody_answers_for_themselves_without_the_duty_or_without_a_reason(found):
    member = found.seats[0].user
    Duty.objects.create(user=member, role=Role.OFFICE)
    member.__dict__.pop("duties", None)
    for person in (member, factories.anyone(Role.APPROVER)):
        with pytest.raises(PermissionDenied):
            dismiss(found.possible, reason="私ではない", by=person, at=NOON)
    with pytest.raises(ValidationError):
        dismiss(found.possible, reason=" ", by=found.office, at=NOON)
    assert PossibleConflict.objects.waiting().exists()


def test_decision_is_neither_drafted_nor_approved_while_one_waits(found):
    outcomes = [
        Outcome(proposal, "decline", departure="合議による") for proposal in found.proposals
    ]
    for p in range(2):
        fill(found.sheet(p, 1), 5, 5)
    fill(found.sheet(1, 0), 5, 5)

    def draft():
        return draft_decision(
            found.round, outcomes=outcomes, missing_reason="-", by=found.office, at=NOON
        )

    with pytest.raises(ValidationError, match="1 possible conflict"):
        draft()
    found.possible.delete()  # also where nobody has searched yet
    with pytest.raises(ValidationError, match="1 possible conflict"):
        draft()
    possible_conflicts.find(found.round, at=NOON)
    dismiss(PossibleConflict.objects.get(), reason="別の方", by=found.office, at=NOON)
    approval = draft()

    officer(found.proposals[1], found.seats[1])
    possible_conflicts.find(found.round, at=NOON)
    with pytest.raises(NotPossible, match="possible conflict"):
        advance(approval, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)


def test_department_counts_by_its_last_name_and_only_since_the_call_opened(scene):
    old, new = factories.department(), factories.department()
    Department.objects.filter(pk=old.pk).update(successor=new)
    Proposal.objects.filter(pk=scene.proposals[0].pk).update(department=new)
    opened = scene.round.opens_at.date()
    for seat, until in zip(scene.seats, (opened, opened - timedelta(days=1)), strict=True):
        Duty.objects.create(user=seat.user, role=Role.DEPARTMENT, department=old, valid_until=until)
    possible_conflicts.find(scene.round, at=NOON)

    row = PossibleConflict.objects.get()
    assert (row.seat, row.grounds) == (scene.seats[0], [["department", new.pk]])


def test_officer_of_before_the_call_and_seat_that_ended_unused_are_left_out(scene):
    before = scene.round.opens_at.date() - timedelta(days=1)
    officer(scene.proposals[0], scene.seats[0], valid_until=before)
    ended = services.add_seat(
        scene.round, user=factories.user(Role.PANEL), by=scene.office, at=NOON,
        valid_until=TODAY - timedelta(days=1),
    )  # fmt: skip
    officer(scene.proposals[0], ended)

    assert possible_conflicts.find(scene.round, at=NOON) == []


def test_search_asks_as_often_for_many_as_for_few(office):
    round = factories.call(seats=0)
    counts = []
    for _ in range(2):
        factories.panel(round, seats=1) if not counts else services.add_seat(
            round, user=factories.user(Role.PANEL), by=office, at=NOON
        )
        refer(round, office)
        with CaptureQueriesContext(connection) as queries:
            assert possible_conflicts.search(round, day=TODAY) == []
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_reason_goes_with_the_proposal_and_the_answer_stays(found):
    dismiss(found.possible, reason="別の方", by=found.office, at=NOON)
    kept = retention.classes()["possible_conflict_notes"]
    assert not kept.due(TODAY + timedelta(days=4000)).exists()
    Case.objects.filter(pk=found.possible.proposal_id).update(closed_at=NOON)

    assert kept.due(TODAY).count() == 1
    kept.destroy(kept.due(TODAY), by=found.office, at=NOON)

    assert not PossibleConflictNote.objects.exists()
    assert PossibleConflict.objects.get().outcome == "dismissed"


# The pages


def page_of(scene) -> str:
    return reverse("reviews:possible-conflicts", args=[scene.round.pk])


def text(page) -> str:
    return " ".join(page.content.decode().split())


def test_office_reads_the_grounds_and_answers_with_a_reason(client, found):
    client.force_login(found.office)
    english = {"accept-language": "en"}
    for place in (reverse("casework:office"), reverse("reviews:selection", args=[found.round.pk])):
        assert page_of(found) in client.get(place).content.decode()
    page = text(client.get(page_of(found), headers=english))
    assert "The name of an officer reads like the member" in page
    assert found.officer.name in page
    read = Change.objects.filter(what="officers_read", by=found.office)
    assert [c.organization for c in read] == [found.proposals[0].organization]

    answer = reverse("reviews:possible-answer", args=[found.possible.pk])
    field = f"possible{found.possible.pk}-reason"
    refused = client.post(answer, {field: "", "answer": "dismiss"}, headers=english)
    assert refused.status_code == 422
    assert "Say why this is no conflict" in text(refused)
    assert client.post(answer, {field: "x", "answer": ""}).status_code == 422
    assert PossibleConflict.objects.waiting().exists()

    assert client.post(answer, {field: "別の方です", "answer": "dismiss"}).status_code == 302
    page = text(client.get(page_of(found), headers=english))
    assert "別の方です" in page
    assert found.officer.name not in page  # nobody has to judge it any more
    assert "Nothing new was found." in text(
        client.post(
            reverse("reviews:possible-search", args=[found.round.pk]), follow=True, headers=english
        )
    )


def test_search_counts_only_what_the_clerk_may_meet(client, scene):
    for number, proposal in enumerate(scene.proposals):
        officer(proposal, scene.seats[number])
    services.bar(scene.proposals[0], scene.office)
    client.force_login(scene.office)
    url = reverse("reviews:possible-search", args=[scene.round.pk])

    said = text(client.post(url, follow=True, headers={"accept-language": "en"}))

    assert PossibleConflict.objects.waiting().count() == 2
    assert "1 possible conflict of interest is new." in said


def test_draft_that_is_refused_puts_what_was_found_before_the_office(client, scene):
    officer(scene.proposals[0], scene.seats[0])
    client.force_login(scene.office)
    data = {f"p{proposal.pk}-outcome": "decline" for proposal in scene.proposals}
    url = reverse("reviews:decision", args=[scene.round.pk])

    assert client.post(url, {**data, "missing_reason": "-"}).status_code == 422
    assert PossibleConflict.objects.waiting().count() == 1
    assert not Conflict.objects.exists()


def test_pages_are_read_by_the_city_and_answered_by_the_office_alone(client, found):
    post = {
        reverse("reviews:possible-search", args=[found.round.pk]),
        reverse("reviews:possible-answer", args=[found.possible.pk]),
    }
    readers = (Role.APPROVER, Role.AUDITOR)
    for role in (*readers, Role.PANEL, Role.COORDINATOR, Role.ADMINISTRATOR):
        client.force_login(factories.anyone(role))
        page = client.get(page_of(found))
        assert page.status_code == (200 if role in readers else 403), role
        assert found.officer.name not in page.content.decode()
        assert {client.post(url).status_code for url in post} == {403}
    services.bar(found.proposals[0], found.office)
    client.force_login(found.office)
    assert found.seats[0].user.name not in client.get(page_of(found)).content.decode()
    assert (
        client.post(reverse("reviews:possible-answer", args=[found.possible.pk])).status_code == 404
    )


def test_page_asks_as_often_for_three_as_for_one(client, found):
    client.force_login(found.office)
    counts = []
    for seat, proposal in ((0, 0), (1, 0), (1, 1)):
        if counts:
            officer(found.proposals[proposal], found.seats[seat])
            possible_conflicts.find(found.round, at=NOON)
        client.get(page_of(found))
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(found))
        counts.append(len(queries))
    assert counts[0] == counts[2], counts


def test_member_declares_by_kind_with_a_plain_example_each(client, scene):
    client.force_login(scene.seats[0].user)
    url = reverse("reviews:sheet-conflict", args=[scene.sheet(0, 0).pk])
    page = text(client.get(url, headers={"accept-language": "en"}))
    assert "<strong>Officer of the group</strong><br>I am an officer of the group" in page
