"""Tables for spreadsheets: an encoding they know, and no cell that they run."""

import csv
import io

import pytest

from casework import tables


@pytest.mark.parametrize("begins", tables.FORMULA)
def test_words_that_a_spreadsheet_would_run_are_words(begins):
    words = f"{begins}HYPERLINK(1)"

    assert tables.harmless(words) == tables.cell(words) == f"'{words}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("", ""), (True, "true"), (False, "false"), (-5, "-5"), ("緑=会", "緑=会")],
)
def test_other_values_say_what_they_are(value, text):
    assert tables.cell(value) == text
    assert tables.harmless(value) is value


def test_lines_begin_with_a_mark_and_read_back():
    rows = [["緑の会, 「改行\nあり」", None], ["=1+1", 3]]

    text = "".join(tables.csv_lines(["name", "number"], rows))

    assert text.startswith("\ufeffname,number\r\n")
    read = list(csv.reader(io.StringIO(text.removeprefix(tables.BOM), newline="")))
    assert read[1:] == [["緑の会, 「改行\nあり」", ""], ["'=1+1", "3"]]
