"""A report as a workbook and for Word: out, in again, and what the settlement says in both."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from casework import workbooks
from casework.workbooks.layout import layout_of
from reporting.views.report_files import ReportDraft
from tests.grants.test_form_papers import words_of
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return makers.written_report(makers.granted_year())


def spent(content: bytes, words: str, yen: object) -> bytes:
    """The workbook with another amount in the line of that name."""
    book = load_workbook(io.BytesIO(content))
    sheet = book["Expenditure"]
    labels = [cell.value for cell in sheet["A"]]
    heads = [cell.value for cell in sheet[4]]
    sheet.cell(labels.index(words) + 1, heads.index("Amount") + 1).value = yen
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_settlement_comes_back_as_it_was_and_changed(client, report):
    client.force_login(makers.group_of(report))
    client.cookies["django_language"] = "en"
    line = report.settlement_lines.filter(side="expenditure").first()
    content = workbooks.write(ReportDraft(report))
    page = reverse("reporting:report-workbook", args=[report.pk])

    same = client.post(page, {"file": SimpleUploadedFile("a.xlsx", content)})
    other = spent(content, line.label, f"{line.amount_yen + 1:,}円")
    shown = client.post(page, {"file": SimpleUploadedFile("a.xlsx", other)})
    client.post(shown.context["page"], dict(shown.context["mine"]))

    assert same.context["differences"] == []
    assert [part.name for part in shown.context["differences"]] == ["expenditure"]
    now = report.settlement_lines.get(side="expenditure", label=line.label)
    assert now.amount_yen == line.amount_yen + 1


def test_words_that_were_changed_offline_are_not_taken_for_what_is_saved(client, report):
    client.force_login(makers.group_of(report))
    client.cookies["django_language"] = "en"
    book = load_workbook(io.BytesIO(workbooks.write(ReportDraft(report))))
    cell = layout_of(ReportDraft(report)).cell_of("results")
    book.worksheets[0][cell].value = "のべ130人が参加した。"
    changed = io.BytesIO()
    book.save(changed)
    page = reverse("reporting:report-workbook", args=[report.pk])

    shown = client.post(page, {"file": SimpleUploadedFile("a.xlsx", changed.getvalue())})

    assert [part.name for part in shown.context["differences"]] == ["results"]


def test_faulty_cell_of_a_settlement_is_named(client, report):
    client.force_login(makers.group_of(report))
    client.cookies["django_language"] = "en"
    line = report.settlement_lines.filter(side="expenditure").first()
    content = spent(workbooks.write(ReportDraft(report)), line.label, "-5")
    page = reverse("reporting:report-workbook", args=[report.pk])

    answer = client.post(page, {"file": SimpleUploadedFile("a.xlsx", content)})

    column = layout_of(ReportDraft(report)).tables[1].letter("amount_yen")
    assert answer.status_code == 422
    assert f"Sheet “Expenditure”, cell {column}5" in answer.content.decode()


def test_word_says_what_the_report_says(client, report):
    client.force_login(makers.group_of(report))

    text = words_of(client.get(reverse("reporting:report-docx", args=[report.pk])).content)

    amounts = [f"{line.amount_yen:,}" for line in report.settlement_lines.all()]
    said = ["実績報告書（案）", report.title, report.content, *amounts]
    assert [words for words in said if "".join(words.split()) not in text] == []
