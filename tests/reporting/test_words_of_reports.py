"""Small things that a reader of reports meets: earlier corrections, the way to the page, counts, numbers."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from reporting import partner_parts, request_overview, services
from reporting.models import CollaborationReport
from reporting.publishing import personal
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db


def corrected(report, results: str, note: str) -> CollaborationReport:
    report = services.save_collaboration_report(
        report, fields={"results": results}, measures=[], edit_number=report.edit_number,
        by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip
    return factories.approved(report, "correct", note=note)


def test_earlier_correction_stays_on_the_page_of_the_report(client):
    report = corrected(makers.published_collaboration(), "61人", "人数を直した")
    address = reverse("reporting:report", args=[report.pk])
    assert "人数を直した" in client.get(address).content.decode()

    corrected(report, "62人", "人数をもう一度直した")

    shown = client.get(address).content.decode()
    assert shown.index("人数をもう一度直した") < shown.index("人数を直した")
    plain = client.get(reverse("reporting:public-file", args=[f"reports/2025/{report.pk}.html"]))
    assert "人数を直した" in plain.getvalue().decode()


def test_group_is_led_from_its_view_to_the_published_report():
    group = factories.member(factories.organization(name="川を守る会"))
    report = makers.collaboration()
    clerk = makers.department_clerk(report.department)
    report = services.save_collaboration_report(
        report, fields={}, measures=[],
        partners=[{"name": "川を守る会", "organization": group.organizations.get()}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    part = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)[0]
    client = Client()
    client.force_login(group)
    page = reverse("casework:case", args=[part.pk])
    public = reverse("reporting:report", args=[report.pk])
    assert public not in client.get(page).content.decode()

    report = advance(report, "submit", by=clerk, at=NOON)
    report = advance(report, "accept", by=factories.anyone(Role.OFFICE), at=NOON)
    factories.approved(report, "publish")

    assert public in client.get(page).content.decode()


def test_list_of_those_without_a_report_leaves_out_who_wrote_one_besides():
    department = factories.department()
    clerk = makers.department_clerk(department)
    (none,) = services.request_collaboration_reports(
        fiscal_year=2026, due_on=None, by=factories.anyone(Role.OFFICE), at=NOON
    )
    advance(none, "answer_none", by=clerk, at=NOON)
    listed = CollaborationReport.objects.filter(request_overview.SHOWN["none"], fiscal_year=2026)
    assert listed.count() == request_overview.answers(2026, today=TODAY).none == 1

    client = Client(headers={"accept-language": "en"})
    client.force_login(clerk)
    said = {"department": department.pk, "fiscal_year": 2026, "title": "祭り"}
    answer = client.post(reverse("reporting:collaboration-new"), said, follow=True)

    assert "had answered that there was no collaboration" in answer.content.decode()
    assert listed.count() == request_overview.answers(2026, today=TODAY).none == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [("連絡先（0467-23-3000）まで", "0467-23-3000"), ("(0467)23-3000", "(0467)23-3000")],
)
def test_phone_is_named_without_half_a_bracket(text, found):
    assert [one.words for one in personal.ways_to_reach(text)] == [found]
