"""The city's progress table, read: every form of it, and every way in which it can be damaged."""

import pytest
from django.utils import translation
from django.utils.functional import Promise

from casework.column_limits import longest
from casework.faulty_files import Faulty
from guideline import progress_import, table_faults
from guideline.models import Classification, Progress, Status
from guideline.progress_reading import table_in
from guideline.progress_table import LONGEST_NEXT, Row, Table
from tests.guideline import tables
from tests.guideline.tables import as_csv, as_text, as_xlsx, line_of

NUMBERS = range(1, 24)
TITLE_TOO_LONG = "Line 3: The words are longer than 300 characters. Shorten them."
GUIDELINE = tables.guideline()


def read(lines) -> Table:
    return table_in(as_text(lines), GUIDELINE)


def faults_of(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(Faulty) as caught, translation.override("en"):
        table_in(content, GUIDELINE)
    with translation.override("en"):
        return [(fault.line, str(fault)) for fault in caught.value.faults]


def whys(lines) -> list[tuple[int, object]]:
    """The place and kind of each fault of a table."""
    with pytest.raises(Faulty) as caught:
        read(lines)
    return [(fault.line, fault.why) for fault in caught.value.faults]


def damaged(number: int, column: int, words: str) -> list[list[str]]:
    """The table with other words in one cell of a measure."""
    lines = tables.lines()
    lines[line_of(number) - 1][column] = words
    return lines


@pytest.fixture(scope="module")
def whole() -> Table:
    return read(tables.lines())


# What the table says


def test_statuses_and_next_classes_are_those_of_the_citys_document(whole):
    by_status = {s: [r.number for r in whole.rows if r.status == s] for s in Status}
    by_class = {c: [r.number for r in whole.rows if r.proposed == c] for c in Classification}

    assert by_status == {
        "not_started": [6, 7, 8, 15, 17, 20, 23],
        "in_progress": [16, 22],
        "partly": [4, 9, 13],
        "done": [3, 14, 18, 19, 21],
        "ongoing": [1, 2, 5, 10, 11, 12],
    }
    assert by_class == {
        "I": [6, 7, 8, 9, 16, 18, 21],
        "II-a": [20, 23],
        "II-i": [1, 2, 4, 5, 10, 11, 12, 13, 14, 19],
        "III": [15, 17],
    }
    assert [r.number for r in whole.rows if not r.proposed] == [3, 22]
    assert {r.next_class for r in whole.rows} == {"I", "Ⅱ-ア", "Ⅱ-イ", "Ⅲ", "○", "○→I"}


def test_row_keeps_result_and_reason_as_written(whole):
    assert whole.rows[2] == Row(line_of(3), 3, "done", "実績3", "○", "理由3。")
    assert whole.rows[5].result == ""


def test_counts_are_those_of_the_summary_as_printed(whole):
    counts = [(c.classification, c.status, c.count, c.denominator) for c in whole.counts]

    assert counts == [
        (r["classification"], r["status"], int(r["count"]), int(r["denominator"]))
        for r in tables.rows("printed_counts")
    ]


def test_what_is_odd_is_told_and_taken(whole):
    with translation.override("en"):
        notes = [(note.line, str(note)) for note in whole.notes]

    assert [line for line, _words in notes] == [line_of(n) for n in (1, 2, 8, 9)]
    assert "“Ⅱ-イ”, and its reason “Ⅲに降格”" in notes[0][1]
    assert "belongs to “イ 市民活動団体等の情報の収集と提供”" in notes[2][1]


@pytest.mark.parametrize("form", tables.FORMS)
def test_every_form_of_the_table_says_the_same(whole, form):
    assert table_in(tables.FORMS[form](tables.lines()), GUIDELINE) == whole


def test_cells_may_run_over_lines_in_a_csv_and_in_a_workbook():
    lines = damaged(1, 4, "一行目\n二行目")

    assert table_in(as_csv(lines), GUIDELINE).rows[0].result == "一行目\n二行目"
    assert table_in(as_xlsx(lines), GUIDELINE).rows[0].result == "一行目\n二行目"


@pytest.mark.parametrize(
    ("number", "column", "words"),
    [
        (5, 0, "５"),
        (5, 1, "市民活動 補償制度"),
        (1, 2, "【I】<重点施策>"),
        (1, 2, "【Ⅰ】"),
        (4, 2, "【Ⅱ－ア】"),
        (4, 2, "【II-ア】"),
        (5, 3, "済･継"),
        (3, 5, "〇"),
        (18, 5, "○→Ⅰ"),
        (6, 5, "Ⅰ"),
        (5, 5, "Ⅱ‐イ"),
    ],
)
def test_other_ways_of_typing_the_same_are_taken(whole, number, column, words):
    before, after = whole.rows[number - 1], read(damaged(number, column, words)).rows[number - 1]

    assert (after.number, after.status, after.proposed) == (number, before.status, before.proposed)


def test_columns_may_stand_in_another_order(whole):
    lines = [[*line[:3], line[4], line[3], *line[5:]] if line else line for line in tables.lines()]
    for at in range(3, 8):  # the summary stays as it was
        lines[at] = tables.lines()[at]

    assert read(lines).rows == whole.rows


def test_table_before_any_next_edition_has_none():
    lines = tables.lines()
    for number in NUMBERS:
        lines[line_of(number) - 1][5:] = ["", ""]

    assert {(row.next_class, row.reason) for row in read(lines).rows} == {("", "")}


# Each row tampered with


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("column", "words", "why"),
    [
        (0, "九", table_faults.NO_NUMBER),
        (0, "", table_faults.NO_NUMBER),
        (0, "24", table_faults.UNKNOWN_NUMBER),
        (0, "0", table_faults.UNKNOWN_NUMBER),
        (1, "見知らぬ施策", table_faults.OTHER_TITLE),
        (1, "", table_faults.OTHER_TITLE),
        (2, "【Ⅳ】", table_faults.UNKNOWN_CLASS),
        (2, "重点", table_faults.UNKNOWN_CLASS),
        (2, "【Ⅲ】<重点施策>", table_faults.UNKNOWN_CLASS),
        (2, "", table_faults.NO_CLASS),
        (3, "忘", table_faults.UNKNOWN_STATUS),
        (3, "済・済", table_faults.UNKNOWN_STATUS),
        (3, "", table_faults.NO_STATUS),
        (5, "Ⅳ", table_faults.UNKNOWN_NEXT),
        (5, "○→", table_faults.UNKNOWN_NEXT),
        (5, "I→○", table_faults.UNKNOWN_NEXT),
        (5, "l", table_faults.UNKNOWN_NEXT),
        (5, "", table_faults.NO_NEXT),
        (6, "", table_faults.NO_REASON),
        (6, "長" * 4_001, table_faults.TOO_LONG),
        (5, "○→" + " " * 18 + "Ⅲ", table_faults.TOO_LONG),
    ],
)
def test_cell_of_each_row_tampered_with_is_named_with_its_line(number, column, words, why):
    assert whys(damaged(number, column, words)) == [(line_of(number), why)]


@pytest.mark.parametrize(("length", "faults"), [(300, 0), (301, 1)])
def test_title_may_be_as_long_as_the_columns_that_keep_it(length, faults):
    lines = tables.lines()
    lines[2][0] = tables.TITLE + "長" * (length - len(tables.TITLE))
    found = faults_of(as_text(lines)) if faults else read(lines).title

    assert found == ([(3, TITLE_TOO_LONG)] if faults else lines[2][0])


def test_class_that_a_reason_names_is_kept_without_its_blanks(whole):
    wide = read(damaged(20, 6, "Ⅱ" + " " * 60 + "アに" + "　" * 60 + "変更。"))

    assert [row.named for row in wide.rows if row.number == 20] == [("Ⅱ アに 変更", "II-a")]


def test_whatever_a_row_of_the_table_keeps_is_held_against_its_column():
    """A column with a limit is one that the reading refuses to exceed, or one of a few known codes."""
    limits = {name: longest((Progress, name)) for name in progress_import.KEPT}

    assert limits == {"status": 20, "next_class": LONGEST_NEXT, "result": None, "reason": None}
    assert max(map(len, Status.values)) <= 20


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_with_another_known_class_is_named(number):
    known = GUIDELINE.measures[number].classification
    other = next(mark for code, mark in tables.CLASS.items() if code != known)

    assert whys(damaged(number, 2, other)) == [(line_of(number), table_faults.OTHER_CLASS)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_missing_is_named_where_it_should_stand(number):
    lines = tables.lines()
    del lines[line_of(number) - 1]
    at = line_of(number + 1) - 1 if number < 23 else len(tables.lines())
    why = table_faults.NUMBER_MISSING if number < 23 else table_faults.NUMBER_MISSING_LAST

    assert whys(lines) == [(at, why)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_there_twice_is_named_with_both_lines(number):
    lines = tables.lines()
    lines.insert(line_of(number), list(lines[line_of(number) - 1]))

    [(line, words)] = faults_of(as_text(lines))

    assert line == line_of(number) + 1
    assert f"Measure {number} stands on line {line_of(number)} already" in words


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_with_the_number_of_another_is_named(number):
    other = number % 23 + 1
    found = whys(damaged(number, 0, str(other)))

    assert (line_of(number), table_faults.OTHER_TITLE) in found or (
        line_of(number),
        table_faults.NUMBER_TWICE,
    ) in found
    assert {why for _line, why in found} & {
        table_faults.NUMBER_MISSING,
        table_faults.NUMBER_MISSING_LAST,
    }


@pytest.mark.parametrize("cells", range(1, 7))
@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_cut_off_is_named(number, cells):
    lines = tables.lines()
    del lines[line_of(number) - 1][cells:]

    assert whys(lines) == [(line_of(number), table_faults.WIDTH)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_with_a_cell_too_many_is_named(number):
    lines = tables.lines()
    lines[line_of(number) - 1].append("余り")

    assert whys(lines) == [(line_of(number), table_faults.WIDTH)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_under_another_section_is_named(number):
    lines = tables.lines()
    row = lines.pop(line_of(number) - 1)
    at = len(lines) if number < 23 else 10
    lines.insert(at, row)

    assert (at + 1, table_faults.OTHER_SECTION) in whys(lines)


SECTIONS = [n for n, line in enumerate(tables.lines(), 1) if line and line[0].startswith("<b>")]


@pytest.mark.parametrize("line", SECTIONS)
@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("<b>（8）見知らぬこと</b>", table_faults.SECTION),
        ("見知らぬこと", table_faults.SECTION),
        ("<b>（1）活動の場", table_faults.SECTION_MARK),
    ],
)
def test_each_line_of_a_section_tampered_with_is_named(line, words, why):
    lines = tables.lines()
    lines[line - 1][0] = words

    assert whys(lines) == [(line, why)]


@pytest.mark.parametrize("line", SECTIONS)
def test_each_line_of_a_section_missing_is_named(line):
    lines = tables.lines()
    del lines[line - 1]

    [(_line, why)] = whys(lines)

    assert why is table_faults.SECTION_MISSING


@pytest.mark.parametrize("line", SECTIONS)
def test_each_line_of_a_section_there_twice_is_named(line):
    lines = tables.lines()
    lines.insert(line, list(lines[line - 1]))

    assert whys(lines) == [(line + 1, table_faults.SECTION_TWICE)]


@pytest.mark.parametrize("line", SECTIONS)
def test_each_line_of_a_section_with_words_beside_it_is_named(line):
    lines = tables.lines()
    lines[line - 1][3] = "済"

    assert whys(lines) == [(line, table_faults.SECTION)]


# The head


@pytest.mark.parametrize("line", range(5, 9))
@pytest.mark.parametrize(
    ("column", "words", "why"),
    [
        (0, "【Ⅳ】", table_faults.COUNT_CLASS),
        (0, "", table_faults.COUNT_CLASS),
        (2, "5/6", table_faults.COUNT),
        (2, "多い：済", table_faults.COUNT),
        (2, "1/2：忘", table_faults.COUNT),
        (2, "5／6：済：未", table_faults.COUNT),
    ],
)
def test_each_line_of_the_summary_tampered_with_is_named(line, column, words, why):
    lines = tables.lines()
    lines[line - 1][column] = words

    assert whys(lines) == [(line, why)]


@pytest.mark.parametrize("line", range(5, 9))
def test_each_line_of_the_summary_missing_empty_or_twice_is_named(line):
    missing, empty, twice = tables.lines(), tables.lines(), tables.lines()
    del missing[line - 1]
    empty[line - 1][2:] = [""] * 5
    twice.insert(line, list(twice[line - 1]))

    assert whys(missing) == [(8, table_faults.CLASS_NOT_COUNTED)]
    assert whys(empty) == [(line, table_faults.NO_COUNTS)]
    assert whys(twice) == [(line + 1, table_faults.COUNT_TWICE)]


def test_status_counted_twice_in_a_class_is_named():
    lines = tables.lines()
    lines[4][4] = "2/6：済"

    assert whys(lines) == [(5, table_faults.COUNT_TWICE)]


def test_title_missing_or_of_another_edition_is_named():
    missing, other = tables.lines(), tables.lines()
    del missing[2]
    other[2][0] = "第2期指針 具体施策の進捗状況一覧"

    assert whys(missing) == [(3, table_faults.NO_TITLE)]
    assert (3, table_faults.OTHER_TABLE) in whys(other)


def test_beginning_cut_off_is_named():
    lines = tables.lines()[8:]

    assert [why for _line, why in whys(lines)] == [
        table_faults.NO_TITLE,
        table_faults.NO_SUMMARY,
    ]


def test_line_that_belongs_nowhere_is_named():
    lines = tables.lines()
    lines.insert(3, ["覚え書き"])

    assert whys(lines) == [(4, table_faults.STRAY)]


@pytest.mark.parametrize("column", range(7))
def test_heading_missing_unknown_or_twice_is_named(column):
    missing, unknown, twice = tables.lines(), tables.lines(), tables.lines()
    missing[8][column] = ""
    unknown[8][column] = "備考"
    twice[8].append(twice[8][column])

    assert whys(missing) == [(9, table_faults.COLUMN_MISSING)]
    assert whys(unknown) == [
        (9, table_faults.COLUMN_UNKNOWN),
        (9, table_faults.COLUMN_MISSING),
    ]
    assert whys(twice) == [(9, table_faults.COLUMN_TWICE)]


def test_column_of_another_next_edition_is_named():
    lines = tables.lines()
    lines[8][5] = "3期案"

    assert (9, table_faults.COLUMN_UNKNOWN) in whys(lines)


# The file


@pytest.mark.parametrize("last", range(1, len(tables.lines())))
def test_file_cut_off_after_any_line_is_refused(last):
    assert whys(tables.lines()[:last])


@pytest.mark.parametrize("form", ["text", "text in CP932", "csv", "csv in CP932"])
def test_file_cut_off_in_the_last_line_but_one_is_refused(form):
    content = tables.FORMS[form](tables.lines())

    assert faults_of(content[: content.rindex(b"\n", 0, -2) - 40])


@pytest.mark.parametrize("form", ["text", "text in CP932", "csv", "csv in CP932"])
def test_table_cut_within_a_character_is_told_with_its_line(form):
    content = tables.FORMS[form](tables.lines())
    encoding = "cp932" if "CP932" in form else "utf-8"
    end = content.rindex("市民".encode(encoding)) + 1

    found = faults_of(content[:end])

    line = content[:end].count(b"\n") + 1
    assert (line, f"Line {line}: {table_faults.ILLEGIBLE}") in found
    assert "cut off in the middle of it" in str(found)
    assert all(at for at, _words in found)
    assert "CSV (UTF-8 or CP932) or XLSX" not in str(found)


def test_empty_status_is_told_as_empty():
    [(line, words)] = faults_of(as_text(damaged(9, 3, "")))

    assert (line, words) == (
        line_of(9), f"Line {line_of(9)}, column “施策の実施”: {table_faults.NO_STATUS}"
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"%PDF-1.7",
        b"PK\x03\x04 no workbook",
        "氏名,住所\n山田,鎌倉".encode(),
        "題名だけ\n".encode("cp932"),
        as_xlsx([["氏名", "住所"]]),
        as_xlsx(tables.lines())[:3_000],
        as_text(tables.lines()).replace(b"\t", b" "),
        b"x" * (5 * 1024 * 1024 + 1),
    ],
    ids=range(10),
)
def test_foreign_file_is_refused_with_what_is_wanted(content):
    [(line, words)] = faults_of(content)

    assert line == 0
    assert "CSV (UTF-8 or CP932) or XLSX" in words


def test_two_tables_in_a_workbook_are_refused():
    [(_line, words)] = faults_of(as_xlsx(tables.lines(), sheets=2))

    assert "More than one sheet" in words


def test_quotation_mark_without_end_is_named_with_its_line():
    found = faults_of(as_text(damaged(12, 4, '"書きかけ')))

    assert (line_of(12), f"Line {line_of(12)}: {table_faults.CUT_OFF}") in [
        (line, words) for line, words in found
    ]


def test_formula_in_a_workbook_is_named_with_line_and_column():
    [(line, words)] = faults_of(as_xlsx(damaged(9, 4, "=A1")))

    assert line == line_of(9)
    assert "column “実績”" in words and "formula" in words


def test_every_fault_of_a_file_is_told_by_line():
    lines = damaged(22, 3, "忘")
    lines[line_of(4) - 1][2] = "【Ⅳ】"
    lines[line_of(4) - 1][5] = "Ⅴ"
    del lines[line_of(13) - 1]

    assert [line for line, _why in whys(lines)] == [
        line_of(4), line_of(4), line_of(14) - 1, line_of(22) - 1,
    ]  # fmt: skip


def test_every_fault_is_told_in_japanese_and_in_english():
    words = [v for n, v in vars(table_faults).items() if n.isupper() and isinstance(v, Promise)]
    told = []
    for language in ("en", "ja"):
        with translation.override(language):
            told.append({str(one) for one in words})

    assert len(words) > 30
    assert len(told[0]) == len(told[1]) == len(words)
    assert not told[0] & told[1]
