"""The progress table of any edition and day, made from the rows in the layout of the city's own.

What leaves here comes in again (``progress_table``) and changes nothing: the summary is counted from
the rows, says so, and is therefore not taken for what the city prints.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from casework.calendar import JAPAN, japan_date, wareki
from casework.plain_words import plain
from casework.shown_tables import Origin, origin_of
from casework.tables import csv_lines, harmless

from .models import Classification, Edition, Measure, Progress, Section, Status
from .progress_table import COUNTED_HERE, HEADINGS, SUMMARY, Guideline, next_heading
from .table_words import WORD_OF, mark_of

#: How wide the columns of a worksheet are, in characters.
WIDTHS = (6, 40, 18, 12, 44, 10, 50)


@dataclass(frozen=True, slots=True)
class Place:
    """A section or a subsection, and its measures with how far they have come."""

    section: Section
    rows: list[tuple[Measure, Progress | None]]

    @property
    def name(self) -> str:
        """The line of the section as the table prints it."""
        if self.section.place == 0:
            return f"（{self.section.number}）{self.section.title}"
        return " ".join(filter(None, [self.section.letter, self.section.title]))


@dataclass(frozen=True, slots=True)
class ProgressOn:
    """How far the measures of an edition had come on a day."""

    edition: Edition
    day: date
    places: list[Place]
    known_title: str

    @property
    def title(self) -> str:
        return self.known_title or f"{self.edition.title} 具体施策の進捗状況一覧"

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many measures there are by class and status, counted from the rows."""
        return Counter((m.classification, row.status) for m, row in self._rows() if row)

    @property
    def totals(self) -> Counter[str]:
        """How many measures there are by class, whether or not they have an entry."""
        return Counter(measure.classification for measure, _row in self._rows())

    @property
    def without_entry(self) -> list[Measure]:
        return [measure for measure, row in self._rows() if row is None]

    def _rows(self) -> Iterator[tuple[Measure, Progress | None]]:
        for place in self.places:
            yield from place.rows


def progress_on(edition: Edition, day: date, user) -> ProgressOn:
    """Return the rows of ``day`` that ``user`` may read, in the order of the guideline."""
    found = Progress.objects.visible_to(user).filter(measure__edition=edition, as_of=day)
    by_measure = {row.measure_id: row for row in found}
    by_section: dict[int, list] = {}
    for measure in Measure.objects.filter(edition=edition).order_by("number"):
        row = (measure, by_measure.get(measure.pk))
        by_section.setdefault(measure.section_id, []).append(row)
    sections = Section.objects.filter(edition=edition).order_by("number", "place")
    places = [Place(section, by_section.get(section.pk, [])) for section in sections]
    return ProgressOn(edition, day, places, Guideline.of(edition).table)


def origin(table: ProgressOn, *, at: datetime) -> Origin:
    """Return the moment, the rows and the digest that page and files tell of the table."""
    return origin_of(_told(table), at=at)


def _told(table: ProgressOn) -> Iterator[tuple]:
    """Yield what each row of the table says."""
    for place in table.places:
        for measure, row in place.rows:
            said = (row.status, row.result, row.next_class, row.reason) if row else ()
            yield (measure.number, measure.classification, *said)


def _in_words(origin: Origin) -> str:
    """Say at the foot of a file what its page says of the rows."""
    at = origin.as_of.astimezone(JAPAN)
    return (
        f"集計した時点 {wareki(japan_date(at))} {at:%H:%M}　表の行 {origin.rows}　"
        f"ダイジェスト（SHA-256） {origin.digest}"
    )


def lines_of(table: ProgressOn) -> list[list[str]]:
    """Return the table line by line; every line has as many cells as there are headings.

    A cell holds no sign that a workbook refuses.
    """
    headings = [*HEADINGS[:5], next_heading(table.title), HEADINGS[6]]
    lines = [[table.title], [SUMMARY, COUNTED_HERE], *_summary(table), headings]
    for place in table.places:
        lines.append([place.name])
        lines += [_line(measure, row) for measure, row in place.rows]
    return [[*map(plain, line), *[""] * (len(HEADINGS) - len(line))] for line in lines]


def _summary(table: ProgressOn) -> Iterator[list[str]]:
    """Yield a line for each class; a status that no measure has is not named, as in the city's."""
    counts, totals = table.counts, table.totals
    for code in Classification:
        if totals[code]:
            told = [
                f"{counts[code, status]}/{totals[code]}：{WORD_OF[status]}"
                for status in (Status.DONE, Status.ONGOING, Status.IN_PROGRESS, Status.PARTLY, Status.NOT_STARTED)
                if counts[code, status]
            ]  # fmt: skip
            yield [mark_of(code, "<重点>"), "", *told]


def _line(measure: Measure, row: Progress | None) -> list[str]:
    head = [str(measure.number), measure.title, mark_of(measure.classification)]
    if row is None:
        return head
    return [*head, WORD_OF[Status(row.status)], row.result, row.next_class, row.reason]


def csv_of(table: ProgressOn) -> Iterator[str]:
    """Yield the table as CSV: UTF-8 with BOM, without formulas."""
    first, *rest = lines_of(table)
    return csv_lines(first, rest)


def xlsx_of(table: ProgressOn, origin: Origin) -> bytes:
    """Return the table as a workbook that prints on A4, landscape.

    On what it rests stands in the properties of the file and at the foot of each printed page: a
    cell or a sheet more would be in no table of the city.
    """
    book = Workbook()
    page, lines = book.active, lines_of(table)
    page.title = "進捗状況一覧"
    heading = next(n for n, line in enumerate(lines, 1) if line[0] == HEADINGS[0])
    line = Side(style="thin", color="999999")
    for at, cells in enumerate(lines, 1):
        is_row = at > heading and cells[1] != ""
        for column, words in enumerate(cells, 1):
            cell = page.cell(at, column)
            cell.value = int(words) if is_row and column == 1 else harmless(words) or None
            cell.alignment = Alignment(wrap_text=at >= heading and (is_row or at == heading), vertical="top")  # fmt: skip
            if is_row or at == heading:
                cell.border = Border(line, line, line, line)
            if not is_row and (at > heading or at < 3):
                cell.font = Font(bold=True, size=14 if at == 1 else None)
            if at == heading:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
    for column, width in enumerate(WIDTHS, 1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.print_title_rows = f"{heading}:{heading}"
    page.freeze_panes = page.cell(heading + 1, 3)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", "9"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddFooter.left.text = _in_words(origin)
    about, at = book.properties, origin.as_of.astimezone(UTC).replace(tzinfo=None)
    about.title, about.description, about.identifier = table.title, _in_words(origin), origin.digest
    about.created = about.modified = at
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def paper_of(table: ProgressOn, origin: Origin) -> dict:
    """Return what the table says on paper (``casework.typesetting``), in Japanese."""
    lines = lines_of(table)
    heading = next(n for n, line in enumerate(lines) if line[0] == HEADINGS[0])
    counts = [
        {"label": line[0], "value": "、".join(filter(None, line[2:]))} for line in lines[2:heading]
    ]
    rows = [line if line[1] else line[:1] for line in lines[heading + 1 :]]
    return {
        "title": table.title, "note": f"{wareki(table.day)}現在", "items": counts,
        "summary": f"{SUMMARY}{COUNTED_HERE}", "heading": "【具体施策】",
        "columns": lines[heading], "rows": rows, "foot": _in_words(origin),
    }  # fmt: skip
