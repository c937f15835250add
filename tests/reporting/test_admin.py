"""The administration site: reports are read and exported, never written."""

import pytest
from django.test import Client

from accounts.models import Role
from tests import factories
from tests.reporting import makers

pytestmark = pytest.mark.django_db
LIST = "/admin/reporting/collaborationreport/"


def logged_in(*roles) -> Client:
    client = Client()
    client.force_login(factories.user(*roles, is_staff=True))
    return client


def test_office_reads_and_exports_reports():
    report = makers.published_collaboration()
    office = logged_in(Role.OFFICE)

    assert report.title in office.get(LIST).content.decode()
    data = {"format": "0", "resource": "", "collaborationreportresource_title": "on"}
    answer = office.post(f"{LIST}export/", data)
    assert answer.status_code == 200
    assert report.title in answer.content.decode()
    assert answer.content.startswith("\ufeff".encode())  # spreadsheets read it as UTF-8


def test_export_page_has_no_handler_that_its_policy_forbids():
    page = logged_in(Role.OFFICE).get(f"{LIST}export/")

    html = page.content.decode()
    assert "select-toggle" in html and "onchange=" not in html
    assert "js/export.js" in html


def test_nobody_adds_changes_or_deletes_reports():
    report = makers.collaboration()
    office = logged_in(Role.OFFICE)

    for path in (f"{LIST}add/", f"{LIST}{report.pk}/delete/"):
        assert office.get(path).status_code == 403
    assert office.post(f"{LIST}{report.pk}/change/", {"title": "x"}).status_code == 403


def test_others_do_not_open_the_table():
    assert logged_in(Role.PANEL).get(LIST).status_code == 403
