"""Plan and result of a fiscal year as a file: out and in again, its faults, and what it changes."""

import csv
import io
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import Role
from casework.faulty_files import Faulty
from casework.tables import harmless
from guideline import table_faults, year_import, years
from guideline.models import MONTHS, Edition, Measure, MeasureYear, MeasureYearVersion, Progress
from guideline.progress_import import OutOfDate
from guideline.public_days import make_public
from guideline.year_file import lines_in
from guideline.year_table import (
    HEADINGS,
    begun_from_the_year_before,
    csv_of,
    plain,
    table_of,
    xlsx_of,
)
from tests import factories
from tests.factories import NOON
from tests.guideline.test_years import DAY, YEAR, figure, write

AWKWARD = ("=1+1", "'=1+1", "-3 件", "一行\r\n二行", "'", "○", "", "a,b\t\"c\"", "１２")  # fmt: skip


@pytest.fixture
def first(loaded) -> Edition:
    return Edition.objects.get(code="first")


@pytest.fixture
def clerk(db):
    return factories.user(Role.OFFICE)


@pytest.fixture
def office(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def written(first, clerk) -> list[MeasureYear]:
    """Rows of which hardly two are alike; measure 23 has none."""
    rows = []
    for measure in Measure.objects.filter(edition=first, number__lt=23).order_by("number"):
        words = AWKWARD[measure.number % len(AWKWARD)]
        month = MONTHS[measure.number % 12]
        rows.append(
            write(
                measure, clerk, target=words, plan=f"計画{words}", result=words, next_plan=words,
                status=("", "partly", "ongoing")[measure.number % 3], plan_months=[month],
                plan_by_month={str(month): f"会{words}"} if measure.number % 2 else {},
                result_months=[4, month] if month != 4 else [4],
            )
        )  # fmt: skip
    return rows


def office_table(edition, clerk, fiscal_year=YEAR):
    return table_of(edition, fiscal_year, clerk)


def csv_bytes(table, encoding="utf-8") -> bytes:
    return "".join(csv_of(table)).encode(encoding, "replace")


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(rows: list[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def changed(content: bytes, number: int, **cells: str) -> bytes:
    """Return a file of which the line of a measure says something else in some columns."""
    rows = rows_of(content)
    for row in rows[1:]:
        if row[1] == str(number):
            for column, words in cells.items():
                row[HEADINGS.index(column)] = words
    return as_csv(rows)


def plan_of(edition, content: bytes, fiscal_year=YEAR) -> year_import.Plan:
    return year_import.plan(edition, fiscal_year, lines_in(content, edition, fiscal_year))


def state() -> list:
    names = ("measure", *years.KEPT, "edit_number")
    return list(MeasureYear.objects.order_by("pk").values_list(*names))


FORMS = {
    "csv": csv_bytes,
    "utf-8 without BOM": lambda table: csv_bytes(table).removeprefix(b"\xef\xbb\xbf"),
    "cp932": lambda table: "".join(csv_of(table)).removeprefix("\ufeff").encode("cp932"),
    "xlsx": xlsx_of,
}


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_comes_in_and_changes_nothing(first, clerk, written, form):
    before = state()

    content = FORMS[form](office_table(first, clerk))
    taken = year_import.take(
        first, YEAR, lines_in(content, first, YEAR), name="f", by=clerk, at=NOON
    )  # fmt: skip

    assert (taken.changes, taken.added, taken.absent) == ([], 0, [])
    assert state() == before
    assert MeasureYearVersion.objects.count() == len(written)


@pytest.mark.parametrize("form", FORMS)
def test_file_alone_makes_the_same_rows_in_an_empty_year(first, clerk, written, form):
    table = office_table(first, clerk)
    content = FORMS[form](table)
    expected = [_as_sent(row[1:-1]) for row in state()]
    MeasureYear.objects.update(fiscal_year=YEAR + 1)

    year_import.take(first, YEAR, lines_in(content, first, YEAR), name="f", by=clerk, at=NOON)

    made = MeasureYear.objects.filter(fiscal_year=YEAR).order_by("measure__number")
    assert [list(row) for row in made.values_list(*years.KEPT)] == expected


def _as_sent(row: list) -> list:
    """Return the values of a row in the words that a file can hold."""
    return [
        plain(value) if isinstance(value, str)
        else {month: plain(words) for month, words in value.items()} if isinstance(value, dict)
        else value
        for value in row
    ]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_words_come_back_as_they_went(words):
    sent = plain(words)

    assert plain(str(harmless(sent)).strip()) == sent


def test_spreadsheet_runs_nothing_of_it(first, clerk, written):
    table = office_table(first, clerk)

    cells = [cell for row in rows_of(csv_bytes(table)) for cell in row]
    page = load_workbook(io.BytesIO(xlsx_of(table))).active
    formulas = [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]

    assert csv_bytes(table).startswith(b"\xef\xbb\xbf")
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in cells and formulas == []


def test_month_takes_a_ring_words_or_nothing(first, clerk):
    empty = csv_bytes(office_table(first, clerk))
    content = changed(empty, 5, 計画4月="〇", 計画6月="説明会", 実績3月="まとめ")

    year_import.take(first, YEAR, lines_in(content, first, YEAR), name="f", by=clerk, at=NOON)

    row = MeasureYear.objects.get()
    assert (row.measure.number, row.planned, row.done) == (
        5, [(4, ""), (6, "説明会")], [(3, "まとめ")],
    )  # fmt: skip


def test_measure_that_is_not_in_the_file_stays(first, clerk, written):
    rows = rows_of(changed(csv_bytes(office_table(first, clerk)), 5, 目標="新しい目標"))
    before = {row.measure.number: row.target for row in MeasureYear.objects.all()}

    found = plan_of(first, as_csv([rows[0], *(row for row in rows[1:] if row[1] == "5")]))
    year_import.take(
        first, YEAR, lines_in(as_csv([rows[0], rows[5]]), first, YEAR), name="f", by=clerk, at=NOON
    )

    assert [change.codes[1:] for change in found.changes] == [("target", before[5], "新しい目標")]
    assert len(found.absent) == 22
    after = {row.measure.number: row.target for row in MeasureYear.objects.all()}
    assert after == {**before, 5: "新しい目標"}


def line(column: str, words: str):
    return lambda rows: rows[5].__setitem__(HEADINGS.index(column), words)


FAULTS = {
    "number": (line("No", "五"), "6行目", "Line 6", "No"),
    "unknown number": (line("No", "99"), "99", "no measure 99", "No"),
    "twice": (lambda rows: rows.append(rows[5]), "25行目", "Line 25", "No"),
    "title": (line("施策", "別の施策"), "別の施策", "別の施策", "施策"),
    "class": (line("分類", "【Ⅲ】"), "【Ⅲ】", "【Ⅲ】", "分類"),
    "no class": (line("分類", "重点"), "重点", "重点", "分類"),
    "status": (line("状況", "完了"), "完了", "完了", "状況"),
    "year": (line("年度", "令和7年度"), "令和8年度", "令和8年度", "年度"),
    "no year": (line("年度", ""), "令和8年度", "令和8年度", "年度"),
    "long": (line("目標", "長" * 4001), "4000", "4000", "目標"),
    "long month": (line("計画4月", "長" * 401), "400", "400", "計画4月"),
    "cells lost": (lambda rows: rows[5].pop(), "32", "32", ""),
    "cells beyond": (lambda rows: rows[5].append("余り"), "34", "34", ""),
    "column lost": (lambda rows: [row.pop() for row in rows], "実績3月", "実績3月", ""),
    "column twice": (lambda rows: rows[0].__setitem__(4, "計画"), "計画", "計画", ""),
    "column unknown": (lambda rows: rows[0].__setitem__(4, "狙い"), "狙い", "狙い", ""),
    "foreign": (lambda rows: rows.__setitem__(0, ["名前", "住所"]), "ダウンロード", "Download", ""),
    "no lines": (lambda rows: rows.__delitem__(slice(1, None)), "ダウンロード", "Download", ""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_in_both_languages_and_nothing_is_taken(first, clerk, name):
    spoil, japanese, english, column = FAULTS[name]
    before = state()
    rows = rows_of(csv_bytes(office_table(first, clerk)))
    rows[6][HEADINGS.index("目標")] = "変えた"  # a good line beside the bad one
    spoil(rows)

    with pytest.raises(Faulty) as refused:
        lines_in(as_csv(rows), first, YEAR)

    for language, words in (("ja", japanese), ("en", english)):
        with translation.override(language):
            told = "\n".join(str(fault) for fault in refused.value.faults)
            assert words in told and column in told
    assert state() == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_file_cut_within_a_character_is_told_with_its_line(first, clerk, encoding):
    content = csv_bytes(office_table(first, clerk)).decode("utf-8-sig").encode(encoding)
    end = content.rindex("令和".encode(encoding.removesuffix("-sig"))) + 1

    with pytest.raises(Faulty) as refused:
        lines_in(content[:end], first, YEAR)

    line = content[:end].count(b"\n") + 1
    told = [(fault.line, fault.why) for fault in refused.value.faults]
    assert (line, table_faults.ILLEGIBLE) in told
    assert {at for at, _why in told} == {line}


def test_only_the_office_takes_a_file(first, clerk):
    lines = lines_in(csv_bytes(office_table(first, clerk)), first, YEAR)

    for role in (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDenied):
            year_import.take(first, YEAR, lines, name="f", by=factories.user(role), at=NOON)


def test_every_fault_is_told_at_once(first, clerk):
    rows = rows_of(csv_bytes(office_table(first, clerk)))
    rows[3][HEADINGS.index("状況")] = "完了"
    rows[9][HEADINGS.index("施策")] = "別の施策"
    rows[9][HEADINGS.index("年度")] = "R7"

    with pytest.raises(Faulty) as refused:
        lines_in(as_csv(rows), first, YEAR)

    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (4, "状況"), (10, "施策"), (10, "年度"),
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["令和8年度", "令和８年", "R8", "2026", "2026年度"])
def test_fiscal_year_is_understood_however_it_is_written(first, clerk, said):
    content = changed(csv_bytes(office_table(first, clerk)), 5, 年度=said, 目標="目標")

    assert len(plan_of(first, content).changes) == 1


def test_formula_in_a_workbook_is_told_with_its_cell(first, clerk):
    book = load_workbook(io.BytesIO(xlsx_of(office_table(first, clerk))))
    book.active["E6"] = "=1+1"
    file = io.BytesIO()
    book.save(file)

    with pytest.raises(Faulty) as refused:
        lines_in(file.getvalue(), first, YEAR)

    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(6, "目標")]


def test_file_that_breaks_off_is_told(first, clerk, written):
    content = csv_bytes(office_table(first, clerk))
    cut = content[: content.rindex(b'"') - 1]

    with pytest.raises(Faulty):
        lines_in(cut, first, YEAR)


def test_last_year_begins_this_one(first, clerk):
    fifth, sixth = (Measure.objects.get(edition=first, number=n) for n in (5, 6))
    for measure in (fifth, sixth):
        write(
            measure, clerk, year=YEAR - 1, target="20件", plan="去年の計画", next_plan="今年の計画",
            plan_months=[4, 6], plan_by_month={"4": "準備"}, result="去年の実績", status="done",
        )  # fmt: skip
    write(sixth, clerk, plan="もう書いた")

    found = plan_of(first, csv_bytes(begun_from_the_year_before(first, YEAR, clerk)))

    assert [(c.codes[0], c.codes[1], c.codes[3]) for c in found.changes] == [
        (fifth.pk, "target", "20件"), (fifth.pk, "plan", "今年の計画"),
        (fifth.pk, "plan_months", [4, 6]), (fifth.pk, "plan_by_month", {"4": "準備"}),
    ]  # fmt: skip


# Pages


def url(name: str, *more, year=YEAR) -> str:
    return reverse(f"guideline:{name}", args=["first", year, *more])


def chosen(content: bytes) -> dict:
    return {"file": SimpleUploadedFile("実績.csv", content)}


def test_clerk_sees_what_changes_and_takes_it(office, first, clerk, written):
    content = changed(office.get(url("year-file", "csv")).getvalue(), 5, 目標="新しい目標")
    before = state()

    page = office.post(url("year-upload"), chosen(content))

    assert state() == before
    text = page.content.decode()
    assert "新しい目標" in text and "目標" in text
    office.post(url("year-take"), {"shown": page.context["token"]})
    assert MeasureYear.objects.get(measure__number=5).target == "新しい目標"
    last = MeasureYearVersion.objects.latest("pk")
    assert last.by == clerk and last.taken[0]["why"].startswith("実績.csv (")
    again = office.post(url("year-take"), {"shown": page.context["token"]})
    assert again.status_code == 422 and "変わりました" in again.content.decode()


def test_file_with_faults_is_refused_on_the_page(office, first):
    content = changed(office.get(url("year-file", "csv")).getvalue(), 5, 状況="完了")

    page = office.post(url("year-upload"), chosen(content))

    assert page.status_code == 422
    assert "6行目" in page.content.decode() and "plan" not in page.context


@pytest.mark.parametrize("how", ["another clerk", "another year", "nothing"])
def test_only_what_was_shown_to_the_clerk_is_taken(office, first, written, how):
    content = changed(office.get(url("year-file", "csv")).getvalue(), 5, 目標="新しい目標")
    token = office.post(url("year-upload"), chosen(content)).context["token"]
    before = state()
    if how == "another clerk":
        office.force_login(factories.user(Role.OFFICE))

    year = YEAR - 1 if how == "another year" else YEAR
    answer = office.post(url("year-take", year=year), {"shown": "" if how == "nothing" else token})

    assert answer.status_code == 422
    assert state() == before


def test_row_that_somebody_wrote_meanwhile_keeps_all_as_it_was(first, clerk, written):
    content = csv_bytes(office_table(first, clerk))
    content = changed(changed(content, 5, 目標="新しい目標"), 7, 目標="新しい目標")
    lines = lines_in(content, first, YEAR)
    shown = year_import.plan(first, YEAR, lines).digest
    seventh = Measure.objects.get(edition=first, number=7)
    years.write(seventh, YEAR, {"target": "割り込み"}, edit_number=1, by=clerk, at=NOON)

    with pytest.raises(OutOfDate):
        year_import.take(first, YEAR, lines, name="f", by=clerk, at=NOON, shown=shown)

    assert MeasureYear.objects.filter(target="新しい目標").count() == 0


def test_figures_stay_as_they_are(first, clerk):
    fifth = Measure.objects.get(edition=first, number=5)
    figure(fifth, clerk, 20)
    content = changed(csv_bytes(office_table(first, clerk)), 5, 目標="目標")

    year_import.take(first, YEAR, lines_in(content, first, YEAR), name="f", by=clerk, at=NOON)

    content = MeasureYearVersion.objects.latest("number").content
    assert (content["target"], [f["value"] for f in content["figures"]]) == ("目標", [20])


def test_public_downloads_what_it_reads(client, first, clerk):
    fifth = Measure.objects.get(edition=first, number=5)
    write(fifth, clerk, target="公開の時")
    assert client.get(url("year-file", "csv")).status_code == 404
    Progress.objects.create(measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly")
    make_public(first, DAY, source="公開", at=NOON)
    write(fifth, clerk, at=NOON.replace(day=NOON.day + 1), edit_number=1, target="まだ見せない")

    page = client.get(url("edition-year")).content.decode()
    empty = client.get(url("edition-year", year=2023)).content.decode()
    assert url("year-file", "csv") in page and url("year-file", "csv", year=2023) not in empty
    told = "".join(row[4] for row in rows_of(client.get(url("year-file", "csv")).getvalue())[1:])

    assert told == "公開の時"
    assert table_of(first, YEAR, AnonymousUser()).lines != table_of(first, YEAR, clerk).lines


# Command


@pytest.fixture
def file(tmp_path, first, clerk):
    path = tmp_path / "years.csv"
    path.write_bytes(changed(csv_bytes(office_table(first, clerk)), 5, 目標="新しい目標"))
    return path


def run(path, *more) -> str:
    out = io.StringIO()
    call_command(
        "import_measure_years", str(path), "--edition=first", f"--fiscal-year={YEAR}", *more,
        stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_command_shows_takes_and_takes_no_second_time(file):
    before = state()

    dry = run(file, "--dry-run")
    assert state() == before
    taken, again = run(file), run(file)

    assert "新しい目標" in dry and "新しい目標" in taken and "新しい目標" not in again
    assert MeasureYear.objects.get(measure__number=5).target == "新しい目標"
    assert MeasureYearVersion.objects.latest("pk").by.email == "import@system.invalid"


def lines(error) -> Iterator[str]:
    yield from str(error.value).splitlines()


def test_command_tells_every_fault_in_both_languages(file):
    file.write_bytes(changed(file.read_bytes(), 9, 状況="完了"))
    before = state()

    with pytest.raises(CommandError) as refused:
        run(file)

    assert [words for words in lines(refused) if "10行目" in words]
    assert [words for words in lines(refused) if "Line 10" in words]
    assert state() == before


@pytest.mark.parametrize("year", ["1999", "2101"])
def test_command_refuses_a_year_that_is_a_slip(file, year):
    with pytest.raises(CommandError, match="fiscal-year"):
        run(file, f"--fiscal-year={year}")


def test_command_that_somebody_overtakes_takes_nothing_and_says_so(
    first, clerk, tmp_path, monkeypatch
):
    write(Measure.objects.of("first").get(number=5), clerk, target="20件")
    rows = rows_of(csv_bytes(office_table(first, clerk)))
    for row in rows[1:]:
        row[HEADINGS.index("目標")] = "表から"
    path = tmp_path / "years.csv"
    path.write_bytes(as_csv(rows))
    plan = year_import.plan

    def plan_and_be_overtaken(*args):
        found = plan(*args)
        MeasureYear.objects.update(edit_number=9)  # as a save of somebody else does
        return found

    monkeypatch.setattr(year_import, "plan", plan_and_be_overtaken)
    with pytest.raises(CommandError) as refused:
        call_command("import_measure_years", str(path), "--edition=first", f"--fiscal-year={YEAR}")

    assert "The guideline changed meanwhile" in str(refused.value)
    assert "nothing was taken" in str(refused.value)
    assert not MeasureYear.objects.filter(target="表から").exists()
