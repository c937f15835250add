"""The pages of those who work with reports: who may open which, and what they do."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.models import Case
from casework.services import advance
from reporting import services
from reporting.models import CollaborationReport, Report
from tests import factories
from tests.case_pages import whole_page
from tests.pdf_text import pdf_text
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


def logged_in(person, language: str = "ja") -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    return client


def lines(prefix: str, *rows: tuple) -> dict:
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for number, (label, amount, from_city) in enumerate(rows):
        data |= {f"{prefix}-{number}-label": label, f"{prefix}-{number}-amount_yen": amount}
        if from_city:
            data[f"{prefix}-{number}-from_city"] = "on"
    return data


def report_data(**fields) -> dict:
    return {
        "edit_number": 0,
        "completed_on": "2027-01-31",
        "content": "10回開いた",
        "results": "120人",
        "participants": "",
        "reflection": "",
        **lines("income", ("補助", "７５，０００円", True), ("会費", "20000", False)),
        **lines("expenditure", ("印刷", "95,000", False)),
        **fields,
    }


def edit_path(report) -> str:
    name = "report-edit" if isinstance(report, Report) else "collaboration-edit"
    return reverse(f"reporting:{name}", args=[report.pk])


def test_group_writes_and_sends_its_report_in_the_browser():
    year = makers.granted_year()
    report = Report.objects.get()
    client = logged_in(makers.group_of(year))

    assert client.get(edit_path(report)).status_code == 200
    answer = client.post(edit_path(report), report_data())

    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.settlement.balances
    assert report.settlement.proposed_confirmed_yen == 75_000
    page = client.get(reverse("casework:case", args=[report.pk]))
    assert page.status_code == 200
    client.post(reverse("casework:move", args=[report.pk, "submit"]))
    report.refresh_from_db()
    assert report.state == "submitted"


def test_edit_page_says_what_is_wrong():
    year = makers.granted_year()
    report = Report.objects.get()
    data = report_data(completed_on="昨日")

    answer = logged_in(makers.group_of(year)).post(edit_path(report), data)

    assert answer.status_code == 422
    assert Report.objects.get().edit_number == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_year_page_leads_the_office_to_the_draft_with_the_proposed_amount(language):
    year = makers.granted_year()
    makers.sent_report(year)
    factories.judged(year)
    link = f"/cases/{year.pk}/draft/confirm/"

    office = logged_in(factories.user(Role.OFFICE), language)
    assert whole_page(office, year).count(f'href="{link}"') == 2
    assert office.get(link).context["form"]["confirmed_yen"].value() == 75_000
    group = logged_in(makers.group_of(year), language)
    assert link not in whole_page(group, year)


def test_report_page_says_that_it_is_late():
    year = makers.granted_year(report_latest="12-15")
    makers.sent_report(year)

    page = whole_page(logged_in(makers.group_of(year), "en"), year.final_report)

    assert "Late" in page


def test_send_back_asks_for_reason_and_day():
    year = makers.granted_year()
    report = makers.sent_report(year)
    path = reverse("casework:move", args=[report.pk, "send_back"])
    office = logged_in(factories.user(Role.OFFICE))

    assert office.get(path).status_code == 200
    assert office.post(path, {"reason": ""}).status_code == 422
    assert office.post(path, {"reason": "領収書", "due_on": "2027-02-20"}).status_code == 302

    open_one = year.deadlines.open().get(kind="report_supplement")
    assert open_one.due_on == date(2027, 2, 20)


def test_office_asks_departments_on_its_page_once():
    factories.department(), factories.department()
    path = reverse("reporting:requests")
    office = logged_in(factories.user(Role.OFFICE))
    data = {"fiscal_year": "2026", "due_on": "2027-03-01"}

    assert office.get(path).status_code == 200
    for _twice in range(2):
        assert office.post(path, data).status_code == 302

    assert CollaborationReport.objects.count() == 2
    assert office.get(path).status_code == 200
    assert office.post(path, {"fiscal_year": "1990"}).status_code == 422


def collaboration_data(measure=None, **fields) -> dict:
    rows = {"measures-TOTAL_FORMS": 1, "measures-INITIAL_FORMS": 0}
    if measure:
        rows |= {"measures-0-measure": measure.pk, "measures-0-how": "場"}
    words = {name: value or "" for name, value in makers.WORDS.items()}
    rows |= {"partners-TOTAL_FORMS": 1, "partners-INITIAL_FORMS": 0,
             "partners-0-name": words.pop("partner_names"),
             "figures-TOTAL_FORMS": 0, "figures-INITIAL_FORMS": 0}  # fmt: skip
    return {"edit_number": 0, **words, **rows, **fields}


def test_department_writes_its_report_in_the_browser():
    department, measure = factories.department(), factories.measure()
    client = logged_in(makers.department_clerk(department))
    new = reverse("reporting:collaboration-new")
    data = {"department": department.pk, "fiscal_year": "2026", "title": "川の会"}

    assert client.get(new).status_code == 200
    assert client.post(new, {**data, "title": ""}).status_code == 422
    assert client.post(new, data).status_code == 302
    report = CollaborationReport.objects.get()
    assert client.get(edit_path(report)).status_code == 200
    assert client.post(edit_path(report), collaboration_data(measure)).status_code == 302

    report.refresh_from_db()
    assert (report.state, report.outcome_score) == ("drafting", None)
    assert list(report.measures.all()) == [measure]
    assert client.get(f"/cases/{report.pk}/").status_code == 200
    pdf = client.get(reverse("reporting:collaboration-print", args=[report.pk]))
    assert pdf.content.startswith(b"%PDF")


def test_department_cannot_begin_a_report_for_another():
    other = factories.department()
    client = logged_in(makers.department_clerk(factories.department()))
    data = {"department": other.pk, "fiscal_year": "2026", "title": "よその課"}

    assert client.post(reverse("reporting:collaboration-new"), data).status_code == 422
    assert not CollaborationReport.objects.exists()


def test_measure_named_twice_is_refused():
    report, measure = makers.collaboration(), factories.measure()
    data = collaboration_data(measure, edit_number=1) | {
        "measures-TOTAL_FORMS": 2, "measures-1-measure": measure.pk,
    }  # fmt: skip

    answer = logged_in(makers.department_clerk(report.department)).post(edit_path(report), data)

    assert answer.status_code == 422


def test_office_records_the_day_of_the_committee():
    report = makers.accepted_collaboration(received=False)
    path = reverse("reporting:tabling", args=[report.pk])
    office = logged_in(factories.user(Role.OFFICE))
    case = reverse("casework:case", args=[report.pk])

    assert path in office.get(case).content.decode()
    assert reverse("reporting:tabling-new", args=[report.fiscal_year]) in next_pages(office, report)
    assert office.get(path).status_code == 200
    assert office.post(path, {"tabled_on": "2030-01-01"}).status_code == 422
    assert office.post(path, {"tabled_on": "2027-01-20"}).status_code == 302

    report.refresh_from_db()
    assert report.tabled_on == date(2027, 1, 20)
    assert path not in office.get(case).content.decode()
    assert next_pages(office, report) == [reverse("reporting:release-report", args=[report.pk])]


def next_pages(client, case) -> list[str]:
    page = client.get(reverse("casework:case", args=[case.pk]))
    return [work.url for work in page.context["work"]]


def test_correction_page_warns_that_the_report_is_public():
    report = makers.published_collaboration()

    page = logged_in(factories.user(Role.OFFICE), "en").get(edit_path(report))

    assert "The report is public" in page.content.decode()


# Wrong users


def paths_of(report) -> dict[str, str]:
    names = ("edit", "print", "tabling")
    found = {n: reverse(f"reporting:collaboration-{n}", args=[report.pk]) for n in names[:2]}
    return found | {"tabling": reverse("reporting:tabling", args=[report.pk])}


def test_wrong_people_get_404_for_what_they_may_not_see():
    report = makers.collaboration()
    strangers = [
        makers.department_clerk(factories.department()),
        factories.member(factories.organization()),
        factories.user(Role.PANEL),
        factories.user(Role.COORDINATOR),
        factories.user(),
    ]

    for person in strangers:
        for path in (*paths_of(report).values(), f"/cases/{report.pk}/"):
            assert logged_in(person).get(path).status_code == 404
    for path in paths_of(report).values():
        assert Client().get(path).status_code == 302


def test_partner_group_does_not_see_the_report_of_its_project_before_publication():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)
    report = CollaborationReport.objects.get()
    group = makers.group_of(year)

    assert not CollaborationReport.objects.visible_to(group).exists()
    assert not Case.objects.visible_to(group).filter(pk=report.pk).exists()
    page = whole_page(logged_in(group), year)
    assert f"/cases/{report.pk}/" not in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.ACCOUNTING])
def test_readers_see_but_do_not_write(role):
    report = makers.collaboration()
    client = logged_in(factories.user(role))
    paths = paths_of(report)

    assert client.get(paths["print"]).status_code == 200
    for name in ("edit", "tabling"):
        assert client.get(paths[name]).status_code == 403
        assert client.post(paths[name], {}).status_code == 403
    assert client.get(reverse("reporting:requests")).status_code == 403
    assert client.get(reverse("reporting:collaboration-new")).status_code == 403


def test_final_report_is_for_its_group():
    year = makers.granted_year()
    report = Report.objects.get()
    viewer = factories.member(year.organization, MemberRole.VIEWER)
    stranger = factories.member(factories.organization())
    check = reverse("reporting:report-check", args=[report.pk])

    assert logged_in(viewer).get(edit_path(report)).status_code == 403
    assert logged_in(factories.user(Role.OFFICE)).get(edit_path(report)).status_code == 403
    assert logged_in(stranger).get(edit_path(report)).status_code == 404
    assert logged_in(stranger).get(check).status_code == 404
    assert logged_in(viewer).get(check).status_code == 403
    assert Client().get(edit_path(report)).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_request_page_asks_the_database_as_often_for_three_rows_as_for_one(
    count, django_assert_num_queries
):
    office = factories.user(Role.OFFICE)
    for _row in range(count):
        factories.department()
    services.request_collaboration_reports(
        fiscal_year=2026, due_on=date(2027, 3, 1), by=office, at=LATER
    )
    client = logged_in(office)
    client.get(reverse("reporting:requests"))

    with django_assert_num_queries(15):
        client.get(reverse("reporting:requests"))


def test_published_report_is_no_longer_the_departments_to_change():
    report = makers.published_collaboration()

    client = logged_in(makers.department_clerk(report.department))

    assert client.get(edit_path(report)).status_code == 403
    with pytest.raises(KeyError):
        advance(report, "unpublish", by=factories.user(Role.OFFICE), at=LATER)


def test_report_is_printed_by_those_who_see_it_as_a_draft_until_it_is_sent():
    year = makers.granted_year()
    report = makers.written_report(year)
    path = reverse("reporting:report-print", args=[report.pk])
    group, office = makers.group_of(year), factories.user(Role.OFFICE)

    draft = logged_in(group).get(path)
    advance(report, "submit", by=group, at=LATER)
    sent = logged_in(office).get(path)

    assert draft["Content-Type"] == sent["Content-Type"] == "application/pdf"
    text = pdf_text(sent.content)
    for words in ("実績報告書", "まちの居場所を10回開いた。", "120人", "75,000", "令和9年"):
        assert words in text
    assert "案" in pdf_text(draft.content) and "案" not in text
    assert f'href="{path}"' in whole_page(logged_in(office), report)
    for stranger in (factories.member(factories.organization()), factories.user(Role.PANEL)):
        assert logged_in(stranger).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_empty_report_is_printed():
    year = makers.granted_year()
    path = reverse("reporting:report-print", args=[Report.objects.get().pk])

    assert "未記入" in pdf_text(logged_in(makers.group_of(year)).get(path).content)


def test_year_page_leads_the_office_to_the_report():
    year = makers.granted_year()
    report = makers.sent_report(year)

    page = logged_in(factories.user(Role.OFFICE), "en").get(f"/cases/{year.pk}/")

    assert ("Check the report", f"/final-reports/{report.pk}/check/") in [
        (str(label), address) for label, address, _done in page.context["work"]
    ]
