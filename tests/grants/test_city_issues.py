"""City issues (業務課題): asked for, listed, published, answered by a proposal, taken up."""

import csv
import html
import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from django_fsm import TransitionNotAllowed
from openpyxl import load_workbook

from accounts.models import Duty, Role
from casework import city
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.models import Deadline, Notice
from casework.services import advance, correct
from grants import services
from grants.models import CityIssue, ProjectYear, Proposal
from grants.models.city_issue import Standing
from grants.project_links import links_of
from reporting.models import SearchEntry
from reporting.search import indexing
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.spoken import words_of

pytestmark = pytest.mark.django_db

WORDS = {
    "title": "海岸の清掃を続ける人手",
    "problem": "清掃の担い手が減っている。",
    "offers": "道具の貸し出しと広報",
    "seeks": "月に1度動ける団体",
    "until": TODAY + timedelta(days=60),
}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def office():
    return factories.anyone(Role.OFFICE)


@remembered
def issue(department=None, **words) -> CityIssue:
    """An issue that a department wrote and did not send yet."""
    department = department or factories.department(mailbox="kaigan@example.jp")
    clerk = makers.department_clerk(department)
    made = services.open_issue(department, fiscal_year=2026, title="課題", by=clerk, at=NOON)
    return services.save_issue(
        made, fields={**WORDS, **words}, edit_number=made.edit_number, by=clerk, at=NOON
    )


@remembered
def published(department=None, **words) -> CityIssue:
    made = issue(department, **words)
    made = advance(made, "send", by=makers.department_clerk(made.department), at=NOON)
    return advance(made, "publish", by=office(), at=NOON)


def read(path: str, person=None, language: str = "en") -> str:
    client = Client()
    client.cookies["django_language"] = language
    if person:
        client.force_login(person)
    response = client.get(path)
    assert response.status_code == 200, path
    return words_of(response.getvalue().decode())


# Asking


def test_each_department_is_asked_once_a_year_and_owes_an_answer():
    one, other = factories.department(), factories.department()
    due = TODAY + timedelta(days=30)

    asked = services.ask_for_issues(fiscal_year=2026, due_on=due, by=office(), at=NOON)
    again = services.ask_for_issues(fiscal_year=2026, due_on=due, by=office(), at=NOON)
    next_year = services.ask_for_issues(fiscal_year=2027, due_on=None, by=office(), at=NOON)

    assert {case.department for case in asked} >= {one, other}
    assert {case.state for case in asked} == {"requested"}
    assert again == []
    assert len(next_year) == len(asked)
    owed = Deadline.objects.filter(case__in=asked, kind="city_issue")
    assert {deadline.due_on for deadline in owed} == {due}
    assert owed.count() == len(asked)
    assert {d.due_on for d in Deadline.objects.filter(case__in=next_year)} == {None}


def test_office_that_asks_again_by_another_day_is_told_that_the_first_one_stays(client):
    factories.department()
    factories.department()
    client.force_login(office())
    said = {"fiscal_year": 2026, "due_on": (TODAY + timedelta(days=20)).isoformat()}
    client.post("/office/city-issues/", said)
    again = {**said, "due_on": (TODAY + timedelta(days=30)).isoformat()}

    for due_on, kept in ((again["due_on"], True), (said["due_on"], False)):
        page = client.post("/office/city-issues/", {**said, "due_on": due_on}, follow=True)
        assert ("前に依頼した2件の業務課題" in page.content.decode()) is kept

    days = Deadline.objects.open().values_list("due_on", flat=True)
    assert set(days) == {TODAY + timedelta(days=20)}
    for deadline in Deadline.objects.open():
        assert f'href="/deadlines/{deadline.pk}/set/"' in page.content.decode()


def test_department_is_told_that_it_is_asked():
    department = factories.department()
    clerk = makers.department_clerk(department)

    (case,) = services.ask_for_issues(
        fiscal_year=2026, due_on=None, by=office(), at=NOON,
        among=type(department).objects.filter(pk=department.pk),
    )  # fmt: skip

    assert Notice.objects.get(case=case).recipient == clerk
    assert "業務課題" in Notice.objects.get(case=case).subject


def test_department_where_nobody_logs_in_is_told_by_its_mailbox():
    department = factories.department(mailbox="dare@example.jp")

    (case,) = services.ask_for_issues(
        fiscal_year=2026, due_on=TODAY, by=office(), at=NOON,
        among=type(department).objects.filter(pk=department.pk),
    )  # fmt: skip

    notice = Notice.objects.get(case=case)
    assert (notice.to, notice.recipient) == ("dare@example.jp", None)
    assert "令和8年11月20日" in notice.body


def test_only_the_office_asks():
    with pytest.raises(PermissionDenied):
        services.ask_for_issues(
            fiscal_year=2026, due_on=None, by=factories.user(Role.DEPARTMENT), at=NOON
        )


def test_none_is_an_answer():
    department = factories.department()
    (case,) = services.ask_for_issues(
        fiscal_year=2026, due_on=TODAY, by=office(), at=NOON,
        among=type(department).objects.filter(pk=department.pk),
    )  # fmt: skip

    case = advance(case, "answer_none", by=makers.department_clerk(department), at=NOON)

    assert case.state == "none"
    assert case.closed_at == NOON
    assert Deadline.objects.get(case=case).met_at == NOON
    assert not CityIssue.objects.public(fictitious=True).exists()


def test_issue_begun_by_mistake_is_withdrawn_and_no_answer():
    made = issue()
    clerk = makers.department_clerk(made.department)

    with pytest.raises(NotPossible, match="begun by mistake"):
        advance(made, "answer_none", by=clerk, at=NOON)
    withdrawn = advance(made, "withdraw", by=clerk, at=NOON, reason="重複")
    assert withdrawn.closed_at == NOON

    assert correct(withdrawn, reason="重複ではない", by=office(), at=NOON).state == "draft"


def test_issue_that_was_asked_for_is_answered_and_not_withdrawn():
    department = factories.department()
    (case,) = services.ask_for_issues(
        fiscal_year=2026, due_on=TODAY, by=office(), at=NOON,
        among=type(department).objects.filter(pk=department.pk),
    )  # fmt: skip
    clerk = makers.department_clerk(department)
    case = services.save_issue(case, fields=WORDS, edit_number=0, by=clerk, at=NOON)

    with pytest.raises(NotPossible, match="The office asked for this"):
        advance(case, "withdraw", by=clerk, at=NOON, reason="重複")


# Writing and publishing


def test_first_save_of_what_was_asked_for_starts_it():
    department = factories.department()
    clerk = makers.department_clerk(department)
    (case,) = services.ask_for_issues(
        fiscal_year=2026, due_on=None, by=office(), at=NOON,
        among=type(department).objects.filter(pk=department.pk),
    )  # fmt: skip

    saved = services.save_issue(case, fields=WORDS, edit_number=0, by=clerk, at=NOON)

    assert (saved.state, saved.problem) == ("draft", WORDS["problem"])
    with pytest.raises(StaleDraft):
        services.save_issue(case, fields=WORDS, edit_number=0, by=clerk, at=NOON)


def test_another_department_and_the_office_write_nothing():
    made = issue()

    for person in (factories.user(Role.DEPARTMENT), office()):
        with pytest.raises(PermissionDenied):
            services.save_issue(
                made, fields=WORDS, edit_number=made.edit_number, by=person, at=NOON
            )


@pytest.mark.parametrize("empty", ["title", "problem", "offers", "seeks"])
def test_issue_without_its_words_is_not_sent(empty):
    made = issue(**{empty: " "})

    with pytest.raises(NotPossible):
        advance(made, "send", by=makers.department_clerk(made.department), at=NOON)


def test_returned_issue_is_nowhere_until_it_is_published_again():
    made = published()
    path = made.get_absolute_url()
    assert WORDS["problem"] in read(path)

    made = advance(made, "send_back", by=office(), at=NOON, reason="場所が分からない。")

    assert Client().get(path).status_code == 404
    clerk = makers.department_clerk(made.department)
    made = advance(made, "resend", by=clerk, at=NOON)
    assert Client().get(path).status_code == 404
    advance(made, "publish", by=office(), at=NOON)
    assert WORDS["problem"] in read(path)


def test_department_closes_its_own_and_no_other():
    made = published()

    with pytest.raises(PermissionDenied):
        advance(made, "close", by=factories.user(Role.DEPARTMENT), at=NOON)
    closed = advance(made, "close", by=makers.department_clerk(made.department), at=NOON)

    assert closed.state == "closed"
    with pytest.raises(TransitionNotAllowed):
        advance(closed, "send_back", by=office(), at=NOON, reason="")


SECRET = "公開前の課題"


@pytest.mark.parametrize("verbs", [(), ("send",), ("send", "send_back"), ("withdraw",)])
def test_issue_that_is_not_public_is_found_and_read_by_nobody(verbs):
    made = issue(title=SECRET, problem=SECRET)
    clerk = makers.department_clerk(made.department)
    for verb in verbs:
        facts = {"reason": "理由"} if verb in ("send_back", "withdraw") else {}
        made = advance(made, verb, by=office() if verb == "send_back" else clerk, at=NOON, **facts)
    indexing.rebuild()

    assert SECRET not in read("/city-issues/") + read("/calls/")
    assert not SearchEntry.objects.filter(kind="issue").exists()
    for person in (None, clerk, *map(factories.user, Role.values)):
        client = Client()
        if person:
            client.force_login(person)
        assert client.get(made.get_absolute_url()).status_code == 404


def test_issue_of_an_invented_department_is_public_only_in_a_demonstration(settings):
    made = published(factories.department(fictitious=True))
    assert Client().get(made.get_absolute_url()).status_code == 404

    settings.DEMO = True

    assert WORDS["problem"] in read(made.get_absolute_url())


def test_public_page_names_the_mailbox_and_no_clerk():
    made = published()
    clerk = makers.department_clerk(made.department)

    text = read(made.get_absolute_url())

    assert "kaigan@example.jp" in text
    assert clerk.name not in text
    assert clerk.email not in text


def test_issue_of_a_department_without_a_mailbox_names_the_office():
    made = published(factories.department())
    assert not made.department.mailbox
    city.set_value("office_contact", "0467-00-0000", source="試験", by=office(), at=NOON)

    facts = read(made.get_absolute_url()).partition('class="facts"')[2].partition("</dl>")[0]

    assert "0467-00-0000" in facts


def test_published_issue_is_found_by_its_words(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = published()
    assert made.get_absolute_url() in read("/search/?q=清掃")

    with django_capture_on_commit_callbacks(execute=True):
        advance(made, "send_back", by=office(), at=NOON, reason="理由")

    assert made.get_absolute_url() not in read("/search/?q=清掃")


# The public list


@pytest.mark.parametrize(("language", "folder"), [("ja", ""), ("en", "en/")])
def test_everyone_finds_the_issues_and_from_each_its_plain_page(language, folder):
    found = published()

    assert read("/", language=language).count('href="/city-issues/"') == 2  # menu and card
    page = read(found.get_absolute_url(), language=language)
    plain = f"/public/{folder}issues/2026/{found.pk}.html"
    assert f'href="{plain}"' in page
    assert found.title in words_of(read(plain))


def test_department_bears_its_english_name_on_english_pages():
    department = factories.department(name="海岸課", name_en="Seashore Division")
    found = published(department)
    services.ask_for_issues(fiscal_year=2026, due_on=None, by=office(), at=NOON)

    for path, person in (
        ("/city-issues/", None), (found.get_absolute_url(), None),
        ("/office/city-issues/", office()),
    ):  # fmt: skip
        assert "Seashore Division" in read(path, person)
        assert "海岸課" in words_of(read(path, person, language="ja"))
    departments = read("/office/city-issues/", office()).count("Seashore Division")
    assert departments >= 2 + 1  # two rows, and the date that can be set


def test_public_list_says_what_is_open_taken_up_and_closed():
    department = factories.department()
    open_one = published(department, title="開いた課題", until=None)
    last_day = published(department, title="今日までの課題", until=TODAY)
    over = published(department, title="過ぎた課題", until=TODAY - timedelta(days=1))
    shut = advance(published(department, title="閉じた課題"), "close", by=office(), at=NOON)
    taken = published(department, title="動いた課題", until=TODAY - timedelta(days=1))
    adopted_from(taken)
    found = CityIssue.objects.public(fictitious=False).with_standing()

    by_standing = {
        standing: set(found.standing_as(standing, today=TODAY).values_list("pk", flat=True))
        for standing in Standing.values
    }

    assert by_standing == {
        "open": {open_one.pk, last_day.pk},
        "closed": {over.pk, shut.pk},
        "taken_up": {taken.pk},
    }
    assert {one.pk: one.standing_on(TODAY).value for one in found} == {
        pk: standing for standing, pks in by_standing.items() for pk in pks
    }
    text = read("/city-issues/?standing=closed")
    assert "過ぎた課題" in text and "閉じた課題" in text
    assert "開いた課題" not in text and "動いた課題" not in text
    assert "FY 2026" in text
    assert "No issue fits" in read("/city-issues/?year=2020")


# Beginning a proposal


def adopted_from(made: CityIssue) -> Proposal:
    """A proposal that answers an issue and was selected."""
    proposal = advance(submitted(made), "accept", by=office(), at=NOON)
    proposal = advance(
        proposal, "start_matching", by=office(), at=NOON, department=made.department_id
    )
    proposal = advance(proposal, "match", by=office(), at=NOON)
    proposal = advance(proposal, "refer", by=office(), at=NOON)
    return factories.approved(proposal, "select", assessed_yen=80_000)


def submitted(made: CityIssue) -> Proposal:
    """A proposal that answers an issue and was filed."""
    makers.sender()
    proposal = begun(made)
    proposal.refresh_from_db()
    group = makers.group_of(proposal)
    return advance(filled(proposal, group), "submit", by=group, at=NOON)


def filled(proposal: Proposal, group) -> Proposal:
    words = {"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果"}
    lines = [
        factories.line("income", "市の負担", 80_000, from_city=True),
        factories.line("expenditure", "印刷", 80_000),
    ]
    measures = [{"measure": factories.measure(), "how": "場をつくる"}]
    proposal = services.save_draft(
        proposal, fields=words, lines=lines, measures=measures,
        edit_number=proposal.edit_number, by=group, at=NOON,
    )  # fmt: skip
    return services.pledge(proposal, name=group.name, by=group, at=NOON)


def begun(made: CityIssue) -> Proposal:
    """The draft that a group begins on the page of an issue, whose last day may be over by now."""
    group = factories.member(factories.organization(founded_on=date(2025, 4, 1)))
    call = factories.call("collaboration", matches_department="yes")
    CityIssue.objects.filter(pk=made.pk).update(until=None)
    draft = services.start_draft(
        call, group.organizations.get(), title="海岸をきれいに", by=group, at=NOON,
        issue=CityIssue.objects.get(pk=made.pk),
    )  # fmt: skip
    CityIssue.objects.filter(pk=made.pk).update(until=made.until)
    return draft


def test_group_begins_a_proposal_on_the_page_of_the_issue():
    made = published()
    group = factories.member(factories.organization())
    call = factories.call("collaboration", matches_department="yes")
    client = Client()
    client.force_login(group)
    assert f'action="/calls/{call.pk}/start/"' in read(made.get_absolute_url(), group)

    answer = client.post(
        f"/calls/{call.pk}/start/",
        {"issue": made.pk, "organization": group.organizations.get().pk},
    )

    proposal = Proposal.objects.get()
    assert answer.url == f"/proposals/{proposal.pk}/edit/"
    assert proposal.city_issue_id == made.pk
    assert proposal.wished_department == made.department
    assert f"?issue={made.pk}" in read(made.get_absolute_url())
    assert WORDS["title"] in read(f"/calls/{call.pk}/?issue={made.pk}")
    assert WORDS["title"] in read(f"/cases/{proposal.pk}/content/", group)


def test_page_says_why_there_is_no_button():
    made = published()
    assert "no call in which departments take part is open" in read(made.get_absolute_url())

    factories.call("startup")
    assert "no call in which departments take part is open" in read(made.get_absolute_url())

    coming = factories.call("collaboration", matches_department="yes")
    type(coming).objects.filter(pk=coming.pk).update(
        opens_at=timezone.now() + timedelta(days=5), announced_at=timezone.now()
    )
    text = read(made.get_absolute_url())
    assert "opens on" in text and coming.name in text


def without_a_button(made: CityIssue, why: str) -> None:
    group = factories.member(factories.organization())
    call = factories.call("collaboration", matches_department="yes")

    page = read(made.get_absolute_url(), group)
    of_call = read(f"/calls/{call.pk}/?issue={made.pk}", group)

    assert why in page and "/start/" not in page
    assert "No proposal can begin any more from this city issue" in of_call
    assert 'name="issue"' not in of_call
    with pytest.raises(ValidationError):
        services.start_draft(
            call, group.organizations.get(), title="案", by=group, at=NOON, issue=made
        )


def test_closed_issue_has_no_button_and_says_why():
    closed = advance(published(), "close", by=office(), at=NOON)

    without_a_button(closed, "the issue is closed")


def test_issue_whose_last_day_is_over_has_no_button_and_says_why():
    over = published(until=TODAY - timedelta(days=1))

    without_a_button(over, "the department looked for a group until")


def test_issue_that_was_taken_up_has_no_button_until_the_project_is_given_up():
    taken = published(until=None)
    adopted = adopted_from(taken)
    without_a_button(taken, "a project that answers this issue has been adopted")

    advance(adopted, "renounce", by=makers.group_of(adopted), at=NOON)

    group = factories.member(factories.organization())
    assert "/start/" in read(taken.get_absolute_url(), group)


def test_no_proposal_begins_from_a_closed_issue_or_for_another_course():
    made = published()
    group = factories.member(factories.organization())
    own = group.organizations.get()
    with_departments = factories.call("collaboration", matches_department="yes")
    start = {"title": "案", "by": group, "at": NOON, "issue": made}

    with pytest.raises(ValidationError):
        services.start_draft(factories.call("startup"), own, **start)
    closed = advance(made, "close", by=office(), at=NOON)
    with pytest.raises(ValidationError):
        services.start_draft(with_departments, own, **{**start, "issue": closed})

    assert not Proposal.objects.exists()


def test_issue_that_is_not_public_starts_no_more_than_a_plain_draft():
    made = issue()
    group = factories.member(factories.organization())
    call = factories.call("collaboration", matches_department="yes")
    client = Client()
    client.force_login(group)

    client.post(
        f"/calls/{call.pk}/start/",
        {"issue": made.pk, "organization": group.organizations.get().pk},
    )

    assert Proposal.objects.get().city_issue is None


# The department is told


def test_department_is_told_once_that_a_proposal_answers_its_issue():
    made = published()
    clerk = makers.department_clerk(made.department)

    proposal = submitted(made)
    proposal = advance(proposal, "send_back", by=office(), at=NOON, reason="理由", due_on=TODAY)
    advance(proposal, "resubmit", by=makers.group_of(proposal), at=NOON)

    clerks = Duty.objects.filter(department=made.department).values_list("user", flat=True)
    told = Notice.objects.filter(kind="city_issue_answered")
    assert clerk.pk in clerks
    assert sorted(notice.recipient_id for notice in told) == sorted(clerks)
    assert {notice.case_id for notice in told} == {made.pk}
    words = told[0].subject + told[0].body
    assert proposal.number in words and WORDS["title"] in words
    assert proposal.organization.name not in words and proposal.title not in words


def test_department_where_nobody_logs_in_is_told_of_an_answer_by_its_mailbox():
    made = published()
    Duty.objects.filter(department=made.department).delete()

    proposal = submitted(made)

    notice = Notice.objects.get(kind="city_issue_answered")
    assert (notice.to, notice.recipient) == ("kaigan@example.jp", None)
    assert proposal.number in notice.body


def test_plain_proposal_tells_no_department():
    draft = factories.draft()
    advance(draft, "submit", by=makers.group_of(draft), at=NOON)

    assert not Notice.objects.filter(kind="city_issue_answered").exists()


def test_department_sees_that_a_proposal_waits_and_later_the_proposal_itself():
    made = published()
    clerk = makers.department_clerk(made.department)
    page = f"/cases/{made.pk}/"
    proposal = begun(made)
    assert "to be read once" not in read(page, clerk)

    proposal = submitted(published(title="ほかの課題"))
    other = f"/cases/{proposal.city_issue_id}/"
    waiting = read(other, makers.department_clerk(proposal.city_issue.department))
    assert proposal.number in waiting and "to be read once" in waiting
    assert proposal.title not in waiting and proposal.organization.name not in waiting

    proposal = advance(proposal, "accept", by=office(), at=NOON)
    advance(
        proposal, "start_matching", by=office(), at=NOON,
        department=proposal.city_issue.department_id,
    )  # fmt: skip
    shown = read(other, makers.department_clerk(proposal.city_issue.department))
    assert proposal.title in shown and "to be read once" not in shown


# What came of it


def test_only_an_adopted_project_is_shown_to_the_public():
    made = published()
    draft = begun(made)
    assert draft.title not in read(made.get_absolute_url())
    assert draft.organization.name not in read(made.get_absolute_url())

    other = published(title="ほかの課題")
    adopted = adopted_from(other)
    text = read(other.get_absolute_url())

    assert adopted.title in text
    assert adopted.organization.name in text
    assert "Taken up" in text
    assert other.get_absolute_url() in read("/register/")

    advance(adopted, "renounce", by=makers.group_of(adopted), at=NOON)
    assert adopted.organization.name not in read(other.get_absolute_url())


def test_office_reads_proposals_and_outcomes_and_takes_them_away():
    made = published()
    begun(made)  # a draft is its group's alone
    adopted = adopted_from(published(title="ほかの課題"))

    page = read("/office/city-issues/", office())
    table = list(csv.DictReader(io.StringIO(read("/office/city-issues.csv", office())[1:])))
    book = load_workbook(io.BytesIO(_bytes("/office/city-issues.xlsx", office())))
    sheet = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]

    assert adopted.title in page and "adopted" in page
    assert {row["title"]: (row["proposals"], row["adopted"]) for row in table} == {
        WORDS["title"]: ("", ""),
        "ほかの課題": (adopted.number, adopted.number),
    }
    assert [list(map(str, row)) for row in sheet] == [
        list(table[0]),
        *(list(r.values()) for r in table),
    ]


def _bytes(path: str, person) -> bytes:
    client = Client()
    client.force_login(person)
    return client.get(path).getvalue()


# Links, both ways


def led_to(made: CityIssue, report) -> ProjectYear:
    """Let a report be about the first year of a project that answers the issue."""
    makers.sender()
    proposal = makers.ready_proposal("collaboration", office=office())
    Proposal.objects.filter(pk=proposal.pk).update(city_issue=made)
    year = proposal.project_years.get(position=1)
    type(report).objects.filter(pk=report.pk).update(project_year=year)
    return year


def test_public_reads_from_the_issue_to_what_came_of_it_and_back():
    made = published()
    report = makers.published_collaboration()
    number = led_to(made, report).proposal.number

    page = html.unescape(read(made.get_absolute_url()))
    to_register = re.search(r'href="(/register/\?[^"]*)#(entry-[^"]*)"', page)

    assert to_register[2] == f"entry-{number}"
    assert f'id="entry-{number}"' in read(to_register[1])
    assert f'href="/reports/{report.pk}/"' in page
    assert f'href="{made.get_absolute_url()}"' in read(f"/reports/{report.pk}/")
    assert f'href="{made.get_absolute_url()}"' in read(to_register[1])


def test_report_that_is_not_published_is_linked_only_for_whoever_may_see_it():
    made = published()
    report = makers.collaboration()
    year = led_to(made, report)
    to_report = f'href="/cases/{report.pk}/"'

    of_department = read(f"/cases/{made.pk}/", makers.department_clerk(made.department))

    assert to_report in read(f"/cases/{made.pk}/", office())
    assert to_report in read("/office/city-issues/", office())
    assert to_report not in of_department
    assert to_report not in read(made.get_absolute_url(), office())
    assert f"/reports/{report.pk}/" not in read(made.get_absolute_url())
    for case in (report, year, year.proposal):
        assert f'href="{made.get_absolute_url()}"' in read(f"/cases/{case.pk}/content/", office())


def test_issue_taken_off_the_public_pages_is_linked_to_its_case_for_who_may_see_it():
    made = published()
    year = led_to(made, makers.collaboration())
    advance(made, "send_back", by=office(), at=NOON, reason="理由")
    page = f"/cases/{year.pk}/content/"

    assert f'href="/cases/{made.pk}/"' in read(page, office())
    of_group = read(page, makers.group_of(year))
    assert WORDS["title"] in of_group and f"/cases/{made.pk}/" not in of_group


def test_links_of_many_projects_ask_as_often_as_those_of_one(django_assert_max_num_queries):
    made = published()
    one = led_to(made, makers.published_collaboration()).proposal_id
    other = led_to(made, makers.published_collaboration()).proposal_id

    with django_assert_max_num_queries(2):
        assert [len(links) for links in links_of([one], AnonymousUser()).values()] == [2]
    with django_assert_max_num_queries(2):
        both = links_of([one, other], AnonymousUser())

    assert [len(both[pk]) for pk in (one, other)] == [2, 2]
