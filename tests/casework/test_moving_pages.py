"""Making a move on its page, and drafting one that another person decides."""

from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework import approvals, effects, facts, moves, services
from casework.deadlines import KINDS
from casework.models import Approval, Case, Sender, StoredFile
from grants import services as grants
from grants.flow import PROPOSAL_FLOW
from grants.models import BudgetEntry
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

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


def test_letter_that_cannot_leave_keeps_what_was_written(enter, office):
    Sender.objects.all().delete()
    case = filed()
    written = {"reason": "役員名簿を添えてください。", "due_on": "2026-12-05"}

    answer = enter(office).post(move_page(case, "send_back"), written)

    page = answer.content.decode()
    assert (answer.status_code, state(case)) == (422, "submitted")
    assert "Enter the sender under Settings." in page
    assert all(words in page for words in written.values())


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


def in_english(case, verb: str) -> list[str]:
    with translation.override("en"):
        return effects.of_move(case, case.flow[verb])


def label(kind: str) -> str:
    with translation.override("en"):
        return str(KINDS[kind].label)


def falls_away(kind: str) -> str:
    return f"The deadline “{label(kind)}” falls away."


def test_final_move_says_that_what_is_owed_falls_away():
    factories.sender()
    said = in_english(sent_back(), "lapse")

    assert [words for words in said if "falls away" in words] == [falls_away("supplement")]


def test_move_says_which_deadlines_it_closes():
    year = makers.granted_year()

    said = in_english(year, "revoke")

    assert {falls_away("withdrawal"), falls_away("report")} < set(said)
    assert f"Where it applies, a deadline begins to run: “{label('repayment')}”." in said


def test_deadline_that_a_final_move_meets_is_not_said_to_fall_away():
    factories.sender()
    proposal = factories.approved(in_selection(), "reserve", assessed_yen=80_000)
    proposal = services.advance(proposal, "offer", by=factories.user(Role.OFFICE), at=NOON)

    said = in_english(proposal, "pass_up")

    assert f"The deadline “{label('offer')}” is met." in said
    assert falls_away("offer") not in said


def test_two_suggestions_for_one_move_are_refused():
    with pytest.raises(ValueError, match="answered twice"):
        moves.suggests("project_year", "confirm", dict)


def test_link_cannot_suggest_an_amount(enter, office):
    case = makers.granted_year()
    makers.sent_report(case)

    page = enter(office).get(draft_page(case, "confirm") + "?confirmed_yen=1")

    assert page.context["form"]["confirmed_yen"].value() == 75_000


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
@remembered
def year(office):
    """A project year whose group has applied for the grant; its letters have a sender."""
    factories.sender()
    proposal = factories.approved(in_selection(), "select", assessed_yen=80_000)
    proposal = services.advance(proposal, "prepare", by=office, at=NOON)
    year, group = proposal.project_years.get(), group_of(proposal)
    lines = list(year.budget_lines.values("side", "label", "detail", "amount_yen", "from_city"))
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 1, 31)}
    year = grants.save_year(year, fields=days, lines=lines, edit_number=0, by=group, at=NOON)
    grants.enter_budget(
        proposal.round.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=300_000, voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    return services.advance(year, "apply", by=group, at=NOON)


DECISION = {"title": "交付の決定", "granted_yen": "70,000", "reason": "備品がある"}


def drafts() -> list[Approval]:
    """The drafts that wait for a decision."""
    return list(Approval.objects.filter(state="drafted"))


def approve(client, draft):
    return client.post(move_page(draft, "approve"), {"decided_on": "2026-11-20"})


def test_move_that_needs_an_approval_leads_the_office_to_the_draft(enter, office, year):
    answer = enter(office).get(move_page(year, "grant"))

    assert answer.headers["Location"] == draft_page(year, "grant")


def test_title_of_a_draft_names_what_would_be_decided(enter, office, year):
    page = enter(office).get(draft_page(year, "grant"))

    # In Japanese on an English page, too: the title is stored, as a document of the city.
    assert page.context["title_form"].initial["title"] == f"年度事業：{year.title}（交付決定）"


def test_conditions_are_kept_apart_and_shown_on_the_page_and_in_the_letter(enter, office, year):
    client = enter(office)
    client.post(draft_page(year, "grant"), {**DECISION, "conditions": "傷害保険に入ること"})
    approve(enter(factories.user(Role.APPROVER)), *drafts())

    event = year.events.get(verb="grant")
    assert "remark" in event.facts["conditions"]
    for reader in (office, year.organization.members.get()):
        page = whole_page(enter(reader), year)
        assert "傷害保険に入ること" in page
    items = year.letters.get(kind="granted").data["items"]
    assert {"label": "交付の条件", "value": "傷害保険に入ること"} in items


def test_office_is_offered_the_drafts_on_the_page_of_the_case(enter, office, year):
    page = whole_page(enter(office), year)

    assert draft_page(year, "grant") in page and draft_page(year, "refuse") in page


def test_what_is_decided_as_a_list_is_not_drafted_alone(enter, office):
    case = in_selection()

    answer = enter(office).get(draft_page(case, "select"), follow=True)

    assert "This is decided for a whole list at once" in answer.content.decode()


def test_approver_cannot_decide_without_a_draft(enter, year):
    page = enter(factories.user(Role.APPROVER)).get(move_page(year, "grant")).content.decode()

    assert "Put it into a draft" in page


def test_draft_moves_nothing_and_the_decision_moves_all(enter, office, year):
    approver = factories.user(Role.APPROVER)

    answer = enter(office).post(draft_page(year, "grant"), DECISION)

    [draft] = drafts()
    assert answer.headers["Location"] == reverse("casework:case", args=[draft.pk])
    assert (draft.title, draft.drafted_by, state(year)) == ("交付の決定", office, "applied")
    item = draft.items.get()
    assert (item.facts["granted_yen"], item.amount_yen) == (70_000, 70_000)

    page = whole_page(enter(approver), draft)
    assert year.title in page and "¥70,000" in page and "Drafted by" in page
    approve(enter(approver), draft)

    assert state(year) == "granted"
    assert year.letters.count() == 1


def test_drafter_cannot_decide_and_is_told_why(enter, year):
    client = enter(factories.user(Role.OFFICE, Role.APPROVER))
    client.post(draft_page(year, "grant"), DECISION)
    [draft] = drafts()

    assert "You drafted this yourself." in whole_page(client, draft)
    assert approve(client, draft).status_code == 403
    assert state(year) == "applied"


def test_page_of_the_decision_says_what_is_decided(enter, office, year):
    enter(office).post(draft_page(year, "grant"), DECISION)
    [draft] = drafts()

    client = enter(factories.user(Role.APPROVER))
    page = client.get(reverse("casework:move", args=[draft.pk, "approve"])).content.decode()

    item = draft.items.get()
    assert item.amount_yen and f"¥{item.amount_yen:,}" in page
    assert f'href="/cases/{year.pk}/"' in page and year.title in page
    assert str(year.flow["grant"].label) in page
    assert reverse("casework:preview", args=[item.pk]) in page


def test_amount_beyond_an_approvers_post_is_refused_in_words(enter, office, year):
    approver = factories.user(Role.APPROVER)
    approver.duty_set.update(decides_up_to_yen=50_000)
    enter(office).post(draft_page(year, "grant"), DECISION)
    [draft] = drafts()

    client = enter(approver)
    page = whole_page(client, draft)
    assert "The amount is above what your post decides." in page
    assert approve(client, draft).status_code == 403


def test_letter_is_looked_at_before_it_is_drafted(enter, office, year):
    answer = enter(office).post(draft_page(year, "grant"), {**DECISION, "preview": "1"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert drafts() == []


def test_preview_without_a_sender_says_so(enter, office, year):
    Sender.objects.all().delete()

    answer = enter(office).post(draft_page(year, "grant"), {**DECISION, "preview": "1"})

    assert answer.status_code == 422
    assert "in whose name letters leave" in answer.content.decode()


def test_draft_without_a_title_or_an_amount_comes_back(enter, office, year):
    answer = enter(office).post(draft_page(year, "grant"), {"title": "", "granted_yen": ""})

    assert answer.status_code == 422
    assert answer.content.decode().count('aria-invalid="true"') == 2
    assert drafts() == []


def test_letter_of_an_item_is_read_by_the_approver_and_not_by_the_group(enter, office, year):
    enter(office).post(draft_page(year, "grant"), DECISION)
    path = reverse("casework:preview", args=[drafts()[0].items.get().pk])

    assert enter(factories.user(Role.APPROVER)).get(path).content.startswith(b"%PDF-")
    assert enter(group_of(year)).get(path).status_code == 404


def test_draft_is_for_the_office(enter, year):
    assert enter(group_of(year)).get(draft_page(year, "grant")).status_code == 403
    assert enter(factories.user(Role.APPROVER)).get(draft_page(year, "grant")).status_code == 403


def test_move_without_an_approval_has_no_draft_page(enter, office):
    assert enter(office).get(draft_page(filed(), "accept")).status_code == 404


def test_draft_of_a_case_that_moved_on_leads_to_where_it_stands(enter, office, year):
    answer = enter(office).post(draft_page(year, "confirm"), {"title": "x"}, follow=True)

    assert "The case has moved on." in answer.content.decode()


def test_second_draft_of_a_case_is_refused(enter, office, year):
    client = enter(office)
    client.post(draft_page(year, "grant"), DECISION)

    page = client.get(draft_page(year, "refuse")).content.decode()
    assert "The case already waits in a draft." in page
    answer = client.post(draft_page(year, "refuse"), {"title": "x", "reason": "y"})
    assert answer.status_code == 422
    assert len(drafts()) == 1


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

ITEMS = 9


@pytest.mark.parametrize("count", [1, 3])
def test_draft_asks_as_often_for_three_items_as_for_one(
    enter, office, count, django_assert_num_queries
):
    wishes = [factories.wish(in_selection(), "decline", reason="予算") for _ in range(count)]
    draft = approvals.draft("起案", wishes, by=office, at=NOON)
    client = enter(office)

    with django_assert_num_queries(ITEMS):
        client.get(f"/cases/{draft.pk}/")


def test_moves_of_an_approval_are_made_on_its_page(enter, office):
    case = in_selection()
    draft = approvals.draft(
        "起案", [factories.wish(case, "decline", reason="x")], by=office, at=NOON
    )
    approver = factories.user(Role.APPROVER)

    enter(approver).post(move_page(draft, "send_back"), {"reason": "金額を確かめて"})
    assert state(draft) == "returned"
    assert "金額を確かめて" in whole_page(enter(office), draft)

    enter(office).post(move_page(draft, "redraft"), {"note": "確かめた"})
    assert state(draft) == "drafted"
    assert services.locked(draft).drafted_by == office
