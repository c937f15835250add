"""Receipts: entered while the report is written, once each, for a line of spending."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.drafts import saved_data
from casework.services import advance
from reporting import receipts, services
from reporting.models import Receipt, SettlementLine
from reporting.receipts import Paid
from reporting.report_page import ReportDraft
from tests import factories
from tests.casework.camera import photo
from tests.pdf_text import pdf_text
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def report():
    return makers.written_report(makers.granted_year())


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def spent(report) -> SettlementLine:
    return report.settlement_lines.filter(side="expenditure").earliest("pk")


def again(report):
    """Another line of spending, so that there are two."""
    return SettlementLine.objects.create(
        report=report, side="expenditure", label="会場", amount_yen=1
    )


def test_receipts_are_numbered_and_stand_in_the_version_and_on_paper(report):
    for number in (1, 2):
        makers.receipt(report, number=number, item=f"チラシ{number}", amount_yen=47_500)

    report = advance(report, "submit", by=makers.group_of(report), at=LATER)

    kept = report.versions.get().content["receipts"]
    assert [(one["number"], one["amount_yen"]) for one in kept] == [(1, 47_500), (2, 47_500)]
    assert kept[0]["digest"] == report.receipts.get(number=1).file.digest
    pdf = client_of(makers.group_of(report)).get(
        reverse("reporting:report-print", args=[report.pk])
    )
    words = pdf_text(pdf.content)
    for said in ("領収書一覧", "チラシ1", "令和8年12月10日", "小計（決算額95,000円）", "予算額"):
        assert said in words.replace(" ", "")


def test_the_same_file_is_refused_kindly_in_one_report_and_taken_after_removal(report):
    first = makers.receipt(report, item="チラシ")

    with pytest.raises(ValidationError, match=r"1.*チラシ"):
        makers.receipt(report, number=1)
    assert report.files.count() == 1

    receipts.remove_receipt(first, by=makers.group_of(report), at=LATER)
    assert not report.files.standing().exists()
    assert makers.receipt(report).has_file


def test_photo_of_a_telephone_is_shown_beside_its_line(report):
    line = spent(report)
    paid = Paid(line.pk, "紙", date(2026, 12, 1), 500)
    upload = SimpleUploadedFile("IMG_0001.HEIC", photo("HEIF"))
    kept = receipts.add_receipt(report, paid, upload=upload, by=makers.group_of(report), at=LATER)
    report = advance(report, "submit", by=makers.group_of(report), at=LATER)
    office = client_of(factories.user(Role.OFFICE))

    small = reverse("casework:file-picture", args=[kept.file.key, "small"])
    for name in ("report-check", "receipts"):
        page = office.get(reverse(f"reporting:{name}", args=[report.pk])).content.decode()
        assert f'src="{small}"' in page and 'alt="Receipt no. 1: 紙"' in page
    shown = office.get(small)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    own = office.get(reverse("casework:file", args=[kept.file.key]))
    assert own.getvalue() == photo("HEIF")  # the original stays evidence
    stranger = client_of(factories.member(factories.organization()))
    assert stranger.get(small).status_code == 404


@pytest.mark.parametrize(
    ("said", "file"),
    [
        ({"paid_on": date(2027, 2, 2)}, b"%PDF-1.4 a"),
        ({"line": 0}, b"%PDF-1.4 a"),
        ({}, b"no pdf"),
    ],
    ids=["day to come", "no line of spending", "not what it says"],
)
def test_a_receipt_that_cannot_be_is_refused(report, said, file):
    with pytest.raises(ValidationError):
        makers.receipt(report, file=file, **said)

    assert not Receipt.objects.exists()


def test_only_who_writes_the_report_enters_receipts_and_only_while_it_is_written(report):
    first = makers.receipt(report)
    paid = Paid(spent(report).pk, "x", date(2026, 12, 1), 1)
    group = makers.group_of(report)
    for person in (factories.user(Role.OFFICE), factories.member(factories.organization())):
        with pytest.raises(PermissionDenied):
            receipts.add_receipt(report, paid, by=person, at=LATER)

    advance(report, "submit", by=group, at=LATER)

    with pytest.raises(PermissionDenied):
        receipts.change_receipt(first, paid, by=group, at=LATER)
    with pytest.raises(PermissionDenied):
        receipts.remove_receipt(first, by=group, at=LATER)


def test_line_with_receipts_is_not_taken_out_and_stays_the_line_it_is(report):
    makers.receipt(report)
    line, rows = spent(report), makers.balanced_lines()
    save = {"fields": {}, "by": makers.group_of(report), "at": LATER}
    renamed = [*rows[:2], {**rows[2], "label": "チラシの印刷", "line": line.pk}]

    report = services.save_report(report, lines=renamed, edit_number=report.edit_number, **save)

    assert spent(report).pk == line.pk and spent(report).label == "チラシの印刷"
    others = [*rows[:2], factories.line("expenditure", "会場", 95_000)]
    with pytest.raises(ValidationError, match="チラシの印刷"):
        services.save_report(
            report, lines=others, removed={line.pk}, edit_number=report.edit_number, **save
        )


def test_rows_of_a_page_that_saved_itself_find_their_lines(report):
    makers.receipt(report)
    before = list(report.settlement_lines.order_by("pk").values_list("pk", flat=True))
    rows = [*makers.balanced_lines(), factories.line("expenditure", "会場", 0)]

    for label in ("会", "会場費"):
        rows[3]["label"] = label
        report = services.save_report(
            report, fields={}, lines=rows, edit_number=report.edit_number,
            by=makers.group_of(report), at=LATER,
        )  # fmt: skip

    after = list(report.settlement_lines.order_by("pk").values_list("pk", flat=True))
    assert after[:3] == before and len(after) == 4


def test_group_enters_changes_and_removes_a_receipt_in_the_browser(report):
    line, other = spent(report), again(report)
    client, page = (
        client_of(makers.group_of(report)),
        reverse("reporting:receipts", args=[report.pk]),
    )
    said = {"line": line.pk, "item": "紙", "paid_on": "2026-12-01", "amount_yen": "１,２００円"}
    upload = SimpleUploadedFile("領収書.pdf", b"%PDF-1.4 x")

    wrong = client.post(
        page, {**said, "item": "", "file": SimpleUploadedFile("領収書.pdf", b"%PDF-1.4 x")}
    )
    assert wrong.status_code == 422 and "Choose the file once more" in wrong.content.decode()
    assert client.post(page, {**said, "file": upload}).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.line, receipt.amount_yen, receipt.has_file) == (line, 1_200, True)
    assert b"93,800 yen less" in client.get(page).content

    own = reverse("reporting:receipt", args=[receipt.pk])
    assert client.get(own).status_code == 200
    assert client.post(own, {**said, "line": other.pk}).status_code == 302
    receipt.refresh_from_db()
    assert (receipt.line, receipt.has_file) == (other, True)
    same = SimpleUploadedFile("again.pdf", b"%PDF-1.4 x")
    assert b"already there" in client.post(page, {**said, "file": same}).content

    assert client.post(reverse("reporting:receipt-remove", args=[receipt.pk])).status_code == 302
    assert not Receipt.objects.exists()


def test_receipts_are_for_those_who_may_see_the_report(report):
    receipt = makers.receipt(report)
    names = {"receipts": report.pk, "receipt": receipt.pk, "receipt-remove": receipt.pk}
    paths = [reverse(f"reporting:{name}", args=[pk]) for name, pk in names.items()]
    viewer = client_of(factories.member(report.organization, MemberRole.VIEWER))
    stranger = client_of(factories.member(factories.organization()))

    assert viewer.get(paths[0]).status_code == 200
    assert [viewer.post(path).status_code for path in paths] == [403] * 3
    assert [stranger.post(path).status_code for path in paths] == [404] * 3
    file = reverse("casework:file", args=[receipt.file.key])
    assert viewer.get(file).getvalue().startswith(b"%PDF")
    assert stranger.get(file).status_code == 404


@pytest.mark.parametrize("name", ["receipts", "report-edit"])
def test_page_asks_the_database_as_often_for_three_receipts_as_for_one(
    report, name, django_assert_num_queries
):
    client, path = (
        client_of(makers.group_of(report)),
        reverse(f"reporting:{name}", args=[report.pk]),
    )
    makers.receipt(report, number=1)
    with CaptureQueriesContext(connection) as once:
        client.get(path)
    for number in (2, 3):
        makers.receipt(report, number=number, line=again(report).pk, paid_on=date(2027, 1, number))

    with django_assert_num_queries(len(once)):
        assert client.get(path).status_code == 200


def test_checks_say_while_typing_what_does_not_fit_and_store_nothing(report):
    makers.receipt(report)
    line = spent(report)
    path = reverse("reporting:report-checks", args=[report.pk])
    typed = {
        "edit_number": report.edit_number, "completed_on": "2027-02-28", "content": "", "results": "",
        "income-TOTAL_FORMS": 1, "income-INITIAL_FORMS": 0, "income-0-label": "補助",
        "income-0-amount_yen": "90,000", "income-0-from_city": "on",
        "expenditure-TOTAL_FORMS": 1, "expenditure-INITIAL_FORMS": 1,
        "expenditure-0-label": "印刷", "expenditure-0-amount_yen": "８９０００", "expenditure-0-line": line.pk,
    }  # fmt: skip
    client = client_of(makers.group_of(report))

    fragment = client.post(path, typed, headers={"HX-Request": "true"}).content.decode()

    for said in ("has not come yet", "1,000 yen more than expenditure", "10,000 yen above the decision",
                 "88,500 yen less than the line", 'id="said-expenditure-0" hx-swap-oob'):  # fmt: skip
        assert said in fragment
    whole = client.post(path, typed)
    assert whole.status_code == 200 and b"10,000 yen above the decision" in whole.content
    assert spent(report).amount_yen == 95_000 and report.versions.count() == 0
    for person, status in (
        (factories.member(report.organization, MemberRole.VIEWER), 403),
        (factories.user(Role.OFFICE), 403),
        (factories.member(factories.organization()), 404),
    ):
        assert client_of(person).post(path, typed).status_code == status


def test_save_button_leads_on_to_the_receipts(report):
    client, path = (
        client_of(makers.group_of(report)),
        reverse("reporting:report-edit", args=[report.pk]),
    )
    page = client.get(path)
    data = {**saved_data(ReportDraft(report)), "then": "receipts"}

    assert page.status_code == 200
    assert client.post(path, data)["Location"] == reverse("reporting:receipts", args=[report.pk])


def says(report, person, **typed) -> str:
    """What the page says of a receipt that is only typed."""
    url = reverse("reporting:receipt-checks", args=[report.pk])
    return client_of(person).post(url, typed, headers={"HX-Request": "true"}).content.decode()


def test_receipt_that_is_only_typed_is_told_what_does_not_fit(report):
    line, group = spent(report), makers.group_of(report)
    fits = {"line": line.pk, "item": "紙", "paid_on": "2026-12-10", "amount_yen": line.amount_yen}

    assert says(report, group, **fits).strip() == ""
    assert "before the first day of the project" in says(
        report, group, **fits | {"paid_on": "2026-11-30"}
    )
    assert "cannot lie in the future" in says(report, group, **fits | {"paid_on": "2027-03-01"})
    above = says(report, group, **fits | {"amount_yen": f"{line.amount_yen + 500:,}"})
    assert "500 yen more than the line" in above
    assert "1 yen of" in says(report, group, **fits | {"amount_yen": line.amount_yen - 1})
    assert says(report, group, line="x", paid_on="", amount_yen="abc").strip() == ""
    assert not report.receipts.exists()


def test_receipt_that_is_changed_counts_once_while_it_is_typed(report):
    line, group = spent(report), makers.group_of(report)
    saved = makers.receipt(report)
    typed = {"line": line.pk, "paid_on": "2026-12-10", "amount_yen": line.amount_yen}

    assert "more than the line" in says(report, group, **typed)
    assert "more than the line" not in says(report, group, **typed, receipt=saved.pk)


def test_receipt_is_checked_without_scripts_too(report):
    line, group = spent(report), makers.group_of(report)
    url = reverse("reporting:receipt-checks", args=[report.pk])
    typed = {"line": line.pk, "item": "紙", "paid_on": "2026-11-30", "amount_yen": 1}

    for also in ({}, {"receipt": makers.receipt(report).pk}):
        page = client_of(group).post(url, typed | also).content.decode()
        assert "before the first day of the project" in page and "紙" in page
    assert report.receipts.count() == 1
