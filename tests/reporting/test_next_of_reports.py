"""What the pages of a report lead to: the partners, the committee, its comments, a correction."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.effects import of_move
from casework.services import advance
from casework.work_pages import work_on
from reporting import partner_parts, request_overview, services, tablings
from reporting.collaboration_checks import check_collaboration
from reporting.committee_waits import comments_to_release
from reporting.line_checks import Asked
from reporting.models import CollaborationReport, TabledReport
from reporting.publishing import checks, releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

LAST_DAY = TODAY + timedelta(days=7)


@pytest.fixture
def enter():
    def as_(person):
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return as_


def page_of(client, case):
    return client.get(reverse("casework:case", args=[case.pk]))


@remembered
def tabled(*, comments_until=LAST_DAY) -> TabledReport:
    report = makers.accepted_collaboration()
    tabling = tablings.table_reports(
        [report], fiscal_year=report.fiscal_year, tabled_on=TODAY, comments_until=comments_until,
        by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip
    return tabling.tabled.get()


def correction(report, **fields) -> CollaborationReport:
    return services.save_collaboration_report(
        report, fields=fields, measures=[], edit_number=report.edit_number,
        by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip


def test_accepted_report_leads_to_the_booklet_for_the_committee(enter):
    report = makers.accepted_collaboration(received=False)

    shown = page_of(enter(factories.anyone(Role.OFFICE)), report)

    assert shown.context["what_to_do"].startswith("Table it at the committee")
    assert shown.context["work"][0].url == reverse(
        "reporting:tabling-new", args=[report.fiscal_year]
    )


def test_tabled_report_says_until_when_the_committee_comments_and_leads_there(enter, time_machine):
    time_machine.move_to(NOON)
    one = tabled()

    shown = page_of(enter(factories.anyone(Role.OFFICE)), one.report)

    assert shown.context["what_to_do"].startswith("The committee comments until")
    assert reverse("reporting:tabled", args=[one.tabling_id]) in shown.content.decode()
    assert "Record the day" not in shown.content.decode()


def test_comments_whose_last_day_is_over_stand_on_the_desk_until_they_are_released(
    enter, time_machine
):
    one, office = tabled(), factories.anyone(Role.OFFICE)
    member = factories.user(Role.COMMITTEE)
    said = tablings.comment(one, words="よい取組", by=member, at=NOON)
    client, place = enter(office), reverse("reporting:tabled-report", args=[one.tabling_id, 1])
    time_machine.move_to(NOON)
    assert place not in client.get(reverse("casework:office")).content.decode()

    later = NOON + timedelta(days=8)
    time_machine.move_to(later)
    assert place in client.get(reverse("casework:office")).content.decode()
    shown = page_of(client, one.report)
    assert shown.context["what_to_do"].startswith("The committee has commented.")
    assert reverse("reporting:tabled", args=[one.tabling_id]) in [
        w.url for w in shown.context["work"]
    ]

    tablings.release_comments(one, comments=[said.pk], by=office, at=later)
    assert not comments_to_release(later.date()).exists()
    assert place not in client.get(reverse("casework:office")).content.decode()


def test_comments_on_a_public_report_say_what_comes_next(enter, time_machine):
    time_machine.move_to(NOON)
    office = factories.anyone(Role.OFFICE)
    report = makers.published_collaboration()
    one = tablings.table_reports(
        [report], fiscal_year=report.fiscal_year, tabled_on=TODAY, comments_until=LAST_DAY,
        by=office, at=NOON,
    ).tabled.get()  # fmt: skip
    tablings.comment(one, words="よい取組", by=factories.user(Role.COMMITTEE), at=NOON)
    client = enter(office)
    assert "after it was public" not in page_of(client, report).content.decode()

    time_machine.move_to(NOON + timedelta(days=8))
    shown = page_of(client, report)
    assert shown.context["what_to_do"].startswith("The committee has commented after it was public")


def test_day_recorded_without_a_booklet_stands_below_the_booklets(enter):
    report, office = makers.accepted_collaboration(), factories.anyone(Role.OFFICE)
    services.record_tabling(report, tabled_on=TODAY, by=office, at=NOON)

    shown = enter(office).get(reverse("reporting:tablings"))

    assert list(shown.context["day_alone"]) == [report]
    assert report.title in shown.content.decode()
    assert list(enter(factories.anyone(Role.COMMITTEE)).get(reverse("reporting:tablings")).context["day_alone"] or ()) == []  # fmt: skip


def test_saved_correction_is_not_forgotten(enter):
    report, office = makers.published_collaboration(), factories.anyone(Role.OFFICE)
    client = enter(office)
    desk = reverse("casework:office")
    assert "correction was saved" not in page_of(client, report).content.decode()

    report = correction(report, results="のべ61人が参加した。")

    shown = page_of(client, report)
    assert shown.context["what_to_do"].startswith("A correction was saved")
    assert reverse("casework:case", args=[report.pk]) in client.get(desk).content.decode()
    report = CollaborationReport.objects.as_shown().get(pk=report.pk)
    assert [(str(page.label), page.url) for page in work_on(report, office)] == [
        ("Write a correction", reverse("reporting:collaboration-edit", args=[report.pk])),
        (
            "Publish the correction, or withdraw the report",
            reverse("reporting:release-report", args=[report.pk]),
        ),
    ]

    factories.approved(report, "correct", note="人数")
    report.refresh_from_db()
    assert not report.has_correction
    assert not CollaborationReport.objects.with_a_correction().exists()


@remembered
def with_partner():
    report = makers.collaboration()
    group = factories.member(factories.organization(name="川を守る会")).organizations.get()
    clerk = makers.department_clerk(report.department)
    return services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": group.name, "organization": group}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip


def test_department_is_led_to_the_partner_before_it_sends(enter):
    report = with_partner()
    clerk = makers.department_clerk(report.department)
    ask = reverse("reporting:ask-partners", args=[report.pk])
    assert ask in [page.url for page in page_of(enter(clerk), report).context["work"]]
    assert any("not asked" in words for words in of_move(report, report.flow["submit"]))

    partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)

    assert ask not in [page.url for page in page_of(enter(clerk), report).context["work"]]
    said = of_move(CollaborationReport.objects.get(pk=report.pk), report.flow["submit"])
    assert any("have not answered" in words and "川を守る会" in words for words in said)
    assert any("given for good" in words for words in said)


def test_partners_are_asked_only_where_there_is_somebody_to_ask(enter):
    report = with_partner()
    clerk = makers.department_clerk(report.department)
    ask = reverse("reporting:ask-partners", args=[report.pk])
    button = '<button class="button" type="submit">Ask the partners</button>'
    assert button in enter(clerk).get(ask).content.decode()

    (part,) = partner_parts.ask_partners(
        report, due_on=TODAY + timedelta(days=9), by=clerk, at=NOON
    )

    again = enter(clerk).get(ask).content.decode()
    assert button not in again and "All partners of this report have been asked" in again
    # The department named the day, so the group does not read that the office did.
    with translation.override("en"):
        assert part.deadlines.get().in_words.startswith("Day named when asked")
    over = makers.accepted_collaboration()
    words = enter(makers.department_clerk(over.department)).get(
        reverse("reporting:ask-partners", args=[over.pk])
    )
    assert button not in words.content.decode()
    assert "while the report is written or checked" in words.content.decode()


def test_forms_mark_what_is_needed_and_offer_no_answer_that_is_refused(enter):
    report = with_partner()
    clerk = makers.department_clerk(report.department)
    asked = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)[0]
    group = asked.organization.members.get()

    form = enter(group).get(reverse("reporting:part-edit", args=[asked.pk])).context["draft"].text

    needed = {one.code for one in asked.questions if one.required}
    assert {
        name for name in form.fields if getattr(form.fields[name], "is_needed", False)
    } == needed
    assert "process_score" in needed
    assert dict(form.fields["process_score"].choices)[""] == "Choose a score"
    page = enter(clerk).get(reverse("reporting:collaboration-edit", args=[report.pk]))
    needed = [one for one in report.questions if one.required]
    assert page.content.decode().count('class="required"') == len(needed)


# Asking departments, and what a report begins with


def test_department_that_nobody_logs_in_for_is_not_chased_in_vain(enter):
    office, unread = factories.anyone(Role.OFFICE), factories.department()
    services.request_collaboration_reports(fiscal_year=2026, due_on=None, by=office, at=NOON)
    report = CollaborationReport.objects.get(department=unread)
    again = reverse("reporting:ask-again", args=[report.pk])
    address = f"{reverse('reporting:requests')}?year=2026"
    assert again not in enter(office).get(address).content.decode()
    with pytest.raises(ValidationError, match="Nobody of"):
        request_overview.ask_again(report, by=office, at=NOON)

    makers.department_clerk(unread)

    assert again in enter(office).get(address).content.decode()
    request_overview.ask_again(report, by=office, at=NOON)


def test_return_of_a_departments_report_promises_no_rule(enter):
    report = makers.collaboration()
    clerk = makers.department_clerk(report.department)
    report = advance(report, "submit", by=clerk, at=NOON)

    shown = enter(factories.anyone(Role.OFFICE)).get(
        reverse("casework:move", args=[report.pk, "send_back"])
    )

    assert "number of days in the rules" not in shown.content.decode()


def test_note_at_a_table_stands_there_and_is_gone_once_the_report_is_accepted(enter):
    report, office = makers.collaboration(), factories.anyone(Role.OFFICE)
    clerk = makers.department_clerk(report.department)
    report = advance(report, "submit", by=clerk, at=NOON)
    check_collaboration(report, asked=[Asked("人数を数える", field="figures")], by=office, at=NOON)
    report = advance(report, "send_back", by=office, at=NOON, reason="表を見てください")
    edit = enter(clerk).get(reverse("reporting:collaboration-edit", args=[report.pk]))
    assert "人数を数える" in edit.content.decode()

    report = advance(report, "resubmit", by=clerk, at=NOON)
    report = advance(report, "accept", by=office, at=NOON)

    assert "人数を数える" not in page_of(enter(office), report).content.decode()
    report = factories.approved(report, "publish")
    form = enter(office).get(reverse("reporting:collaboration-edit", args=[report.pk]))
    words = form.content.decode()
    assert "人数を数える" not in words
    assert "before the correction can be published" in words
    assert "send it to the office" not in words and "before it can be sent" not in words


def test_report_of_a_project_begins_with_its_settlement_and_the_day_of_the_request(enter):
    year = makers.granted_year("collaboration")
    services.request_collaboration_reports(
        fiscal_year=year.fiscal_year, due_on=date(2027, 5, 31), by=factories.anyone(Role.OFFICE),
        at=NOON,
    )  # fmt: skip
    makers.sent_report(year, lines=makers.balanced_lines(from_city=75_000, other=20_000))

    report = CollaborationReport.objects.get(project_year=year)
    assert (report.cost_yen, report.partners.get().share_yen) == (95_000, 20_000)
    assert report.deadlines.get().due_on == date(2027, 5, 31)
    form = enter(makers.department_clerk(report.department)).get(
        reverse("reporting:collaboration-edit", args=[report.pk])
    )
    assert form.context["draft"].figures.forms[0]["value"].value() == "120"


def test_report_in_a_release_says_in_which_and_leads_there(enter):
    report, office = makers.accepted_collaboration(), factories.anyone(Role.OFFICE)
    release = releases.begin_with(report, by=office, at=NOON)
    address = reverse("reporting:release", args=[release.pk])

    for accept, said in ((True, "Being put together"), (False, "Waits for approval")):
        shown = page_of(enter(office), report)
        assert shown.context["what_to_do"] == f"It is in the release {release.number}: {said}."
        links = [link.url for link in shown.context["work"]]
        assert address in links
        assert reverse("reporting:release-report", args=[report.pk]) not in links
        if accept:
            propose(release, office)


def propose(release, office) -> None:
    for found in checks.in_the_way(release, at=NOON):
        checks.accept(release, found.digest, reason="架空の語", by=office, at=NOON)
    releases.propose(release, by=office, at=NOON)
