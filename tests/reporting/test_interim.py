"""Interim reports: asked for by the rules or the office, written by the group, read by who sees it."""

import io
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed
from docx import Document
from openpyxl import load_workbook

from accounts.models import MemberRole, Role
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.models import Notice
from casework.services import advance
from grants.date_rules import date_by
from grants.models import ProjectYear
from grants.services import months
from reporting import interim
from reporting.models import InterimReport
from tests import factories
from tests.case_pages import address_of
from tests.factories import JAPAN
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: A day on which the project of these tests runs (1 December to 31 January).
RUNNING = datetime(2026, 12, 20, 12, 0, tzinfo=JAPAN)
DUE = date(2026, 12, 28)
SAID = {
    "done": "2回開いた。",
    "against_plan": "予定どおり。",
    "troubles": "",
    "needs": "広報の協力。",
}


@remembered
def granted(course: str = "startup") -> ProjectYear:
    return makers.granted_year(course)


@pytest.fixture
def year():
    return granted()


@pytest.fixture(autouse=True)
def running(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(RUNNING, tick=False):
        yield


def asked(year: ProjectYear, **said) -> InterimReport:
    said = {"due_on": DUE, "asks": "参加者の数", **said}
    return interim.ask_for_interim(year, **said, by=factories.anyone(Role.OFFICE), at=RUNNING)


def written(report: InterimReport, **said) -> InterimReport:
    return interim.save_interim(
        report, fields={**SAID, **said}, edit_number=report.edit_number,
        by=makers.group_of(report), at=RUNNING,
    )  # fmt: skip


def sent(year: ProjectYear) -> InterimReport:
    report = written(asked(year))
    return advance(report, "submit", by=makers.group_of(report), at=RUNNING)


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


# Asking


def test_office_asks_and_the_group_is_told_with_its_date(year):
    report = asked(year)

    assert (report.state, report.number) == ("asked", f"{year.number}-M1")
    assert (report.organization, report.department) == (year.organization, year.department)
    assert "中間報告" in report.title and report.filed_at == RUNNING
    owed = report.deadlines.get()
    assert (owed.kind, owed.due_on, owed.owed_by) == ("interim_report", DUE, "organization")
    told = Notice.objects.filter(case=report.pk, kind="your_turn")
    assert set(told.values_list("recipient", flat=True)) == {makers.group_of(year).pk}
    assert report.events.get(verb="open").facts["due_on"] == "2026-12-28"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.COORDINATOR, Role.ACCOUNTING])
def test_only_the_office_asks(year, role):
    with pytest.raises(PermissionDenied):
        interim.ask_for_interim(year, due_on=DUE, asks="", by=factories.user(role), at=RUNNING)


def test_group_asks_nothing_of_itself(year):
    with pytest.raises(PermissionDenied):
        interim.ask_for_interim(year, due_on=DUE, asks="", by=makers.group_of(year), at=RUNNING)


def test_one_is_asked_for_at_a_time_and_another_after_it_was_noted(year):
    report = sent(year)
    with pytest.raises(ValidationError):
        asked(year)

    advance(report, "note", by=factories.anyone(Role.OFFICE), at=RUNNING)

    assert asked(year).number == f"{year.number}-M2"


def test_none_is_asked_for_before_the_grant_or_on_a_day_that_has_passed(year):
    with pytest.raises(ValidationError):
        asked(year, due_on=RUNNING.date())
    makers.sent_report(year)
    with pytest.raises(ValidationError):
        asked(ProjectYear.objects.get(pk=year.pk))


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("30", date(2026, 12, 31)),
        ("1 months", date(2027, 1, 1)),
        ("6 months", None),  # the project is over by then
        ("", None),
    ],
)
def test_course_that_wants_one_asks_with_the_grant(rule, due):
    year = makers.granted_year(**({"interim_report_days": rule} if rule else {}))

    found = InterimReport.objects.filter(project_year=year)
    assert [report.deadlines.get().due_on for report in found] == ([due] if due else [])
    if due:
        stored = found.get().deadlines.get().derivation
        assert stored == date_by("interim_report", year.rules, year.starts_on, ()).to_json()
        assert not Notice.objects.filter(case=found.get().pk).exists()


def test_coordinators_of_the_project_see_it(year):
    coordinator = factories.user(Role.COORDINATOR)
    year.access.create(role=Role.COORDINATOR, reason="shared by the group")

    report = asked(year)

    assert report.pk in InterimReport.objects.visible_to(coordinator).values_list("pk", flat=True)


# Writing


def test_it_begins_with_what_the_plan_by_month_says(year):
    group = makers.group_of(year)
    activity = months.plan_activity(year, label="練習会", planned=[12, 1], by=group, at=RUNNING)
    months.plan_activity(year, label="発表会", planned=[1], by=group, at=RUNNING)
    months.tell_done(activity, month=12, note="雨でも行った", participants=14, by=group, at=RUNNING)

    said = interim.begun_by_months(year)
    page = client_of(group).get(reverse("reporting:interim-edit", args=[asked(year).pk]))

    assert said["done"] == "12月 練習会：雨でも行った（14人）"
    assert said["against_plan"] == (
        "練習会：予定 12月・1月／実施 12月\n発表会：予定 1月／実施 まだ"
    )
    assert said["done"] in page.content.decode()


def test_what_was_written_is_not_filled_in_again(year):
    group = makers.group_of(year)
    months.plan_activity(year, label="練習会", planned=[12], by=group, at=RUNNING)
    report = written(asked(year), against_plan="")

    page = client_of(group).get(reverse("reporting:interim-edit", args=[report.pk]))

    assert "練習会：予定" not in page.content.decode()


def test_nothing_is_sent_while_something_is_missing(year):
    report = written(asked(year), against_plan="")
    with pytest.raises(NotPossible):
        advance(report, "submit", by=makers.group_of(report), at=RUNNING)

    report = advance(written(report), "submit", by=makers.group_of(report), at=RUNNING)

    assert report.deadlines.get().met_at == RUNNING
    assert report.versions.get().content == SAID


def test_stale_page_overwrites_nothing(year):
    report = asked(year)
    written(report)

    with pytest.raises(StaleDraft):
        written(report, done="別の文")
    assert InterimReport.objects.get().done == SAID["done"]


def test_only_the_group_writes_and_only_while_it_is_asked(year):
    report = asked(year)
    for person in (factories.user(Role.OFFICE), factories.member(factories.organization())):
        with pytest.raises(PermissionDenied):
            interim.save_interim(report, fields=SAID, edit_number=0, by=person, at=RUNNING)

    report = advance(written(report), "submit", by=makers.group_of(report), at=RUNNING)

    with pytest.raises(PermissionDenied):
        written(report)


def test_office_returns_it_with_words_and_a_new_date(year):
    office, report = factories.user(Role.OFFICE), sent(year)
    day = date(2027, 1, 10)

    report = advance(report, "send_back", by=office, at=RUNNING, reason="人数も。", due_on=day)

    assert report.deadlines.open().get().due_on == day
    report = written(report, done="2回開き、30人が来た。")
    report = advance(report, "resubmit", by=makers.group_of(report), at=RUNNING)
    assert [version.number for version in report.versions.order_by("number")] == [1, 2]
    assert advance(report, "note", by=office, at=RUNNING).closed_at == RUNNING


def test_office_may_ask_no_longer(year):
    report = asked(year)

    report = advance(
        report, "waive", by=factories.user(Role.OFFICE), at=RUNNING, reason="電話で聞いた。"
    )

    assert report.state == "dropped" and not report.deadlines.open().exists()


def test_final_report_ends_what_was_not_sent_but_not_what_waits_for_the_office(year):
    report = asked(year)
    makers.sent_report(year)
    report.refresh_from_db()
    assert (report.state, report.is_open) == ("dropped", False)

    other = granted("revitalization")
    waits = sent(other)
    makers.sent_report(other)
    waits.refresh_from_db()
    assert waits.state == "filed"
    assert advance(waits, "note", by=factories.user(Role.OFFICE), at=makers.LATER).state == "noted"


def test_project_that_ends_early_owes_none(year):
    report = sent(year)

    factories.approved(year, "discontinue", at=RUNNING, ended_on=RUNNING.date(), reason="都合")

    report.refresh_from_db()
    assert report.state == "dropped"
    with pytest.raises(TransitionNotAllowed):
        advance(report, "note", by=factories.user(Role.OFFICE), at=RUNNING)


# Pages


def test_unsent_words_are_read_by_the_group_alone(year):
    report = written(asked(year))
    office, group = factories.user(Role.OFFICE), makers.group_of(year)
    page = reverse("casework:case", args=[report.pk])

    assert SAID["needs"] in client_of(group).get(page).content.decode()
    before = client_of(office).get(page).content.decode()
    assert SAID["needs"] not in before and "The group has not sent it yet" in before
    report = advance(report, "submit", by=group, at=RUNNING)
    assert SAID["needs"] in client_of(office).get(page).content.decode()

    back = {"reason": "人数も。", "due_on": date(2027, 1, 10)}
    report = advance(report, "send_back", by=office, at=RUNNING, **back)
    written(report, needs="まだ見せない。")
    after = client_of(office).get(page).content.decode()
    assert SAID["needs"] in after and "まだ見せない。" not in after


def test_year_says_whether_one_is_asked_for(year):
    office, page = client_of(factories.user(Role.OFFICE)), address_of(year, "reports")

    before = office.get(page).content.decode()
    ask = reverse("reporting:interim-ask", args=[year.pk])
    assert "No interim report is asked for." in before and f'href="{ask}"' in before
    assert office.post(ask, {"due_on": "2026-12-01", "asks": ""}).status_code == 422
    assert office.post(ask, {"due_on": "2026-12-28", "asks": "人数"}).status_code == 302

    after = office.get(page).content.decode()
    assert f"{year.number}-M1" in after and "An interim report is asked for already." in after
    again = office.get(ask).content.decode()
    assert "An interim report is asked for already." in again and 'name="due_on"' not in again


def test_group_writes_and_sends_in_the_browser(year):
    report, client = asked(year), client_of(makers.group_of(year))
    page = reverse("reporting:interim-edit", args=[report.pk])

    assert "参加者の数" in client.get(page).content.decode()
    answer = client.post(page, {**SAID, "edit_number": 0, "then": "case"}, follow=True)
    assert SAID["done"] in answer.content.decode()
    assert client.post(reverse("casework:move", args=[report.pk, "submit"])).status_code == 302
    report.refresh_from_db()
    assert report.state == "filed"
    assert client.get(page).status_code == 403


@pytest.mark.parametrize(
    ("who", "ask", "write", "read"),
    [
        ("office", 200, 403, 200),
        ("group", 403, 200, 200),
        ("viewer", 403, 403, 200),
        ("auditor", 403, 403, 200),
        ("department", 404, 404, 404),
        ("other group", 404, 404, 404),
        ("nobody", 302, 302, 302),
    ],
)
def test_doors(year, who, ask, write, read):
    report, group = asked(year), makers.group_of(year)
    people = {
        "office": lambda: factories.user(Role.OFFICE),
        "group": lambda: group,
        "viewer": lambda: factories.member(year.organization, MemberRole.VIEWER),
        "auditor": lambda: factories.user(Role.AUDITOR),
        "department": lambda: makers.department_clerk(factories.department(name="別の課")),
        "other group": lambda: factories.member(factories.organization()),
    }
    client = client_of(people[who]()) if who in people else Client()

    got = [
        client.get(reverse(name, args=[pk])).status_code
        for name, pk in (
            ("reporting:interim-ask", year.pk), ("reporting:interim-edit", report.pk),
            ("casework:case", report.pk),
        )
    ]  # fmt: skip
    assert got == [ask, write, read]
    if ask != 200:
        assert client.post(reverse("reporting:interim-ask", args=[year.pk])).status_code == ask
    if write != 200:
        assert client.post(reverse("reporting:interim-edit", args=[report.pk])).status_code == write


def test_report_can_be_taken_as_pdf_and_word_and_is_a_draft_until_it_is_sent(year):
    report, office = written(asked(year)), client_of(factories.user(Role.OFFICE))
    group = client_of(makers.group_of(year))
    pdf, docx = (reverse(f"reporting:interim-{form}", args=[report.pk]) for form in ("pdf", "docx"))

    draft = pdf_text(group.get(pdf).content)
    assert [office.get(path).status_code for path in (pdf, docx)] == [404, 404]
    advance(report, "submit", by=makers.group_of(report), at=RUNNING)
    sent_words = pdf_text(office.get(pdf).content)

    assert "案" in draft and "案" not in sent_words.replace("提案", "")
    for said in (SAID["done"], SAID["needs"], "必要なこと・相談したいこと", f"{year.number}-M1"):
        assert said in draft and said in sent_words
    paper = Document(io.BytesIO(office.get(docx).content))
    assert SAID["done"] in [paragraph.text for paragraph in paper.paragraphs]


def test_report_is_completed_offline(year):
    report, group = asked(year), client_of(makers.group_of(year))
    taken = group.get(reverse("reporting:interim-xlsx", args=[report.pk]))
    book = load_workbook(io.BytesIO(taken.getvalue()))
    sheet = book.worksheets[0]
    label = next(
        cell for row in sheet.iter_rows() for cell in row if cell.value == "What was done so far"
    )
    sheet.cell(label.row, label.column + 1).value = "雨でも2回開いた。"
    completed = io.BytesIO()
    book.save(completed)

    upload = SimpleUploadedFile("中間報告.xlsx", completed.getvalue())
    page = group.post(reverse("reporting:interim-workbook", args=[report.pk]), {"file": upload})

    assert page.status_code == 200 and "雨でも2回開いた。" in page.content.decode()
    assert InterimReport.objects.get().done == ""  # nothing is stored before it is saved
    office = client_of(factories.user(Role.OFFICE))
    for name in ("interim-xlsx", "interim-workbook"):
        assert office.get(reverse(f"reporting:{name}", args=[report.pk])).status_code == 403


def test_department_in_charge_reads_it():
    year = granted("collaboration")
    report = sent(year)
    clerk = makers.department_clerk(year.department)

    page = client_of(clerk).get(reverse("casework:case", args=[report.pk]))

    assert page.status_code == 200 and SAID["done"] in page.content.decode()


def test_year_asks_the_database_as_often_for_three_as_for_one(year):
    office, client = factories.user(Role.OFFICE), client_of(factories.user(Role.OFFICE))
    page = reverse("casework:case", args=[year.pk])
    advance(sent(year), "note", by=office, at=RUNNING)
    with CaptureQueriesContext(connection) as once:
        client.get(page)
    for _more in range(2):
        advance(sent(year), "note", by=office, at=RUNNING)

    with CaptureQueriesContext(connection) as thrice:
        assert client.get(page).status_code == 200
    assert len(thrice) == len(once)


def test_group_is_reminded_by_the_ladder(year):
    report = asked(year)
    day = DUE - timedelta(days=1)
    at = datetime(day.year, day.month, day.day, 9, 0, tzinfo=JAPAN)

    with time_machine.travel(at, tick=False):
        call_command("send_due")

    reminded = Notice.objects.filter(case=report.pk, deadline__kind="interim_report")
    assert set(reminded.values_list("recipient", flat=True)) == {makers.group_of(year).pk}
