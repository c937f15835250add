"""Tables that come in as files, line by line."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from casework.sheets import MAX_BYTES, Formula, Unreadable, read
from casework.tables import as_written, harmless


def book(*sheets: list[list]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for rows in sheets:
        page = made.create_sheet()
        for row in rows:
            page.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_text_is_read_however_it_was_saved(encoding, end, separator):
    lines = ["", separator.join(["番号", " 名 "]), "", separator.join(["1", "Ⅱ-ア"])]

    [sheet] = read(end.join(lines).encode(encoding))

    assert sheet.lines == [(2, ["番号", "名"]), (4, ["1", "Ⅱ-ア"])]
    assert (sheet.name, sheet.cut_off) == ("", None)


def test_words_over_several_lines_keep_the_number_of_their_first():
    [sheet] = read('a,b\n1,"一\n二"\n2,三\n'.encode())

    assert sheet.lines[1:] == [(2, ["1", "一\n二"]), (4, ["2", "三"])]


def test_text_that_breaks_off_says_where():
    [sheet] = read('a,b\n1,2\n3,"四\n5,6\n'.encode())

    assert sheet.lines == [(1, ["a", "b"]), (2, ["1", "2"])]
    assert sheet.cut_off == 3


def test_workbook_is_read_as_it_shows():
    sheets = read(book([["番号", None], [], [1.0, " 済 "], ["=A1", date(2026, 4, 1)]], [], [["x"]]))

    assert [len(sheet.lines) for sheet in sheets] == [3, 1]
    assert sheets[0].lines[1] == (3, ["1", "済"])
    number, [formula, day] = sheets[0].lines[2]
    assert (number, formula) == (4, Formula())
    assert day.startswith("2026-04-01")


@pytest.mark.parametrize(
    "content", [b"", b"a\0b", b"PK\x03\x04", b"\xff\xfe\x00", b"x" * (MAX_BYTES + 1)], ids=range(5)
)
def test_what_is_no_table_is_refused(content):
    with pytest.raises(Unreadable):
        read(content)


@pytest.mark.parametrize("words", ["=1+1", "-3", "@x", "'", "'済", "済", "", "+81"])
def test_what_left_harmless_comes_back_as_it_was_written(words):
    assert as_written(harmless(words)) == words
