"""Making a move on its page, and drafting one that another person decides."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from casework import approvals, effects, facts, moves, services
from casework.models import Approval, Case, StoredFile
from grants.flow import PROPOSAL_FLOW
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def move_page(case, verb: str) -> str:
    return reverse("casework:move", args=[case.pk, verb])


def draft_page(case, verb: str) -> str:
    return reverse("casework:draft", args=[case.pk, verb])


def state(case) -> str:
    return Case.objects.get(pk=case.pk).state


# Moves


def test_move_page_says_what_will_happen(enter, office):
    case = filed()

    page = enter(office).get(move_page(case, "accept")).content.decode()

    assert "The case goes to “Accepted”. It then waits for: Office." in page
    assert state(case) == "submitted"


def test_move_is_made_by_post(enter, office):
    case = filed()

    answer = enter(office).post(move_page(case, "accept"), follow=True)

    assert state(case) == "accepted"
    assert "Done: Accept." in answer.content.decode()


def test_form_that_is_not_filled_in_comes_back(enter, office):
    case = filed()

    answer = enter(office).post(move_page(case, "send_back"), {})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert state(case) == "submitted"


def test_refusal_is_words_instead_of_a_button(enter):
    draft = factories.draft(purpose="")
    page = enter(group_of(draft)).get(move_page(draft, "submit")).content.decode()

    assert "This cannot be done now" in page
    assert '<button type="submit" class="button">Submit</button>' not in page


def test_refusal_after_the_button_is_a_message(enter):
    draft = factories.draft(purpose="")

    answer = enter(group_of(draft)).post(move_page(draft, "submit"), follow=True)

    assert "It did not work" in answer.content.decode()
    assert state(draft) == "draft"


@pytest.mark.parametrize("method", ["get", "post"])
def test_stale_page_leads_to_where_the_case_stands(enter, office, method):
    case = accepted()

    answer = getattr(enter(office), method)(move_page(case, "accept"), follow=True)

    assert "The case has moved on. Here is where it stands now." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("casework:case", args=[case.pk])


def test_move_is_403_for_whom_it_is_not_and_404_for_whom_there_is_no_case(enter, office):
    case = filed()

    assert enter(group_of(case)).post(move_page(case, "accept")).status_code == 403
    assert enter(factories.user()).post(move_page(case, "accept")).status_code == 404
    assert enter(office).post(move_page(case, "withdraw")).status_code == 403
    assert state(case) == "submitted"


def test_verb_that_the_table_does_not_have_is_404(enter, office):
    assert enter(office).get(move_page(filed(), "sing")).status_code == 404


def test_serious_step_is_called_so(enter):
    case = filed()
    page = enter(group_of(case)).get(move_page(case, "withdraw")).content.decode()

    assert "This is a serious step." in page and "It ends there." in page


def test_supplement_goes_back_to_where_the_case_came_from(office):
    factories.sender()
    case = sent_back(accepted())

    said = effects.of_move(case, PROPOSAL_FLOW["resubmit"])

    assert any("Accepted" in s or "受理" in s for s in said)


# Moves that ask for a file


class ProofForm(moves.MoveForm):
    proof = forms.FileField(label="Proof")


@pytest.fixture
def accept_asks_for_a_file(monkeypatch):
    monkeypatch.setitem(moves._FORMS, ("proposal", "accept"), ProofForm)


@pytest.mark.usefixtures("accept_asks_for_a_file")
def test_file_sent_with_a_move_is_kept_with_the_case(enter, office):
    case, client = filed(), enter(office)
    assert 'enctype="multipart/form-data"' in client.get(move_page(case, "accept")).content.decode()

    upload = SimpleUploadedFile("proof.pdf", b"%PDF-1.7 proof")
    assert client.post(move_page(case, "accept"), {"proof": upload}).status_code == 302

    stored = StoredFile.objects.get()
    assert (stored.case_id, stored.label, state(case)) == (case.pk, "Proof", "accepted")
    assert case.events.get(verb="accept").facts == {"proof": stored.pk}


@pytest.mark.usefixtures("accept_asks_for_a_file")
def test_file_that_is_not_what_it_says_stops_the_move(enter, office):
    case = filed()

    upload = SimpleUploadedFile("proof.pdf", b"<html>")
    answer = enter(office).post(move_page(case, "accept"), {"proof": upload})

    assert answer.status_code == 422
    assert (state(case), StoredFile.objects.count()) == ("submitted", 0)


# Drafts


@pytest.fixture
def sender():
    return factories.sender()


DECISION = {"title": "採択の決定", "assessed_yen": "70,000", "rank": "1"}


def test_move_that_needs_an_approval_leads_the_office_to_the_draft(enter, office):
    case = in_selection()

    answer = enter(office).get(move_page(case, "select"))

    assert answer.headers["Location"] == draft_page(case, "select")


def test_approver_cannot_decide_without_a_draft(enter):
    case = in_selection()
    page = enter(factories.user(Role.APPROVER)).get(move_page(case, "select")).content.decode()

    assert "Put it into a draft" in page


@pytest.mark.usefixtures("sender")
def test_draft_moves_nothing_and_the_decision_moves_all(enter, office):
    case, approver = in_selection(), factories.user(Role.APPROVER)

    answer = enter(office).post(draft_page(case, "select"), DECISION)

    draft = Approval.objects.get()
    assert answer.headers["Location"] == reverse("casework:case", args=[draft.pk])
    assert (draft.title, draft.drafted_by, state(case)) == ("採択の決定", office, "in_selection")
    assert draft.items.get().facts["assessed_yen"] == 70_000

    page = enter(approver).get(f"/cases/{draft.pk}/").content.decode()
    assert case.title in page and "¥70,000" in page and "Drafted by" in page
    enter(approver).post(move_page(draft, "approve"), {"decided_on": "2026-11-20"})

    assert state(case) == "selected"
    assert case.letters.count() == 1


@pytest.mark.usefixtures("sender")
def test_drafter_cannot_decide_and_is_told_why(enter):
    both = factories.user(Role.OFFICE, Role.APPROVER)
    case = in_selection()
    enter(both).post(draft_page(case, "select"), DECISION)
    draft = Approval.objects.get()

    client = enter(both)
    assert "You drafted this yourself." in client.get(f"/cases/{draft.pk}/").content.decode()
    assert client.post(move_page(draft, "approve"), {"decided_on": "2026-11-20"}).status_code == 403
    assert state(case) == "in_selection"


class PricedForm(moves.MoveForm):
    amount_field = "assessed_yen"
    assessed_yen = forms.IntegerField(label="Amount")


@pytest.mark.usefixtures("sender")
def test_amount_beyond_an_approvers_post_is_refused_in_words(enter, office, monkeypatch):
    monkeypatch.setitem(moves._FORMS, ("proposal", "select"), PricedForm)
    approver = factories.user(Role.APPROVER)
    approver.duty_set.update(decides_up_to_yen=50_000)
    case = in_selection()
    enter(office).post(draft_page(case, "select"), {"title": "x", "assessed_yen": "70000"})
    draft = Approval.objects.get()
    assert draft.items.get().amount_yen == 70_000

    client = enter(approver)
    page = client.get(f"/cases/{draft.pk}/").content.decode()
    assert "The amount is above what your post decides." in page
    assert client.post(move_page(draft, "approve"), {"decided_on": "2026-11-20"}).status_code == 403


@pytest.mark.usefixtures("sender")
def test_letter_is_looked_at_before_it_is_drafted(enter, office):
    case = in_selection()

    answer = enter(office).post(draft_page(case, "select"), {**DECISION, "preview": "1"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert not Approval.objects.exists()


def test_preview_without_a_sender_says_so(enter, office):
    answer = enter(office).post(draft_page(in_selection(), "select"), {**DECISION, "preview": "1"})

    assert answer.status_code == 422
    assert "in whose name letters leave" in answer.content.decode()


@pytest.mark.usefixtures("sender")
def test_letter_of_an_item_is_read_by_the_approver_and_not_by_the_group(enter, office):
    case = in_selection()
    enter(office).post(draft_page(case, "select"), DECISION)
    path = reverse("casework:preview", args=[Approval.objects.get().items.get().pk])

    assert enter(factories.user(Role.APPROVER)).get(path).content.startswith(b"%PDF-")
    assert enter(group_of(case)).get(path).status_code == 404


def test_draft_is_for_the_office(enter):
    case = in_selection()

    assert enter(group_of(case)).get(draft_page(case, "select")).status_code == 403
    assert enter(factories.user(Role.APPROVER)).get(draft_page(case, "select")).status_code == 403


def test_move_without_an_approval_has_no_draft_page(enter, office):
    assert enter(office).get(draft_page(filed(), "accept")).status_code == 404


def test_second_draft_of_a_case_is_refused(enter, office):
    case, client = in_selection(), enter(office)
    client.post(draft_page(case, "select"), DECISION)

    assert (
        "The case already waits in a draft."
        in client.get(draft_page(case, "decline")).content.decode()
    )
    answer = client.post(draft_page(case, "decline"), {"title": "x", "reason": "y"})
    assert answer.status_code == 422
    assert Approval.objects.count() == 1


# Facts in words


def test_facts_are_told_under_the_labels_of_their_form():
    told = facts.in_words("proposal", "select", {"assessed_yen": 5, "rank": None, "other": 1})

    assert [(fact.value, fact.kind) for fact in told] == [(5, "yen")]


def test_fact_that_is_a_row_is_told_by_its_name():
    department = factories.department(name="公園課")

    told = facts.in_words("proposal", "start_matching", {"department": department.pk})

    assert [str(fact.value) for fact in told] == ["公園課"]


def test_day_is_told_as_a_day():
    told = facts.in_words("approval", "approve", {"decided_on": "2026-11-20"})

    assert [(str(fact.value), fact.kind) for fact in told] == [("2026-11-20", "day")]


# Queries

ITEMS = 21


@pytest.mark.parametrize("count", [1, 3])
def test_draft_asks_as_often_for_three_items_as_for_one(
    enter, office, count, django_assert_num_queries
):
    wishes = [approvals.Wish(in_selection(), "decline", {"reason": "予算"}) for _ in range(count)]
    draft = approvals.draft("起案", wishes, by=office, at=NOON)
    client = enter(office)

    with django_assert_num_queries(ITEMS):
        client.get(f"/cases/{draft.pk}/")


def test_moves_of_an_approval_are_made_on_its_page(enter, office):
    case = in_selection()
    draft = approvals.draft(
        "起案", [approvals.Wish(case, "decline", {"reason": "x"})], by=office, at=NOON
    )
    approver = factories.user(Role.APPROVER)

    enter(approver).post(move_page(draft, "send_back"), {"reason": "金額を確かめて"})
    assert state(draft) == "returned"
    assert "金額を確かめて" in enter(office).get(f"/cases/{draft.pk}/").content.decode()

    enter(office).post(move_page(draft, "redraft"))
    assert state(draft) == "drafted"
    assert services.locked(draft).drafted_by == office
