"""The list of cases and the page of one case: who sees which, and what each part says."""

import ast
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import MemberRole, Role
from casework import approvals, coming, reminders, services, verbs
from casework.case_history import lines_of
from casework.flow import OPEN, TAKE_BACK
from casework.models import Access, Approval, Case, Extension
from casework.next_moves import next_moves, what_to_do
from grants.flow import PROPOSAL_FLOW
from grants.services import share_with_coordinators
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.reviews.conftest import fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def page_of(client, case) -> str:
    return whole_page(client, case)


# Who sees it


def test_draft_is_the_groups_alone(enter, office):
    draft = factories.draft()
    path = reverse("casework:case", args=[draft.pk])

    assert enter(group_of(draft)).get(path).status_code == 200
    for stranger in (office, factories.user(), factories.member(factories.organization())):
        assert enter(stranger).get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICE, Role.APPROVER, Role.ACCOUNTING, Role.AUDITOR])
def test_filed_case_opens_to_the_citys_people(enter, role):
    case = filed()

    assert case.title in page_of(enter(factories.user(role)), case)


@pytest.mark.parametrize("role", [Role.PANEL, Role.COORDINATOR, Role.COMMITTEE])
def test_filed_case_stays_closed_to_those_it_does_not_concern(enter, role):
    client = enter(factories.user(role))

    assert client.get(reverse("casework:case", args=[filed().pk])).status_code == 404


def test_bar_beats_everything(enter):
    case, member = filed(), factories.user(Role.PANEL)
    Access.objects.create(case_id=case.pk, user=member, reason="seat")
    path = reverse("casework:case", args=[case.pk])
    assert enter(member).get(path).status_code == 200

    Access.objects.create(case_id=case.pk, user=member, barred=True, reason="conflict")

    assert enter(member).get(path).status_code == 404


# What to do next


def test_holder_is_told_what_to_do_and_others_for_whom_it_waits(enter, office):
    case = filed()

    assert "Check the requirements" in page_of(enter(office), case)
    theirs = page_of(enter(group_of(case)), case)
    assert "This now waits for: Office. You need not do anything." in theirs
    assert "Check the requirements" not in theirs


def test_buttons_are_the_moves_a_person_may_make(office):
    case = filed()

    assert [m.verb for m in next_moves(case, office, at=NOON).moves] == [
        "accept",
        "send_back",
        "ineligible",
    ]
    assert [m.verb for m in next_moves(case, group_of(case), at=NOON).moves] == ["withdraw"]
    assert next_moves(case, factories.user(Role.AUDITOR), at=NOON).moves == []


def test_viewer_of_a_group_has_no_buttons(enter):
    draft = factories.draft()
    viewer = factories.member(draft.organization, MemberRole.VIEWER)

    found = next_moves(draft, viewer, at=NOON)
    assert (found.moves, found.refused) == ([], [])
    assert "waits for" in str(what_to_do(draft, viewer))


def test_move_that_is_refused_says_why(enter):
    draft = factories.draft(purpose="")

    found = next_moves(draft, group_of(draft), at=NOON)

    assert [label for label, _why in found.refused] == [PROPOSAL_FLOW["submit"].label]
    assert "Why other buttons are not there" in page_of(enter(group_of(draft)), draft)


def test_what_is_decided_as_a_list_is_refused_in_words(office):
    found = next_moves(in_selection(), office, at=NOON)

    assert found.drafts == []
    assert {label for label, _why in found.refused} >= {PROPOSAL_FLOW["select"].label}


def test_approver_is_told_that_a_draft_comes_first():
    case, approver = in_selection(), factories.user(Role.APPROVER)

    found = next_moves(case, approver, at=NOON)

    assert (found.moves, found.drafts) == ([], [])
    assert {label for label, _why in found.refused} >= {PROPOSAL_FLOW["select"].label}


def test_case_in_a_draft_offers_no_second_one(enter, office):
    case = in_selection()
    wish = factories.wish(case, "decline", reason="予算")
    draft = approvals.draft("Selection", [wish], by=office, at=NOON)

    assert next_moves(case, office, at=NOON).drafts == []
    assert f'href="/cases/{draft.pk}/"' in page_of(enter(office), case)
    assert f'href="/cases/{draft.pk}/"' not in page_of(enter(group_of(case)), case)


def test_case_in_a_draft_says_at_its_head_that_it_waits_for_the_decision(enter, office):
    case = in_selection()
    wish = factories.wish(case, "decline", reason="予算")
    draft = approvals.draft("Selection", [wish], by=office, at=NOON)

    words = "This waits for the approver’s decision (決裁待ち)."
    assert words in page_of(enter(office), case)
    assert words not in page_of(enter(group_of(case)), case)

    approver = factories.user(Role.APPROVER)
    services.advance(draft, "send_back", by=approver, at=NOON, reason="額")
    page = page_of(enter(office), case)
    assert "was sent back" in page and words not in page


def test_closed_case_expects_nothing(enter, office):
    factories.sender()
    case = services.advance(filed(), "ineligible", by=office, at=NOON, reason="対象外")

    assert "This is closed. Nothing more is expected." in page_of(enter(office), case)


# Deadlines


def test_deadline_is_derived_in_words(enter):
    factories.sender()
    case = sent_back(filed())

    page = page_of(enter(group_of(case)), case)

    assert "14th day counted from the day after 20 November 2026" in page
    assert "Owed by" in page and "14 days left" in page


def test_only_the_office_is_offered_more_time(enter, office):
    factories.sender()
    case = sent_back(filed())
    link = reverse("casework:extend", args=[case.deadlines.open().get().pk])

    assert link in page_of(enter(office), case)
    assert link not in page_of(enter(group_of(case)), case)


def test_extension_stands_beside_the_date(enter, office):
    factories.sender()
    case = sent_back(filed())
    until = TODAY + timedelta(days=30)
    factories.extended(case.deadlines.open().get(), until=until, reason="台風のため", at=NOON)

    page = page_of(enter(group_of(case)), case)
    assert "台風のため" in page and "30 days left" in page


def test_right_that_has_ended_is_history(enter, office):
    factories.sender()
    case = sent_back(filed())
    case.deadlines.update(owed_by="", due_on=TODAY - timedelta(days=1))

    context = enter(office).get(f"/cases/{case.pk}/").context
    assert case.deadlines.open().get() in context["past"]
    assert context["standing"] == []


# History


def test_history_says_verbs_in_words(enter, office):
    case = filed()
    services.assign(case, office, by=office, at=NOON)

    lines = [str(line.what) for line in lines_of(Case.objects.get(pk=case.pk), inside=True)]

    assert lines == [
        str(verbs.in_words(PROPOSAL_FLOW, verb, source="", target=""))
        for verb in ("assign", "submit", "pledge", "open")
    ]


def test_verb_nobody_named_is_shown_as_it_is():
    assert verbs.in_words(PROPOSAL_FLOW, "sing", source="draft", target="draft") == "sing"


def test_move_that_shares_its_verb_with_a_record_keeps_its_label():
    flow = {"pledge": PROPOSAL_FLOW["accept"]}

    class Table(dict):
        def leads(self, verb, source):
            return {"accepted"} if source == "submitted" else set()

    table = Table(flow)
    moved = verbs.in_words(table, "pledge", source="submitted", target="accepted")
    recorded = verbs.in_words(table, "pledge", source="accepted", target="accepted")
    assert moved == PROPOSAL_FLOW["accept"].label
    assert recorded != moved


def recorded_verbs() -> set[str]:
    """The verbs that the program's own source writes into the history of a case."""
    found = {OPEN, TAKE_BACK}
    for app in ("casework", "grants", "reviews", "reporting"):
        for source in (settings.BASE_DIR / app).rglob("*.py"):
            calls = [n for n in ast.walk(ast.parse(source.read_text())) if isinstance(n, ast.Call)]
            found |= {
                call.args[1].value
                for call in calls
                if ast.unparse(call.func) in ("record", "services.record", "history.append")
                and isinstance(call.args[1], ast.Constant)
            }
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_recorded_verb_has_words(language):
    with translation.override(language):
        words = {
            verb: str(verbs.in_words(PROPOSAL_FLOW, verb, source="x", target="x"))
            for verb in recorded_verbs()
        }

    assert {"take_back", "assign", "reissue_letter", "pay"} <= words.keys()
    assert [verb for verb, said in words.items() if said == verb] == []
    japanese = {
        verb for verb, said in words.items() if re.search("[ぁ-んァ-ヶ一-龠]", said.split("(")[0])
    }
    assert japanese == (words.keys() if language == "ja" else set())


def test_naming_a_verb_twice_is_refused():
    with pytest.raises(ValueError, match="words already"):
        verbs.name_verbs(open="Something else")


def test_reason_of_a_move_is_told_to_the_group_and_notes_are_not(enter, office):
    factories.sender()
    case = sent_back(filed(), reason="収支の内訳")
    services.record(case, "note", by=office, at=NOON, note="電話で話した")

    theirs = page_of(enter(group_of(case)), case)
    ours = page_of(enter(office), case)

    assert "収支の内訳" in theirs and "電話で話した" not in theirs
    assert "収支の内訳" in ours and "電話で話した" in ours


def test_facts_of_a_decision_are_for_the_city(enter, office):
    factories.sender()
    case = in_selection()
    fill(case.sheets.get(), 8, 4)
    case = factories.approved(case, "select", assessed_yen=70_000)

    inside = [fact.value for line in lines_of(case, inside=True) for fact in line.facts]
    assert inside == [70_000, 1]
    assert all(line.facts == [] for line in lines_of(case, inside=False))


# Who reads it


def test_draft_that_is_shared_says_with_whom(enter):
    draft = factories.draft()
    assert "Only the group, until it is filed" in page_of(enter(group_of(draft)), draft)

    share_with_coordinators(draft, by=group_of(draft), at=NOON)

    for person in (group_of(draft), factories.user(Role.COORDINATOR)):
        page = page_of(enter(person), draft)
        assert "Only the group, until it is filed" not in page
        assert "whom it shared the draft with: Coordinator" in page


# Clerk, correction


def test_taking_back_is_offered_only_while_it_can_be_done(enter, office):
    factories.sender()
    case = services.advance(filed(), "accept", by=office, at=NOON)
    path = reverse("casework:correct", args=[case.pk])
    assert f'href="{path}"' in page_of(enter(office), case)

    services.advance(case, "send_back", by=office, at=NOON, reason="x", due_on=TODAY)

    page = page_of(enter(office), case)
    assert f'href="{path}"' not in page
    assert "cannot be taken back (訂正): A letter has already left." in page
    assert enter(office).get(path).status_code == 302


def test_office_assigns_a_clerk(enter, office):
    case = filed()
    path = reverse("casework:assign", args=[case.pk])

    answer = enter(office).post(path, {"clerk": office.pk})

    assert answer.headers["Location"] == reverse("casework:case", args=[case.pk])
    assert Case.objects.get(pk=case.pk).clerk == office


def test_nobody_outside_the_office_is_assigned(enter, office):
    case = filed()
    path = reverse("casework:assign", args=[case.pk])

    assert enter(office).post(path, {"clerk": group_of(case).pk}).status_code == 422
    assert enter(group_of(case)).post(path, {"clerk": office.pk}).status_code == 403


def test_office_takes_back_its_last_move(enter, office):
    case = accepted()
    path = reverse("casework:correct", args=[case.pk])

    answer = enter(office).post(path, {"reason": "押し間違い"})

    assert answer.status_code == 302
    assert Case.objects.get(pk=case.pk).state == "submitted"
    assert "押し間違い" in page_of(enter(office), case)


def test_move_with_consequences_is_not_taken_back(enter, office):
    case = filed()
    answer = enter(office).post(reverse("casework:correct", args=[case.pk]), {"reason": "x"})

    assert answer.status_code == 422
    assert Case.objects.get(pk=case.pk).state == "submitted"


def test_group_takes_nothing_back(enter):
    case = accepted()
    path = reverse("casework:correct", args=[case.pk])

    assert enter(group_of(case)).post(path, {"reason": "x"}).status_code == 403


# Dates


def test_office_gives_more_time_after_the_date(enter, office):
    factories.sender()
    case = sent_back(filed(), due_on=date(2026, 11, 1))
    path = reverse("casework:extend", args=[case.deadlines.open().get().pk])

    answer = enter(office).post(path, more_time(case, "2026-12-01", reason="連絡の行き違い"))

    draft = Approval.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("casework:case", args=[draft.pk]))
    assert not Extension.objects.exists()
    page = page_of(enter(factories.user(Role.APPROVER)), draft)
    assert "連絡の行き違い" in page and "期限延長決定通知書" in page and "Supplement (補正)" in page

    services.advance(
        draft, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY,
        external_number="7-12", external_post="課長",
    )  # fmt: skip
    deadline = case.deadlines.open().get()
    assert (deadline.due_on, deadline.ends_on) == (date(2026, 11, 1), date(2026, 12, 1))
    assert deadline.extension.approval == draft
    assert "連絡の行き違い" in page_of(enter(group_of(case)), case)


def more_time(case, until: str, *, reason: str = "x", **other) -> dict:
    owed = case.deadlines.open().get()
    return {"title": "延長", "deadline": owed.pk, "until_on": until, "reason": reason, **other}


def test_letter_of_an_extension_can_be_read_before_it_is_drafted(enter, office):
    factories.sender()
    case = sent_back(filed())
    path = reverse("casework:extend", args=[case.deadlines.open().get().pk])

    answer = enter(office).post(path, more_time(case, "2027-01-31", preview="1"))

    assert answer["Content-Type"] == "application/pdf"
    assert not Approval.objects.exists()


def test_page_promises_a_letter_only_of_what_the_group_owes(enter, office):
    factories.sender()
    group_owes = sent_back(filed())
    department_owes = accepted(round=factories.call("collaboration", matching_days="30"))
    department = factories.user(Role.DEPARTMENT).duty_set.get().department_id
    services.advance(department_owes, "start_matching", by=office, at=NOON, department=department)
    client = enter(office)

    for case, letter in ((group_owes, True), (department_owes, False)):
        owed = case.deadlines.open().get()
        page = client.get(reverse("casework:extend", args=[owed.pk])).content.decode()
        assert ("期限延長決定通知書" in page) == letter
        assert ("No letter leaves." in page) != letter


@pytest.mark.parametrize("page", ["casework:move", "casework:draft"])
def test_more_time_is_asked_for_beside_its_deadline_only(enter, office, page):
    factories.sender()
    case = sent_back(filed())

    assert enter(office).get(reverse(page, args=[case.pk, "extend"])).status_code == 404
    assert f"/cases/{case.pk}/draft/extend/" not in page_of(enter(office), case)


def test_extension_that_gives_no_time_is_refused(enter, office):
    factories.sender()
    case = sent_back(filed())
    path = reverse("casework:extend", args=[case.deadlines.open().get().pk])

    answer = enter(office).post(path, more_time(case, "2026-11-21"))

    assert answer.status_code == 422
    assert "The new date must lie after the one that counts now." in answer.content.decode()


def test_extension_of_another_case_is_refused(enter, office):
    factories.sender()
    case, other = sent_back(filed()), sent_back(filed())
    path = reverse("casework:extend", args=[case.deadlines.open().get().pk])

    assert enter(office).post(path, more_time(other, "2027-11-21")).status_code == 422
    assert not Approval.objects.exists()


def test_office_sets_a_date_that_is_not_set(enter, office):
    factories.sender()
    case = sent_back(filed(round=factories.call(supplement_days=None)))
    path = reverse("casework:set-date", args=[case.deadlines.open().get().pk])

    answer = enter(office).post(path, {"due_on": "2026-12-05", "reason": "電話で決めた"})

    assert answer.status_code == 302
    deadline = case.deadlines.open().get()
    assert deadline.due_on == date(2026, 12, 5)
    assert "Day set by the office: Saturday 5 December 2026" in page_of(enter(office), case)


def shown_by(client, page: str, deadline, **data) -> str:
    """Return what a page of a date answers to "Show which reminders move"."""
    path = reverse(f"casework:{page}", args=[deadline.pk])
    answer = client.post(path, {"deadline": deadline.pk, **data, "show": "1"})
    assert answer.status_code == 200 and "This field is required" not in answer.content.decode()
    return " ".join(answer.content.decode().partition('id="moved')[2].partition("<form")[0].split())


def test_new_date_shows_which_reminders_move_before_it_is_drafted(enter, office):
    factories.sender()
    owed = sent_back(filed(), due_on=date(2026, 12, 4)).deadlines.open().get()
    owed.reminders.create(
        ends_on=owed.due_on, rung=14, recipient="a@example.com", outcome="sent", at=NOON
    )

    shown = shown_by(enter(office), "extend", owed, title="延長", until_on="2026-12-18")

    assert "14 days before: Who owes it" in shown and shown.count("sent on <time") == 1

    assert shown.count("<tr>") == 1 + len(coming.moved(owed, date(2026, 12, 18), today=TODAY))
    assert "3 days before: Who owes it" in shown
    assert 'datetime="2026-12-01"' in shown and 'datetime="2026-12-15"' in shown
    assert not Approval.objects.exists() and not Extension.objects.exists()


def test_date_that_is_set_shows_which_reminders_it_brings(enter, office):
    factories.sender()
    owed = sent_back(filed(round=factories.call(supplement_days=None))).deadlines.open().get()

    shown = shown_by(enter(office), "set-date", owed, due_on="2026-11-30")

    assert "14 days before" not in shown, "that day lies before the new line"
    assert 'datetime="2026-11-27"' in shown and "not any more" in shown
    assert case_has_no_date(owed)


def case_has_no_date(deadline) -> bool:
    return deadline.case.deadlines.open().get().due_on is None


def test_same_date_set_anew_moves_no_reminder(enter, office):
    factories.sender()
    owed = sent_back(filed(), due_on=date(2026, 12, 4)).deadlines.open().get()
    reminders.remind(owed, today=date(2026, 12, 1), at=NOON)

    assert "No reminder moves." in shown_by(enter(office), "set-date", owed, due_on="2026-12-04")


def test_second_click_on_a_date_changes_nothing_and_says_so(enter, office):
    factories.sender()
    owed = sent_back(filed()).deadlines.open().get()
    path, browser = reverse("casework:set-date", args=[owed.pk]), enter(office)
    typed = {"due_on": "2026-12-20", "reason": "電話で決めた"}

    said = [browser.post(path, typed, follow=True).content.decode() for _click in range(2)]

    assert ["This date counts already." in words for words in said] == [False, True]
    assert owed.case.deadlines.filter(kind="supplement").count() == 2
    other = browser.post(path, {**typed, "due_on": "2026-12-21"}, follow=True).content.decode()
    assert "The case has moved on." in other


@pytest.mark.parametrize(
    ("page", "data"),
    [("extend", {"until_on": "2026-11-21"}), ("set-date", {"due_on": "tomorrow"})],
)
def test_date_that_cannot_be_shows_only_why(enter, office, page, data):
    factories.sender()
    owed = sent_back(filed()).deadlines.open().get()
    path = reverse(f"casework:{page}", args=[owed.pk])

    answer = enter(office).post(path, {"deadline": owed.pk, "title": "延長", **data, "show": "1"})

    words = answer.content.decode()
    assert answer.status_code == 422 and "What the new date moves" not in words
    assert "This field is required" not in words


@pytest.mark.parametrize("page", ["extend", "set-date"])
def test_dates_are_not_for_the_group(enter, page):
    factories.sender()
    case = sent_back(filed())
    path = reverse(f"casework:{page}", args=[case.deadlines.open().get().pk])

    assert enter(group_of(case)).get(path).status_code == 403
    assert enter(factories.user()).get(path).status_code == 404


# List


def found_in(client, query: str = "") -> set[int]:
    return {case.pk for case in client.get(f"/cases/{query}").context["page"]}


def test_list_holds_what_a_person_may_see(enter, office):
    draft, case = factories.draft(), filed()

    assert found_in(enter(office)) == {case.pk}
    assert found_in(enter(group_of(draft))) == {draft.pk}
    assert found_in(enter(factories.user())) == set()


def test_list_is_searched_by_title_number_and_group(enter, office):
    case, _other = filed(), filed()
    client = enter(office)

    assert found_in(client, f"?q={case.number}") == {case.pk}
    assert found_in(client, f"?q={case.organization.name}") == {case.pk}
    assert len(found_in(client, "?q=まちの居場所")) == 2
    assert found_in(client, "?q=なにもない") == set()


def test_list_is_filtered(enter, office):
    case, further = filed(), accepted()
    client = enter(office)

    assert found_in(client, "?state=proposal:accepted") == {further.pk}
    assert found_in(client, "?fiscal_year=2026&kind=proposal&only=open") == {case.pk, further.pk}
    assert found_in(client, "?only=closed") == set()


def test_list_shows_the_next_date_of_each_case(enter, office):
    factories.sender()
    without, late = accepted(), sent_back(filed(), due_on=TODAY - timedelta(days=2))
    client = enter(office)

    dates = {case.pk: case.next_due for case in client.get("/cases/").context["page"]}
    assert dates == {without.pk: None, late.pk: TODAY - timedelta(days=2)}
    page = client.get("/cases/").content.decode()
    assert page.count("2 days late") == 1 and page.count("No date") == 1


def test_list_is_filtered_by_what_is_past_its_date(enter, office):
    factories.sender()
    late = sent_back(filed(), due_on=TODAY - timedelta(days=1))
    given_time = sent_back(filed(), due_on=TODAY - timedelta(days=9))
    sent_back(filed(), due_on=TODAY)
    accepted()
    factories.extended(given_time.deadlines.open().get(), until=TODAY, reason="x", at=NOON)

    assert found_in(enter(office), "?only=late") == {late.pk}


def test_states_are_grouped_by_the_kind_of_case(enter, office):
    accepted()

    page = enter(office).get("/cases/").content.decode()
    assert '<optgroup label="Proposal">' in page


def test_filter_that_does_not_exist_is_passed_over(enter, office):
    case = filed()

    assert found_in(enter(office), "?fiscal_year=1066&state=nonsense&kind=x") == {case.pk}


def test_drafts_of_decisions_are_found_by_their_kind(enter, office):
    case = in_selection()
    draft = approvals.draft(
        "起案", [factories.wish(case, "decline", reason="x")], by=office, at=NOON
    )
    client = enter(office)

    assert found_in(client) == {case.pk}
    assert found_in(client, "?kind=approval") == {draft.pk}
    assert found_in(client, f"?q={draft.number}") == {draft.pk}
    assert {case.pk, draft.pk} <= found_in(client, "?kind=all")


def test_fiscal_years_are_named_by_their_era(enter, office):
    filed()

    assert "令和8年度" in enter(office, "ja").get("/cases/").content.decode()
    assert "FY 2026" in enter(office, "en").get("/cases/").content.decode()


# Queries

#: Session, person, duties; kinds and years, count, rows; the menu with the words of the city.
LIST = 7
#: What the page of a case asks whoever has how many lines of history, deadlines and notices.
CASE = 10


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_three_cases_as_for_one(
    enter, office, count, django_assert_num_queries
):
    for _ in range(count):
        filed()
    client = enter(office)

    with django_assert_num_queries(LIST):
        assert len(client.get("/cases/").context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_case_asks_as_often_for_three_lines_as_for_one(
    enter, office, count, django_assert_num_queries
):
    factories.sender()
    case = sent_back(filed())
    for number in range(count):
        services.record(case, "note", by=office, at=NOON, note=str(number))
        factories.extended(
            case.deadlines.open().get(),
            until=TODAY + timedelta(days=30 + number), reason="x", at=NOON,
        )  # fmt: skip
    client = enter(office)

    with django_assert_num_queries(CASE):
        assert client.get(reverse("casework:case", args=[case.pk])).status_code == 200
