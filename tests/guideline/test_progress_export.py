"""The progress table made from the rows: as page and files, counted from the rows, and back in."""

import base64
import csv
import hashlib
import io
from collections import Counter
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from guideline import progress_import
from guideline.models import Edition, Measure, PrintedCount, Progress, ProgressTable
from guideline.progress_export import csv_of, lines_of, origin, paper_of, progress_on, xlsx_of
from guideline.progress_reading import table_in
from guideline.progress_table import Guideline
from guideline.public_days import make_public
from tests.factories import NOON
from tests.guideline import tables
from tests.guideline.tables import as_text, line_of
from tests.pdf_text import pdf_text

DAY = date(2023, 12, 20)
DIGEST = "0" * 64


@pytest.fixture
def first(loaded) -> Edition:
    """The first edition, with what was done and why; one text begins like a formula."""
    edition = Edition.objects.get(code="first")
    lines = tables.lines()
    lines[line_of(9) - 1][4] = "=1+1 回"
    lines[line_of(10) - 1][4] = "一行目\n二行目"
    table = table_in(tables.as_csv(lines), tables.guideline())
    progress_import.take(edition, table, as_of=DAY, digest=DIGEST, by=None, at=NOON)
    make_public(edition, DAY, source="公開", at=NOON)
    return edition


def again(content: bytes, edition: Edition) -> progress_import.Plan:
    return progress_import.plan(edition, table_in(content, Guideline.of(edition)), as_of=DAY)


FILES = {
    "csv": lambda table: "".join(csv_of(table)).encode(),
    "csv in CP932": lambda table: "".join(csv_of(table)).lstrip("\ufeff").encode("cp932"),
    "xlsx": lambda table: xlsx_of(table, origin(table, at=NOON)),
}


@pytest.mark.parametrize("form", FILES)
def test_export_taken_in_again_changes_nothing(first, form, office):
    plan = again(FILES[form](progress_on(first, DAY, office)), first)

    assert (plan.changes, plan.saved, plan.dropped) == ([], [], [])
    assert ProgressTable.objects.count() == 1
    assert PrintedCount.objects.get(classification="I", status="done").count == 5


def test_summary_is_counted_from_the_rows(first, office):
    summary = [
        line for line in lines_of(progress_on(first, DAY, office)) if line[0].startswith("【")
    ]

    assert [[cell for cell in line if cell] for line in summary] == [
        ["【達成状況】", "（表の行から集計）"],
        ["【Ⅰ】<重点>", "2/6：済", "2/6：済・継", "1/6：着手中", "1/6：未"],
        ["【Ⅱ-ア】", "1/6：済", "1/6：着手中", "2/6：一部済", "2/6：未"],
        ["【Ⅱ-イ】", "2/9：済", "4/9：済・継", "1/9：一部済", "2/9：未"],
        ["【Ⅲ】", "2/2：未"],
    ]


def test_lines_are_those_of_the_citys_table(first, office):
    ours = [line for line in lines_of(progress_on(first, DAY, office)) if line[0].isdigit()]
    theirs = [line for line in tables.lines() if line and line[0].isdigit()]
    theirs[8][4], theirs[9][4] = "=1+1 回", "一行目\n二行目"

    assert ours == theirs
    assert lines_of(progress_on(first, DAY, office))[6] == tables.HEADINGS


def test_summary_of_an_export_read_alone_equals_its_own_rows(first, office):
    """Nothing but the file is asked."""
    text = "".join(csv_of(progress_on(first, DAY, office))).lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    body = [row for row in rows if row[0].isdigit()]
    counted = Counter((row[2].split("<")[0], row[3]) for row in body)
    sizes = Counter(row[2].split("<")[0] for row in body)

    printed = Counter()
    for row in rows[2:6]:
        for words in filter(None, row[2:]):
            numbers, status = words.split("：")
            count, of = map(int, numbers.split("/"))
            mark = row[0].split("<")[0]
            assert of == sizes[mark]
            printed[mark, status] = count
    assert printed == counted


def test_edition_that_prints_no_number_exports_and_imports_too(loaded, office):
    second = Edition.objects.get(code="second")
    for measure in Measure.objects.filter(edition=second):
        Progress.objects.create(
            measure=measure, fiscal_year=2023, as_of=DAY, status="partly", result="実績"
        )

    table = progress_on(second, DAY, office)

    assert again(FILES["xlsx"](table), second).changes == []
    assert lines_of(table)[6][5] == "次期案"


def test_workbook_prints_on_one_page_across_with_its_headings(first, office):
    page = load_workbook(io.BytesIO(FILES["xlsx"](progress_on(first, DAY, office)))).active

    assert page.print_title_rows == "$7:$7"
    assert page.page_setup.orientation == "landscape"
    assert page.cell(line_of(1) - 2, 1).value == 1


def test_measure_without_an_entry_is_in_no_count_and_cannot_come_in_again(first, office):
    Progress.objects.filter(measure__number=23, as_of=DAY).delete()
    table = progress_on(first, DAY, office)

    assert [measure.number for measure in table.without_entry] == [23]
    assert sum(table.counts.values()) == 22
    assert sum(table.totals.values()) == 23


def test_paper_has_every_measure_under_its_section(first, office):
    table = progress_on(first, DAY, office)
    paper = paper_of(table, origin(table, at=NOON))

    rows = [row for row in paper["rows"] if len(row) > 1]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 24)]
    assert rows[0][5:] == ["Ⅱ-イ", "需要が減った。Ⅲに降格し、様子を見る。"]
    assert paper["rows"][0] == ["（1）活動の場の提供に関すること"]
    assert [item["label"] for item in paper["items"]] == [
        "【Ⅰ】<重点>",
        "【Ⅱ-ア】",
        "【Ⅱ-イ】",
        "【Ⅲ】",
    ]
    assert paper["note"] == "令和5年12月20日現在"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_shows_rows_counts_and_what_the_document_prints(client, first, language):
    url = reverse("guideline:progress-on", args=["first", "2023-12-20"])

    page = client.get(url, headers={"accept-language": language})
    text = page.content.decode()

    assert page.status_code == 200
    assert "理由14。" in text and "実績14" in text
    assert len(page.context["mismatches"]) == 7
    assert page.context["summary"][2][1:] == ([2, 0, 1, 2, 4], 9)


def test_page_leads_to_the_other_days(client, first):
    table = table_in(as_text(tables.lines()), tables.guideline())
    later = date(2024, 12, 20)
    progress_import.take(first, table, as_of=later, digest=DIGEST, by=None, at=NOON)
    make_public(first, later, source="公開", at=NOON)

    page = client.get(reverse("guideline:progress-on", args=["first", "2023-12-20"]))

    assert reverse("guideline:progress-on", args=["first", "2024-12-20"]) in page.content.decode()
    index = client.get(reverse("guideline:edition", args=["first"])).content.decode()
    assert reverse("guideline:progress-on", args=["first", "2024-12-20"]) in index


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_everybody_gets_the_table_as_a_file(client, first, form):
    answer = client.get(reverse("guideline:progress-file", args=["first", "2023-12-20", form]))

    body = answer.getvalue()
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'"progress-first-2023-12-20.{form}"')
    if form == "pdf":
        assert "理由14。" in pdf_text(body) and "令和5年12月20日現在" in pdf_text(body)
    else:
        assert again(body, first).changes == []


def test_page_and_files_tell_the_same_moment_rows_and_digest(client, first):
    """Of the CSV, which has room for none of it, the page and the answer tell what its bytes come to."""

    def got(form: str):
        return client.get(reverse("guideline:progress-file", args=["first", "2023-12-20", form]))

    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("guideline:progress-on", args=["first", "2023-12-20"]))
        paper, sheets, table = (got(form) for form in ("pdf", "xlsx", "csv"))
    text = page.content.decode().replace("<wbr>", "")
    digest = page.context["origin"].digest
    moment = "令和8年11月20日 12:00"

    assert page.context["origin"].rows == 23 and digest in text
    said = "".join(pdf_text(paper.getvalue()).split())
    assert digest in said and "".join(moment.split()) in said
    book = load_workbook(io.BytesIO(sheets.getvalue()))
    for told in (book.properties.description, book.active.oddFooter.left.text):
        assert digest in told and moment in told and "表の行 23" in told
    body = hashlib.sha256(table.getvalue())
    assert body.hexdigest() in text
    assert table["Repr-Digest"] == f"sha-256=:{base64.b64encode(body.digest()).decode()}:"

    Progress.published.filter(as_of=DAY, measure__number=3).update(result="別の実績")
    again = client.get(reverse("guideline:progress-on", args=["first", "2023-12-20"]))
    assert again.context["origin"].digest != digest
    assert body.hexdigest() not in again.content.decode().replace("<wbr>", "")


@pytest.mark.parametrize(
    "path",
    [
        "first/progress/2023-12-21/",
        "first/progress/yesterday/",
        "third/progress/2023-12-20/",
        "first/progress/2023-12-20/table.exe",
        "first/progress/2023-12-21/table.csv",
    ],
)
def test_what_is_not_there_is_not_found(client, first, path):
    assert client.get(f"/guideline/{path}").status_code == 404
