"""A file with plan and result of a fiscal year (:mod:`guideline.year_table`), read line by line.

Nothing here asks the database but for the measures of the edition: a file is held against them. A file
may leave measures out; what it says of one it says whole.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy

from casework.calendar import wareki_year
from casework.faulty_files import Faulty
from casework.illegible import patched
from casework.sheets import Formula, Sheet, Unreadable, read

from . import table_faults as told
from .models import BY_MONTH, MONTH_WORDS, MONTHS, RINGS, Edition, Measure
from .progress_table import LONGEST
from .table_faults import Fault
from .table_words import class_name, class_of, key, status_of
from .year_table import CLASS, HEADINGS, MONTH_COLUMNS, NUMBER, STATUS, TITLE, WORDS, YEAR, plain

FOREIGN = gettext_lazy(
    "This is not the table of plan and result of a fiscal year, or its line of headings (年度, No, 施策, 分類, 目標 …) is not the first. Download the table of the year, fill it in, and choose it as CSV (UTF-8 or CP932) or XLSX."
)
NO_LINES = gettext_lazy(
    "No line stands under the headings. Is the file cut off? Download the table anew."
)
OTHER_YEAR = gettext_lazy(
    "“%(said)s” is not %(known)s, the fiscal year that is taken in here. Correct the column, or choose the page of the other year."
)

_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_YEAR = re.compile(r"(?:(令和|平成|R|H)(元|\d{1,2})|(\d{4}))(?:年度?)?")


@dataclass(frozen=True, slots=True)
class Line:
    """What a file says of one measure: every value of its row.

    :param values: by the names in ``years.KEPT``.
    """

    line: int
    number: int
    values: Mapping[str, object]


@dataclass(slots=True)
class _Reading:
    """One reading of one sheet: what was found so far, and where."""

    fiscal_year: int
    measures: Mapping[int, Measure]
    faults: list[Fault] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)  # number of a measure → its line

    def refuse(self, line: int, why, column: str = "", **values) -> None:
        self.faults.append(Fault(line, why, values, column))


def lines_in(content: bytes, edition: Edition, fiscal_year: int) -> list[Line]:
    """Return what a file says of the measures of an edition in a fiscal year.

    :raises Faulty: naming every fault with its line.
    """
    legible, illegible = patched(content)
    try:
        sheets = read(legible)
    except Unreadable:
        raise Faulty([Fault(0, FOREIGN)]) from None
    tables = [sheet for sheet in sheets if _has_headings(sheet)]
    if len(tables) != 1:
        cut = [Fault(sheet.cut_off, told.CUT_OFF) for sheet in sheets if sheet.cut_off]
        raise Faulty([Fault(0, told.TWO_TABLES if tables else FOREIGN), *cut])
    measures = {row.number: row for row in Measure.objects.filter(edition=edition)}
    reading = _Reading(fiscal_year, measures)
    _read(reading, tables[0])
    for line in illegible:
        reading.refuse(line, told.ILLEGIBLE)
    if reading.faults:
        raise Faulty(reading.faults)
    return [reading.lines[number] for number in sorted(reading.lines)]


def _has_headings(sheet: Sheet) -> bool:
    known = {key(name) for name in HEADINGS}
    first = sheet.lines[0][1] if sheet.lines else []
    return len(known & {key(cell) for cell in first if isinstance(cell, str)}) >= 4


def _read(reading: _Reading, sheet: Sheet) -> None:
    (head, headings), *rest = sheet.lines
    columns = _columns(reading, head, headings)
    for line, cells in rest if columns else ():
        _take(reading, line, cells, columns)
    if sheet.cut_off:
        reading.refuse(sheet.cut_off, told.CUT_OFF)
    if not rest and not sheet.cut_off:
        reading.refuse(0, NO_LINES)


def _columns(reading: _Reading, line: int, cells: list) -> dict[str, int]:
    """Return where each of ``HEADINGS`` stands; empty if one is missing, unknown or twice."""
    known, found = {key(name): name for name in HEADINGS}, {}
    for at, cell in enumerate(cells):
        if isinstance(cell, Formula):
            reading.refuse(line, told.FORMULA)
        elif cell:
            name = known.get(key(cell))
            if name is None:
                reading.refuse(line, told.COLUMN_UNKNOWN, said=cell)
            elif name in found:
                reading.refuse(line, told.COLUMN_TWICE, said=cell)
            else:
                found[name] = at
    for name in HEADINGS:
        if name not in found:
            reading.refuse(line, told.COLUMN_MISSING, said=name)
    return {} if reading.faults else found


def _take(reading: _Reading, line: int, cells: list, columns: Mapping[str, int]) -> None:
    last = max(columns.values())
    beyond = [cell for cell in cells[last + 1 :] if cell]
    if len(cells) <= last or beyond:
        found = len(cells) if len(cells) <= last else last + 1 + len(beyond)
        reading.refuse(line, told.WIDTH, found=found, expected=last + 1)
        return
    said = {name: cells[at] for name, at in columns.items()}
    formulas = [name for name, cell in said.items() if isinstance(cell, Formula)]
    for name in formulas:
        reading.refuse(line, told.FORMULA, name)
        said[name] = ""
    before = len(reading.faults)
    measure = None if NUMBER in formulas else _measure(reading, line, said[NUMBER])
    if measure is not None:
        _hold_against(reading, line, measure, said, formulas)
    if YEAR not in formulas and _year(said[YEAR]) != reading.fiscal_year:
        known = wareki_year(reading.fiscal_year)
        reading.refuse(line, OTHER_YEAR, YEAR, said=said[YEAR], known=known)
    values = _values(reading, line, said)
    if measure is not None and not formulas and len(reading.faults) == before:
        reading.lines[measure.number] = Line(line, measure.number, values)


def _measure(reading: _Reading, line: int, words: str) -> Measure | None:
    digits = key(words)
    if not re.fullmatch(r"[0-9]{1,4}", digits):
        reading.refuse(line, told.NO_NUMBER, NUMBER, said=words)
        return None
    number = int(digits)
    if number not in reading.measures:
        reading.refuse(line, told.UNKNOWN_NUMBER, NUMBER, number=number)
        return None
    if number in reading.seen:
        first = reading.seen[number]
        reading.refuse(line, told.NUMBER_TWICE, NUMBER, number=number, first=first)
        return None
    reading.seen[number] = line
    return reading.measures[number]


def _hold_against(
    reading: _Reading, line: int, measure: Measure, said: Mapping, formulas: list[str]
) -> None:
    """See whether title and class are the measure's: lines that were sorted in part are not."""
    number = measure.number
    if TITLE not in formulas and key(said[TITLE]) != key(measure.title):
        words = {"title": measure.title, "said": said[TITLE]}
        reading.refuse(line, told.OTHER_TITLE, TITLE, number=number, **words)
    if CLASS in formulas:
        return
    code = class_of(said[CLASS])
    if code is None:
        reading.refuse(line, told.UNKNOWN_CLASS, CLASS, said=said[CLASS])
    elif code != measure.classification:
        known = class_name(measure.classification)
        reading.refuse(line, told.OTHER_CLASS, CLASS, number=number, known=known, said=said[CLASS])


def _year(words: str) -> int | None:
    """Return the fiscal year that a cell names: 令和8年度, R8, 2026."""
    found = _YEAR.fullmatch("".join(unicodedata.normalize("NFKC", words).split()).upper())
    if found is None:
        return None
    era, of_era, year = found.groups()
    return int(year) if year else _ERAS[era] + (1 if of_era == "元" else int(of_era))


def _values(reading: _Reading, line: int, said: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, column in WORDS.items():
        values[name] = _words(reading, line, column, said[column], LONGEST)
    status = status_of(said[STATUS]) if said[STATUS] else ""
    if status is None:
        reading.refuse(line, told.UNKNOWN_STATUS, STATUS, said=said[STATUS])
    values["status"] = str(status or "")
    for by_month, months in BY_MONTH.items():
        cells = {
            month: _words(reading, line, column, said[column], MONTH_WORDS)
            for month in MONTHS
            for column in [MONTH_COLUMNS[by_month, month]]
        }
        values[months] = [month for month, words in cells.items() if words]
        values[by_month] = {
            str(month): words for month, words in cells.items() if words and words not in RINGS
        }
    return values


def _words(reading: _Reading, line: int, column: str, cell: str, longest: int) -> str:
    words = plain(cell)
    if len(words) > longest:
        reading.refuse(line, told.TOO_LONG, column, longest=longest)
    return words
