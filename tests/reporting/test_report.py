"""The group's report: the year follows the report, and the report follows the year."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from accounts.models import MemberRole, Role
from casework import city, consequences, typed_numbers, verification
from casework.approvals import Wish, draft
from casework.calendar import wareki
from casework.desks import waiting_for
from casework.edit_numbers import StaleDraft
from casework.errors import NotPossible
from casework.models import Case, Notice
from casework.parties import Party
from casework.services import advance
from grants.amount import Amount
from grants.models import ProjectYear
from reporting import services
from reporting.checks import findings
from reporting.consequences import ask_the_department
from reporting.flow import COLLABORATION_FLOW, REPORT_FLOW
from reporting.models import CollaborationReport, Report
from reporting.told import told_of
from tests import factories
from tests.factories import NOON
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db

RETURNED = LATER + timedelta(days=3)


def state_of(case) -> str:
    return type(case).objects.values_list("state", flat=True).get(pk=case.pk)


@pytest.mark.parametrize(
    ("flow", "model"), [(REPORT_FLOW, Report), (COLLABORATION_FLOW, CollaborationReport)]
)
def test_table_every_row_has_a_method(flow, model):
    assert [verb for verb in flow if not hasattr(getattr(model, verb, None), "_django_fsm")] == []


def test_grant_opens_the_report_with_the_lines_of_the_budget():
    year = makers.granted_year()

    report = year.final_report

    assert (report.state, report.number, report.organization) == (
        "drafting", f"{year.number}-R", year.organization,
    )  # fmt: skip
    assert list(report.settlement_lines.order_by("pk").values_list("label", "amount_yen")) == list(
        year.budget_lines.order_by("pk").values_list("label", "amount_yen")
    )
    assert report.filed_at == NOON


CHANGED = [
    factories.line("income", "市の補助", 80_000, from_city=True),
    factories.line("expenditure", "会場", 80_000),
]


@pytest.mark.parametrize("touched", [None, "written", "receipt"])
def test_report_that_nobody_wrote_in_begins_with_the_budget_after_a_change(
    touched, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    year = makers.granted_year()
    report = Report.objects.get(project_year=year)
    if touched == "written":
        makers.written_report(year)
    elif touched:
        makers.receipt(report)
    before = list(report.settlement_lines.order_by("pk").values_list("label", flat=True))

    factories.changed(year, "approve", lines=CHANGED, facts={"granted_yen": 80_000})

    after = list(report.settlement_lines.order_by("pk").values_list("label", flat=True))
    assert after == (before if touched else ["市の補助", "会場"])
    assert report.receipts.count() == (1 if touched == "receipt" else 0)


def test_day_after_the_decided_one_is_still_told_to_the_office_once_the_report_is_sent():
    late = date(2027, 2, 1)
    report = makers.sent_report(makers.granted_year(), completed_on=late)

    (found,) = findings(told_of(Report.objects.get(pk=report.pk)))

    assert (found.code, found.must_be_mended) == ("after_the_last_day", False)
    assert ProjectYear.objects.get(pk=report.project_year_id).ends_on == late


def test_submit_reports_the_year_and_keeps_a_version():
    year = makers.granted_year()

    report = makers.sent_report(year)

    year.refresh_from_db()
    assert (report.state, year.state, year.ends_on) == ("submitted", "reported", date(2027, 1, 31))
    assert report.versions.get().content["settlement"][0]["amount_yen"] == 75_000
    assert year.deadlines.get(kind="report").met_at == LATER
    assert list(verification.faults()) == []


def test_threshold_with_a_point_hinders_no_report():
    year = makers.granted_year(change_threshold_percent="12.5")

    assert makers.sent_report(year).state == "submitted"


def test_submit_refuses_what_is_not_complete():
    year = makers.granted_year()

    report = makers.written_report(year, results="")

    with pytest.raises(NotPossible):
        advance(report, "submit", by=makers.group_of(year), at=LATER)
    assert state_of(year) == "granted"


@pytest.mark.parametrize(
    "lines",
    [
        [factories.line("income", "会費", 1), factories.line("expenditure", "印刷", 2)],
        makers.balanced_lines(from_city=80_001),
        [factories.line("income", "会費", 0)],
    ],
    ids=["unbalanced", "above the grant", "nothing spent"],
)
def test_submit_refuses_a_settlement_that_does_not_add_up(lines):
    year = makers.granted_year()

    report = makers.written_report(year, lines=lines)

    with pytest.raises(NotPossible):
        advance(report, "submit", by=makers.group_of(year), at=LATER)


def test_submit_refuses_a_day_that_has_not_come_or_lies_before_the_project():
    year = makers.granted_year()
    group = makers.group_of(year)
    report = makers.written_report(year)
    with pytest.raises(NotPossible):
        advance(report, "submit", by=group, at=NOON)

    report = makers.written_report(year, completed_on=date(2026, 11, 30))
    with pytest.raises(NotPossible):
        advance(report, "submit", by=group, at=LATER)


def test_submit_is_for_those_who_write_for_the_group():
    year = makers.granted_year()
    report = makers.written_report(year)
    viewer = factories.member(year.organization, MemberRole.VIEWER)
    stranger = factories.member(factories.organization())

    for person in (viewer, stranger, factories.user(Role.OFFICE)):
        with pytest.raises(PermissionDenied):
            advance(report, "submit", by=person, at=LATER)


def test_late_report_is_still_accepted():
    year = makers.granted_year(report_latest="12-15")
    assert year.deadlines.get(kind="report").due_on == date(2026, 12, 15)

    makers.sent_report(year)

    assert year.deadlines.get(kind="report").is_late(LATER)
    assert state_of(year) == "reported"


def test_send_back_returns_the_year_with_a_date_and_a_letter():
    year = makers.granted_year()
    report = makers.sent_report(year)
    office = factories.user(Role.OFFICE)

    report = advance(
        report, "send_back", by=office, at=LATER, reason="領収書の写し", due_on=date(2027, 2, 15)
    )

    year.refresh_from_db()
    assert (report.state, year.state) == ("returned", "report_returned")
    assert year.deadlines.open().get(kind="report_supplement").due_on == date(2027, 2, 15)
    assert report.letters.get().title == "実績報告書補正依頼書"

    report = advance(report, "resubmit", by=makers.group_of(year), at=LATER)

    assert (report.state, state_of(year)) == ("submitted", "reported")
    assert report.versions.count() == 2
    assert not year.deadlines.open().filter(kind="report_supplement").exists()


def test_page_of_a_report_says_by_when_it_is_sent_and_sent_again(client):
    year = makers.granted_year()
    report = year.final_report
    client.force_login(makers.group_of(year))

    def by_when():
        return client.get(reverse("casework:case", args=[report.pk])).context["next_deadline"]

    assert by_when() == year.deadlines.open().get(kind="report")

    report = makers.sent_report(year)
    advance(
        report, "send_back", by=factories.anyone(Role.OFFICE), at=LATER, reason="x",
        due_on=date(2027, 2, 15),
    )  # fmt: skip
    assert (by_when().kind, by_when().ends_on) == ("report_supplement", date(2027, 2, 15))


def test_letter_of_a_report_names_the_date_of_the_year_as_it_is_when_it_gets_its_number():
    office, until = factories.anyone(Role.OFFICE), date(2027, 3, 15)
    year = makers.granted_year()
    report = makers.sent_report(year)
    city.set_value("letter_numbers", city.TYPED_IN, source="x", by=office, at=LATER)
    advance(report, "send_back", by=office, at=LATER, reason="x", due_on=date(2027, 2, 15))
    owed = year.deadlines.open().get(kind="report_supplement")
    factories.extended(owed, until=until, reason="x", at=LATER)

    letter = typed_numbers.give_number(report.letters_to_number.get(), 41, by=office, at=RETURNED)

    words = str(letter.data["items"])
    assert wareki(until) in words and wareki(date(2027, 2, 15)) not in words


def test_send_back_is_refused_while_the_amount_waits_for_approval():
    year = makers.granted_year()
    report = makers.sent_report(year)
    office = factories.user(Role.OFFICE)
    year.refresh_from_db()
    report.settlement_lines.filter(side="expenditure").update(verdict="allowed")
    draft("額の確定", [Wish(year, "confirm", {"confirmed_yen": 75_000})], by=office, at=LATER)

    with pytest.raises(NotPossible):
        advance(report, "send_back", by=office, at=LATER, reason="", due_on=None)


def test_confirm_accepts_the_report():
    year = makers.granted_year()
    report = makers.sent_report(year)
    year.refresh_from_db()

    year = factories.approved(
        year, "confirm", at=LATER, confirmed_yen=report.settlement.proposed_confirmed_yen
    )

    assert (year.confirmed_yen, state_of(report)) == (75_000, "accepted")
    assert list(verification.faults()) == []
    kept = Amount.read(year.confirmed_reckoning)
    assert kept == report.settlement.amount
    letter = pdf_text(bytes(year.letters.get(kind="confirmed").pdf))
    for said in ("額の算定", "総事業費", "95,000", "市の交付額以外の収入", "算定額", "75,000"):
        assert said in letter


def test_discontinued_year_still_reports():
    year = makers.granted_year()
    year = factories.approved(year, "discontinue", ended_on=date(2026, 12, 20), reason="都合")

    makers.sent_report(year, completed_on=date(2026, 12, 20))

    assert state_of(year) == "reported"


def test_withdrawn_year_closes_its_report():
    year = makers.granted_year()
    report = makers.written_report(year)

    advance(year, "withdraw", by=makers.group_of(year), at=NOON)

    assert state_of(report) == "dropped"
    with pytest.raises(TransitionNotAllowed):
        advance(report, "submit", by=makers.group_of(year), at=LATER)


def test_revoked_year_closes_its_report_unless_it_was_accepted():
    year = makers.granted_year()
    report = makers.sent_report(year)
    year.refresh_from_db()
    factories.approved(year, "revoke", at=LATER, reason="虚偽の申請")
    assert state_of(report) == "dropped"

    year = makers.granted_year()
    report = makers.sent_report(year)
    year.refresh_from_db()
    year = factories.approved(year, "confirm", at=LATER, confirmed_yen=75_000)
    factories.approved(year, "revoke", at=LATER, reason="虚偽の申請")
    assert state_of(report) == "accepted"


def test_postponed_year_opens_its_report_again_when_it_is_granted():
    year = makers.granted_year()
    report = makers.written_report(year)
    year = factories.approved(year, "postpone", fiscal_year=2027, reason="雨")
    assert state_of(report) == "dropped"

    makers.grants.save_year(
        year,
        fields={"starts_on": date(2027, 12, 1), "ends_on": date(2028, 1, 31)},
        lines=[
            factories.line("income", "市の補助", 70_000, from_city=True),
            factories.line("expenditure", "新しい看板", 70_000),
        ],
        edit_number=year.edit_number,
        by=makers.group_of(year),
        at=NOON,
    )
    year = advance(year, "apply", by=makers.group_of(year), at=NOON)
    office = factories.user(Role.OFFICE)
    makers.grants.enter_budget(
        year.proposal.round.edition, fiscal_year=2027, kind="initial", amount_yen=500_000,
        voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    factories.approved(year, "grant", granted_yen=70_000)

    report.refresh_from_db()
    assert (report.state, report.fiscal_year) == ("drafting", 2027)
    assert report.completed_on is None  # the old year's day
    lines = report.settlement_lines.order_by("pk").values_list("label", "amount_yen")
    assert list(lines) == [("市の補助", 70_000), ("新しい看板", 70_000)]
    with pytest.raises(StaleDraft):  # a page of the old year would bring its lines back
        services.save_report(
            report, fields={}, lines=makers.balanced_lines(), edit_number=1,
            by=makers.group_of(year), at=LATER,
        )  # fmt: skip


def test_save_report_refuses_a_stale_page_and_other_people():
    year = makers.granted_year()
    report = makers.written_report(year)
    words = {"fields": {"results": "別の人の文"}, "lines": makers.balanced_lines()}

    with pytest.raises(StaleDraft):
        services.save_report(report, **words, edit_number=0, by=makers.group_of(year), at=LATER)
    with pytest.raises(PermissionDenied):
        services.save_report(
            report, **words, edit_number=1, by=factories.user(Role.OFFICE), at=LATER
        )
    report = advance(report, "submit", by=makers.group_of(year), at=LATER)
    with pytest.raises(PermissionDenied):
        services.save_report(report, **words, edit_number=1, by=makers.group_of(year), at=LATER)


def test_collaboration_year_asks_its_department_once():
    year = makers.granted_year("collaboration")
    report = makers.sent_report(year)

    asked = CollaborationReport.objects.get(project_year=year)

    assert (asked.state, asked.department, asked.fiscal_year) == (
        "requested", year.department, year.fiscal_year,
    )  # fmt: skip
    assert asked.partner_names == year.organization.name
    assert asked.city_role == "会場の手配と広報"
    assert (asked.content, asked.results) == (report.content, report.results)
    assert asked.advanced_measures.count() == 1
    assert asked.organization is None
    assert asked.deadlines.get().due_on is None

    report = advance(report, "send_back", by=factories.user(Role.OFFICE), at=LATER, reason="訂正")
    advance(report, "resubmit", by=makers.group_of(year), at=LATER)
    year.refresh_from_db()
    factories.approved(year, "confirm", at=LATER, confirmed_yen=75_000)
    assert CollaborationReport.objects.filter(project_year=year).count() == 1


@remembered
def page_of_the_department(year: ProjectYear) -> str:
    asked = CollaborationReport.objects.get(project_year=year)
    client = Client(headers={"accept-language": "en"})
    client.force_login(makers.department_clerk(asked.department))
    client.cookies["django_language"] = "en"
    return client.get(reverse("reporting:collaboration-edit", args=[asked.pk])).content.decode()


def test_department_reads_that_the_words_are_those_of_the_groups_report():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)

    page = page_of_the_department(year)

    assert "began with the words of the group’s final report" in page
    assert "まちの居場所を10回開いた。" in page


def test_department_begins_with_the_plan_of_a_group_that_sent_no_report():
    year = makers.granted_year("collaboration")

    ask_the_department(year, by=makers.group_of(year), at=LATER, facts={})

    assert CollaborationReport.objects.get(project_year=year).content == year.content
    assert "began with the plan of the group" in page_of_the_department(year)


def test_year_without_department_asks_nobody():
    makers.sent_report(makers.granted_year())

    assert not CollaborationReport.objects.exists()


# One report is one task


def told(person) -> list[str]:
    """The kinds of the notices that ``person`` got, with the kind of case they are about."""
    rows = Notice.objects.filter(recipient=person).order_by("pk").select_related("case")
    return [f"{row.kind} {row.case.kind}" for row in rows]


def test_office_has_one_line_and_one_notice_for_a_report_that_came():
    year = makers.granted_year()
    office = factories.user(Role.OFFICE)
    report = makers.written_report(year)
    group = makers.group_of(year)
    colleague = factories.member(year.organization)

    advance(report, "submit", by=group, at=LATER)

    assert told(office) == ["your_turn project_year"]
    assert told(colleague) == ["case_moved project_year"]
    waiting = waiting_for(office.act_on(LATER.date()), Party.OFFICE)
    assert [case.pk for case in waiting] == [year.pk]
    held = Case.objects.held_by(Party.OFFICE)
    assert {report.pk, year.pk} <= set(held.values_list("pk", flat=True))


def test_group_has_one_line_and_one_letter_for_a_report_that_was_returned():
    year = makers.granted_year()
    report = makers.sent_report(year)
    group = makers.group_of(year)
    before = len(told(group))

    office = factories.user(Role.OFFICE)
    advance(report, "send_back", by=office, at=RETURNED, reason="領収書", due_on=date(2027, 2, 15))

    assert told(group)[before:] == ["letter_sent report"]
    waiting = waiting_for(group.act_on(RETURNED.date()), Party.ORGANIZATION)
    assert [case.pk for case in waiting] == [year.pk]


def test_group_hears_once_that_its_amount_is_confirmed():
    year = makers.granted_year()
    makers.sent_report(year)
    group = makers.group_of(year)
    before = len(told(group))

    year.refresh_from_db()
    factories.approved(year, "confirm", at=RETURNED, confirmed_yen=75_000)

    assert told(group)[before:] == ["letter_sent project_year"]


def test_every_move_of_a_report_comes_with_a_move_of_its_year():
    """Else nobody would be told of it: notices name the year only."""
    own = {verb for verb, move in REPORT_FLOW.items() if not move.only_follows}
    following = {verb for verb in own if consequences.following("report", verb)}

    assert REPORT_FLOW.part_of == "project_year"
    assert following == own
