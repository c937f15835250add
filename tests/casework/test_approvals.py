"""Approvals (起案・決裁): another person decides, and all of it happens or nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation
from django_fsm import TransitionNotAllowed

from accounts.models import Duty, Role
from casework import approvals, list_decisions, verification
from casework.approvals import Wish
from casework.errors import NotPossible
from casework.models import Access, Approval, ApprovalItem, Case, Event, Letter, Notice
from casework.models.case import KINDS
from casework.services import advance, correct
from tests import factories
from tests.casework.cases import filed, group_of, in_selection
from tests.factories import NOON, TODAY, wish
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def approver():
    return factories.user(Role.APPROVER)


def draft(*wishes: Wish, by=None) -> Approval:
    return approvals.draft("起案", list(wishes), by=by or factories.user(Role.OFFICE), at=NOON)


def approve(approval: Approval, by, **facts) -> Approval:
    return advance(approval, "approve", by=by, at=NOON, **{"decided_on": TODAY, **facts})


def state(case) -> str:
    return Case.objects.get(pk=case.pk).state


def in_english(refusal) -> str:
    with translation.override("en"):
        return str(refusal.value.why)


# Drafting


def test_draft_is_a_case_with_a_number_and_a_first_line(office):
    approval = draft(wish(in_selection(), "decline"), by=office)

    assert (approval.state, approval.internal, approval.drafted_by) == ("drafted", True, office)
    assert approval.number == "A-2026-001"
    assert approval.clerk == office
    assert approval.events.get().verb == "open"


def test_draft_moves_nothing_yet():
    case = in_selection()
    draft(wish(case, "decline"))

    assert state(case) == "in_selection"
    assert not Letter.objects.exists()


def test_approvers_are_told_and_the_drafter_is_not(approver):
    drafter = factories.user(Role.OFFICE, Role.APPROVER)
    draft(wish(in_selection(), "decline"), by=drafter)

    told = Notice.objects.filter(kind="approval_drafted")
    assert [notice.recipient for notice in told] == [approver]


def test_draft_is_for_the_office(approver):
    with pytest.raises(PermissionDenied):
        draft(wish(in_selection(), "decline"), by=approver)


def test_empty_draft_is_refused():
    with pytest.raises(NotPossible):
        draft()


def test_case_that_cannot_move_is_refused():
    case = filed()

    with translation.override("en"), pytest.raises(NotPossible) as refusal:
        draft(Wish(case, "decline"))

    assert case.title in str(refusal.value.why) and "Submitted" in str(refusal.value.why)
    assert not Approval.objects.exists()


def test_case_in_two_drafts_is_refused():
    case = in_selection()
    draft(wish(case, "decline"))

    with pytest.raises(NotPossible):
        draft(wish(case, "reserve"))

    assert Approval.objects.count() == 1


def test_case_twice_in_one_draft_is_refused():
    case = in_selection()

    with pytest.raises(NotPossible):
        draft(wish(case, "decline"), wish(Case.objects.get(pk=case.pk), "reserve"))

    assert not Approval.objects.exists()


@pytest.mark.parametrize("verb", ["drop", "approve"])
def test_case_is_free_again_when_its_draft_is_done(verb, office, approver):
    case = in_selection()
    first = draft(wish(case, "reserve"))
    if verb == "drop":
        advance(first, "drop", by=office, at=NOON)
        assert draft(wish(case, "decline"))
    else:
        approve(first, approver)
        assert approvals.waiting_draft(case) is None


def test_draft_that_was_sent_back_still_holds_its_case(approver):
    case = in_selection()
    advance(draft(wish(case, "decline")), "send_back", by=approver, at=NOON, reason="誤字")

    with pytest.raises(NotPossible):
        draft(wish(case, "decline"))


def test_dropped_draft_is_not_taken_back(office):
    """Its case may wait in another draft by now."""
    approval = draft(wish(in_selection(), "decline"))
    approval = advance(approval, "drop", by=office, at=NOON)

    with pytest.raises(NotPossible):
        correct(approval, reason="誤り", by=office, at=NOON)


# Deciding


def test_approving_makes_every_move_with_its_letter(approver):
    first, second = in_selection(), in_selection()
    approval = draft(wish(second, "decline"), wish(first, "select", assessed_yen=80_000))

    approval = approve(approval, approver, external_number="起案123", external_post="部長")

    assert (state(first), state(second)) == ("selected", "declined")
    assert approval.state == "approved" and approval.closed_at == NOON
    assert (approval.decided_by, approval.decided_on) == (approver, TODAY)
    assert (approval.external_number, approval.external_post) == ("起案123", "部長")
    assert {item.executed_at for item in approval.items.all()} == {NOON}
    assert Letter.objects.count() == 2
    event = Event.objects.get(case=first, verb="select")
    assert event.facts["approval"] == approval.pk
    assert event.by == approver
    assert list(verification.faults()) == []


def test_cases_move_in_the_order_of_their_ids(approver):
    cases = [in_selection() for _ in range(3)]
    approve(draft(*(wish(case, "decline") for case in reversed(cases))), approver)

    moved = Event.objects.filter(verb="decline").order_by("pk").values_list("case", flat=True)
    assert list(moved) == [case.pk for case in cases]


def test_days_among_the_facts_come_back_as_days(approver):
    facts = {"decided_on": date(2026, 12, 1), "rank": 2}
    approval = draft(Wish(makers.granted_year(), "discontinue", facts))
    approval.refresh_from_db()

    assert approvals.facts_of(approval.items.get()) == {"decided_on": date(2026, 12, 1), "rank": 2}


def test_move_of_a_list_is_not_drafted_by_itself():
    case = in_selection()

    with translation.override("en"), pytest.raises(NotPossible, match="rests on no frozen"):
        draft(Wish(case, "decline"))

    assert not Approval.objects.exists()


def test_move_of_a_list_is_not_made_with_other_facts_than_the_list_asked_for(approver):
    case = in_selection()
    approval = draft(wish(case, "decline"))
    item = approval.items.get()
    approval.items.update(facts={**item.facts, "rank": 9})

    with translation.override("en"), pytest.raises(NotPossible, match="something else than"):
        approve(approval, approver)

    assert (state(case), state(approval)) == ("in_selection", "drafted")


def test_move_of_a_list_that_nobody_draws_up_is_refused(monkeypatch):
    case = in_selection()
    asked = wish(case, "decline")
    monkeypatch.delitem(list_decisions._LISTS, ("proposal", "decline"))

    with pytest.raises(NotPossible) as refusal:
        draft(asked)

    assert refusal.value.why == list_decisions.NOT_ALONE


def test_every_move_that_is_not_made_alone_belongs_to_a_list():
    rows = {(k, m.verb) for k, model in KINDS.items() for m in model.flow.values() if not m.alone}

    assert rows == set(list_decisions._LISTS)


def test_all_or_nothing_when_one_item_fails(approver):
    first, second = in_selection(), in_selection()
    approval = draft(wish(first, "decline"), wish(second, "decline"))
    advance(second, "withdraw", by=group_of(second), at=NOON)
    before = Event.objects.count()

    with pytest.raises(TransitionNotAllowed):
        approve(approval, approver)

    assert (state(first), state(approval)) == ("in_selection", "drafted")
    assert Event.objects.count() == before
    assert not Letter.objects.exists()
    assert not ApprovalItem.objects.filter(executed_at__isnull=False).exists()


def test_all_or_nothing_when_a_letter_cannot_leave(approver, sender):
    case = in_selection()
    approval = draft(wish(case, "decline"))
    sender.delete()

    with pytest.raises(NotPossible):
        approve(approval, approver)

    assert (state(case), state(approval)) == ("in_selection", "drafted")


def test_draft_is_approved_once(approver):
    approval = draft(wish(in_selection(), "decline"))
    approve(approval, approver)

    with pytest.raises(TransitionNotAllowed):
        approve(approval, factories.user(Role.APPROVER))


def test_approved_item_makes_no_second_move(approver):
    case = in_selection()
    approval = approve(draft(wish(case, "reserve")), approver)
    item = approval.items.get()
    other = in_selection()

    for wrong_case, verb in ((other, "reserve"), (other, "decline")):
        with pytest.raises(NotPossible):
            advance(wrong_case, verb, by=approver, at=NOON, item=item)


@pytest.mark.parametrize("verb", ["send_back", "drop"])
def test_item_of_a_draft_that_was_not_approved_makes_no_move(verb, approver, office):
    case = in_selection()
    approval = draft(wish(case, "decline"))
    by = approver if verb == "send_back" else office
    approval = advance(approval, verb, by=by, at=NOON)

    with pytest.raises(NotPossible):
        advance(case, "decline", by=approver, at=NOON, item=approval.items.get())


def test_drafter_is_told_what_was_decided(office, approver):
    approve(draft(wish(in_selection(), "decline"), by=office), approver)

    assert Notice.objects.filter(kind="approval_decided", recipient=office).count() == 1


def test_draft_comes_back_and_is_submitted_again(office, approver):
    case = in_selection()
    approval = draft(wish(case, "decline"), by=office)
    approval = advance(approval, "send_back", by=approver, at=NOON, reason="理由を足す")
    approval = advance(approval, "redraft", by=office, at=NOON)

    approve(approval, approver)

    assert state(case) == "declined"


def test_day_of_the_decision_has_come(approver):
    case = in_selection()
    approval = draft(wish(case, "decline"))

    with pytest.raises(NotPossible) as refusal:
        approve(approval, approver, decided_on=TODAY + timedelta(days=1))

    assert in_english(refusal) == "The decision cannot lie in the future."
    assert state(case) == "in_selection"


# Who decides


def test_who_submits_a_draft_again_does_not_decide_it(office, approver):
    both = factories.user(Role.OFFICE, Role.APPROVER)
    approval = draft(wish(in_selection(), "decline"), by=office)
    approval = advance(approval, "send_back", by=approver, at=NOON, reason="理由を足す")
    approval = advance(approval, "redraft", by=both, at=NOON, note="足した")

    with pytest.raises(PermissionDenied):
        approve(approval, both)
    assert approve(approval, approver).state == "approved"


def test_drafter_is_not_the_approver_by_rule():
    person = factories.user(Role.OFFICE, Role.APPROVER)
    approval = draft(wish(in_selection(), "decline"), by=person)

    with pytest.raises(PermissionDenied):
        approve(approval, person)


def test_drafter_is_not_the_approver_by_the_database(office):
    approval = draft(wish(in_selection(), "decline"), by=office)

    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(decided_by=office)


@pytest.mark.parametrize("role", [r for r in Role.values if r != Role.APPROVER])
def test_nobody_but_an_approver_decides(role):
    approval = draft(wish(in_selection(), "decline"))

    with pytest.raises(PermissionDenied):
        approve(approval, factories.user(role))


def deciding_up_to(yen: int | None):
    approver = factories.user()
    Duty.objects.create(user=approver, role=Role.APPROVER, decides_up_to_yen=yen)
    return approver


@pytest.mark.parametrize(
    ("limit", "amounts", "allowed"),
    [
        (100_000, [100_000], True),
        (100_000, [100_001], False),
        (100_000, [1, 100_001], False),
        (100_000, [60_000, 60_000], True),
        (100_000, [None], True),
        (0, [1], False),
        (None, [10**9], True),
    ],
)
def test_limit_in_yen_holds_for_each_item(limit, amounts, allowed):
    wishes = [wish(in_selection(), "decline", amount_yen=amount) for amount in amounts]
    approval = draft(*wishes)

    if allowed:
        assert approve(approval, deciding_up_to(limit)).state == "approved"
    else:
        with pytest.raises(PermissionDenied):
            approve(approval, deciding_up_to(limit))


def test_larger_limit_of_two_duties_counts():
    approver = deciding_up_to(1)
    Duty.objects.create(user=approver, role=Role.APPROVER, decides_up_to_yen=200_000)
    approval = draft(wish(in_selection(), "decline", amount_yen=150_000))

    assert approve(approval, approver).state == "approved"


def test_approver_whose_duty_ended_decides_no_more():
    approver = factories.user()
    yesterday = TODAY - timedelta(days=1)
    Duty.objects.create(user=approver, role=Role.APPROVER, valid_until=yesterday)

    with pytest.raises(PermissionDenied):
        approve(draft(wish(in_selection(), "decline")), approver)


def test_refusal_of_a_condition_names_the_case(office):
    case = in_selection()
    type(case).objects.filter(pk=case.pk).update(title="名のある題")

    with pytest.raises(NotPossible) as refusal:
        draft(Wish(filed(), "decline"), wish(case, "decline"))

    assert "まちの居場所づくり" in in_english(refusal)


def test_barred_approver_does_not_decide():
    case = in_selection()
    approval = draft(wish(case, "decline"))
    approver = factories.user(Role.APPROVER)
    Access.objects.create(case_id=case.pk, user=approver, barred=True, reason="conflict")

    with pytest.raises(PermissionDenied):
        approve(approval, approver)
