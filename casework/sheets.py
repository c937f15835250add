"""Tables that come in as files: text with commas or tabs, and workbooks, line by line."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

#: Largest file that is read, and the most that it may hold once it is unpacked, in bytes.
MAX_BYTES, MAX_UNPACKED = 5 * 1024 * 1024, 50 * 1024 * 1024
#: The most rows and columns of a worksheet that are looked at.
MOST_ROWS, MOST_COLUMNS = 2_000, 60


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that reckons, or shows an error; what it shows depends on who opens the file."""


class CutOff(Exception):
    """A text ends, or breaks, in the middle of a line.

    :param line: the number of that line, from 1.
    """

    def __init__(self, line: int):
        self.line = line
        super().__init__(line)


class Unreadable(Exception):
    """The file is neither a text nor a workbook, is damaged, empty or too large."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a text, or on one worksheet: the lines that are not empty.

    :param name: of the worksheet; empty for a text.
    :param lines: (number from 1, what stands in each cell without blanks around it).
    :param cut_off: the line in which a text breaks off; what follows it was not read.
    """

    name: str
    lines: list[tuple[int, list[str | Formula]]]
    cut_off: int | None = None


def decoded(content: bytes) -> str | None:
    """Return a text: UTF-8, or as spreadsheet programs in Japan store it; ``None`` if it is none."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def text_lines(text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not empty with its number; words may run over several.

    :raises CutOff: where a line cannot be read, after those before it.
    """
    file = io.StringIO(text, newline="")
    reader, begins = csv.reader(file, delimiter=delimiter, strict=True), 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CutOff(begins) from error


def opened(content: bytes) -> Workbook | None:
    """Return the workbook; ``None`` where it is none, is damaged, or would fill the memory."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            return None
        return load_workbook(io.BytesIO(content))
    except Exception:  # a damaged file makes the library stumble over whatever is missing in it
        return None


def is_used(page) -> bool:
    """Whether anything stands on a worksheet; spreadsheet programs add empty ones by themselves."""
    return any(cell is not None for row in page.iter_rows(values_only=True) for cell in row)


def read(content: bytes) -> list[Sheet]:
    """Return what stands in a file: the one sheet of a text, or the used sheets of a workbook.

    :raises Unreadable: if it is neither.
    """
    if not content or len(content) > MAX_BYTES:
        raise Unreadable
    if content.startswith(b"PK"):
        book = opened(content)
        if book is None:
            raise Unreadable
        return [_sheet_of(page) for page in book.worksheets if is_used(page)]
    text = decoded(content)
    if text is None or "\0" in text:
        raise Unreadable
    return [_text_sheet(text)]


def _text_sheet(text: str) -> Sheet:
    lines: list[tuple[int, list[str | Formula]]] = []
    try:
        for number, cells in text_lines(text, max("\t,", key=text.count)):
            lines.append((number, [cell.strip() for cell in cells]))
    except CutOff as cut:
        return Sheet("", lines, cut.line)
    return Sheet("", lines)


def _sheet_of(page) -> Sheet:
    lines, rows, columns = [], min(page.max_row, MOST_ROWS), min(page.max_column, MOST_COLUMNS)
    for row in page.iter_rows(max_row=rows, max_col=columns):
        cells = [_said(cell) for cell in row]
        if any(cells):
            lines.append((row[0].row, cells))
    return Sheet(page.title, lines)


def _said(cell) -> str | Formula:
    """Return what a cell shows, as it would stand in a text."""
    if cell.data_type in ("f", "e"):
        return Formula()
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, date | datetime):
        value = value.isoformat()
    return str(value).strip()
