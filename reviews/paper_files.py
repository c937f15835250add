"""Files of scores for panels that score on paper: XLSX with a worksheet per member, and CSV.

Whoever reads a file gets every line with its place, and every fault with its cell.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from casework.sheets import MAX_BYTES, CutOff, Formula, decoded, is_used, opened, text_lines
from casework.tables import csv_lines

from .models import PanelSeat
from .resources import WORDS, PointsField, ScoreSheetResource, as_cell, plain

#: The row of a worksheet that names its columns.
HEADING_ROW = 3
FOREIGN = gettext_lazy(
    "This is no table of scores that was taken from here, or it is damaged. Take it again."
)
TWICE = gettext_lazy("the column “%(column)s” is there twice")
UNKNOWN_COLUMN = gettext_lazy("“%(column)s” is no criterion of this round")
MISSING_COLUMN = gettext_lazy("the column “%(column)s” is missing")
REACHES_OUT = gettext_lazy("it holds a formula; type in what it shows")

#: What a worksheet may not be called by.
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and where; nothing of the file is taken then."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}" if self.place else self.why


class FaultyFile(Exception):
    """A file has faults; nothing of it was written."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was typed in.

    :param tab: the worksheet; empty in a CSV.
    :param number: of the row in the file, from 1.
    :param said: code of a column → what stands there.
    :param points: criterion id → points; ``None`` is missing.
    :param columns: code of a column → its letter, in a CSV its heading.
    """

    tab: str
    number: int
    said: Mapping[str, str]
    points: Mapping[int, int | None]
    columns: Mapping[str, str]

    def place(self, code: str) -> str:
        """Return where the cell of a column stands, in words."""
        if self.tab and code == "member":
            return _sheet(self.tab)
        return place_of(self.tab, self.number, self.columns.get(code, ""))


def _sheet(tab: str) -> str:
    return _("Sheet %(sheet)s") % {"sheet": tab}


def place_of(tab: str, number: int, column: str) -> str:
    if tab:
        return _("Sheet %(sheet)s, cell %(cell)s") % {"sheet": tab, "cell": f"{column}{number}"}
    if not column:
        return _("Line %(line)d") % {"line": number}
    return _("Line %(line)d, column “%(column)s”") % {"line": number, "column": column}


@dataclass(slots=True)
class Found:
    """What a file holds: the lines that could be read, and every fault."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def names_of(seats: Iterable[PanelSeat]) -> dict[int, str]:
    """Return seat id → the name under which a file knows the member; no two are alike."""
    found: dict[int, str] = {}
    for seat in seats:
        base = NOT_IN_A_NAME.sub(" ", str(seat.user)).strip()[:26] or "委員"
        taken, name, number = {plain(other).lower() for other in found.values()}, base, 1
        while plain(name).lower() in taken:
            number += 1
            name = f"{base} ({number})"
        found[seat.pk] = name
    return found


# Out


def csv_of(resource: ScoreSheetResource, sheets) -> Iterator[str]:
    """Return the lines of a CSV: a line per member and proposal."""
    table = resource.export(queryset=sheets)
    return csv_lines(list(table.headers), list(table))


def xlsx_of(resource: ScoreSheetResource, sheets, *, title: str) -> bytes:
    """Return a workbook: a worksheet per member, a row per proposal, a column per criterion."""
    table = resource.export(queryset=sheets)
    book = Workbook()
    book.remove(book.active)
    for name in dict.fromkeys(row[0] for row in table):
        rows = [row[1:] for row in table if row[0] == name]
        _write(book.create_sheet(name), resource, title, table.headers[1:], rows)
    if not book.worksheets:
        book.create_sheet("–")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(page, resource: ScoreSheetResource, title: str, headings, rows) -> None:
    page["A1"] = as_cell(f"{title} – {page.title}")
    page["A2"] = _("Type whole points. Leave empty what is missing: it is never a zero.")
    page["A1"].font = Font(bold=True, size=14)
    for column, words in enumerate(headings, 1):
        cell = page.cell(HEADING_ROW, column, words)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for number, row in enumerate(rows, HEADING_ROW + 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column, None if value == "" else value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    _guide_the_hand(page, resource, last=HEADING_ROW + len(rows))


def _guide_the_hand(page, resource: ScoreSheetResource, *, last: int) -> None:
    """Let only points and comments be typed in, and points only as far as they go."""
    codes = list(resource.fields)[1:]
    for column, code in enumerate(codes, 1):
        letter, known = get_column_letter(column), resource.fields[code]
        page.column_dimensions[letter].width = {"title": 36, "comment": 48}.get(code, 14)
        open_cells = isinstance(known, PointsField) or code == "comment"
        for number in range(HEADING_ROW + 1, last + 1):
            page.cell(number, column).protection = Protection(locked=not open_cells)
        if isinstance(known, PointsField) and last > HEADING_ROW:
            rule = DataValidation(
                type="whole", operator="between", formula1="0", allow_blank=True,
                formula2=str(known.criterion.max_points), showErrorMessage=True,
            )  # fmt: skip
            rule.add(f"{letter}{HEADING_ROW + 1}:{letter}{last}")
            page.add_data_validation(rule)
    page.freeze_panes = page.cell(HEADING_ROW + 1, 3)
    page.protection.sheet = True
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", "9"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


# In


def read(content: bytes, resource: ScoreSheetResource) -> Found:
    """Return every line of a file of scores, and every fault in what stands there."""
    if not content or len(content) > MAX_BYTES:
        return _foreign()
    read_as = _read_xlsx if content.startswith(b"PK") else _read_csv
    return read_as(content, resource)


def _foreign() -> Found:
    return Found(faults=[Fault("", str(FOREIGN))])


def _read_xlsx(content: bytes, resource: ScoreSheetResource) -> Found:
    book, found = opened(content), Found()
    used = [page for page in book.worksheets if is_used(page)] if book else []
    for page in used:
        _read_page(page, resource, found)
    return found if used else _foreign()


def _read_page(page, resource: ScoreSheetResource, found: Found) -> None:
    rows = list(page.iter_rows(min_row=HEADING_ROW))
    headings = {cell.column_letter: cell.value for cell in rows[0]} if rows else {}
    columns = _columns(headings, resource, found, page.title, HEADING_ROW)
    for row in rows[1:] if columns else ():
        cells = {cell.column_letter: cell for cell in row if cell.value is not None}
        if cells:
            values = {code: _cell(cells.get(letter)) for code, letter in columns.items()}
            _take(page.title, row[0].row, values, columns, resource, found)


def _cell(cell) -> object:
    if cell is None:
        return None
    return Formula() if cell.data_type == "f" else cell.value


def _read_csv(content: bytes, resource: ScoreSheetResource) -> Found:
    text, found = decoded(content), Found()
    lines = list(_lines(text, found)) if text and "\0" not in text else []
    if not lines:
        return _foreign()
    number, headings = lines[0]
    letters = _letters(headings)
    columns = _columns(dict(zip(letters, headings, strict=True)), resource, found, "", number)
    at = {code: letters.index(letter) for code, letter in columns.items()}
    named = {code: headings[n] for code, n in at.items()}
    for number, cells in lines[1:] if columns else ():
        if len(cells) != len(headings):
            why = _("The number of cells is not that of the heading. Is the file cut off?")
            found.faults.append(Fault(place_of("", number, ""), why))
        else:
            values = {code: _text(cells[n]) for code, n in at.items()}
            _take("", number, values, named, resource, found)
    return found


def _lines(text: str, found: Found) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not empty with its number; words may run over several."""
    try:
        yield from text_lines(text)
    except CutOff as cut:
        why = _("The line cannot be read. Is the file cut off?")
        found.faults.append(Fault(place_of("", cut.line, ""), why))


def _letters(cells: list[str]) -> list[str]:
    return [get_column_letter(n) for n in range(1, len(cells) + 1)]


def _text(cell: str) -> object:
    return Formula() if cell.startswith("=") else cell


def _columns(
    headings: Mapping[str, object], resource: ScoreSheetResource, found: Found, tab: str,
    number: int,
) -> dict[str, str]:  # fmt: skip
    """Return code → letter of the columns; empty where one is unknown, missing or there twice."""
    codes, columns, before = resource.codes(), {}, len(found.faults)
    named = {letter: words for letter, words in headings.items() if plain(words or "")}
    if codes.keys().isdisjoint(plain(words) for words in named.values()):
        found.faults.append(Fault(_sheet(tab) if tab else "", str(FOREIGN)))
        return {}
    for letter, words in named.items():
        code = codes.get(plain(words), "")
        if not code or code in columns:
            why = TWICE if code else UNKNOWN_COLUMN
            place = place_of(tab, number, letter if tab else str(words))
            found.faults.append(Fault(place, why % {"column": words}))
        columns.setdefault(code, letter)
    for code, known in resource.fields.items():
        if code not in columns and code != ("member" if tab else ""):
            place = place_of(tab, number, "A" if tab else "")
            found.faults.append(Fault(place, MISSING_COLUMN % {"column": known.column_name}))
    return {} if len(found.faults) > before else columns


def _take(
    tab: str, number: int, values: Mapping[str, object], columns: Mapping[str, str],
    resource: ScoreSheetResource, found: Found,
) -> None:  # fmt: skip
    """Read one line; a cell that cannot be read is a fault, and the line is left out."""
    before, points = len(found.faults), {}
    for code, value in values.items():
        known, place = resource.fields[code], place_of(tab, number, columns[code])
        if isinstance(value, Formula):
            found.faults.append(Fault(place, str(REACHES_OUT)))
        elif isinstance(known, PointsField):
            try:
                points[known.criterion.pk] = known.widget.clean(value)
            except ValidationError as error:
                found.faults.append(Fault(place, " ".join(error.messages)))
    said = {code: _words(value) for code, value in values.items() if code in WORDS}
    if len(found.faults) == before:
        said = said | {"member": tab} if tab else said
        found.lines.append(Line(tab, number, said, points, columns))


def _words(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
