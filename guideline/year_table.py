"""Plan and result of a fiscal year as a table for spreadsheet programs: one line a measure, months as columns.

What leaves here comes in again (:mod:`guideline.year_file`) and changes nothing. A month's cell is empty,
holds a ring where the month is only marked, or the words of the month.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from casework.calendar import wareki_year
from casework.tables import as_written, csv_lines, harmless

from .models import BY_MONTH, MONTHS, Edition, Measure, Status
from .table_words import RING, STATUSES, WORD_OF, mark_of
from .years import YearShown, years_shown

#: Columns that say of what a line speaks, and those that say what.
YEAR, NUMBER, TITLE, CLASS = "年度", "No", "施策", "分類"
WORDS = {"target": "目標", "plan": "計画", "result": "実績", "next_plan": "来年度の計画"}
STATUS = "状況"
#: (words by month, month) → its column.
MONTH_COLUMNS = {
    (name, month): f"{head}{month}月"
    for name, head in zip(BY_MONTH, ("計画", "実績"), strict=True)
    for month in MONTHS
}
HEADINGS = (
    YEAR, NUMBER, TITLE, CLASS, WORDS["target"], WORDS["plan"], WORDS["result"], STATUS,
    WORDS["next_plan"], *MONTH_COLUMNS.values(),
)  # fmt: skip
#: How wide the columns of a worksheet are, in characters; those of months come after.
WIDTHS, MONTH_WIDTH = (12, 6, 36, 18, 30, 40, 40, 10, 30), 16
#: What no cell of a workbook can hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def plain(words: str) -> str:
    """Return words as a file brings them back: without blanks around, with one sign for a line's end."""
    unbroken = _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    return as_written(unbroken.strip())


@dataclass(frozen=True, slots=True)
class YearTable:
    """The measures of an edition in one fiscal year; a measure without a row has an empty line."""

    edition: Edition
    fiscal_year: int
    lines: list[list[str]]

    @property
    def name(self) -> str:
        """What files of it are called, without what follows the point."""
        return f"measure-years-{self.edition.code}-{self.fiscal_year}"


def table_of(edition: Edition, fiscal_year: int, user) -> YearTable:
    """Return the rows of a fiscal year as ``user`` may read them."""
    here = _by_measure(edition, fiscal_year, user)
    return _table(edition, fiscal_year, here)


def begun_from_the_year_before(edition: Edition, fiscal_year: int, user) -> YearTable:
    """Return the rows of a fiscal year, and for a measure without one what last year says of it.

    Last year's target and months are carried on, and as the plan what it planned for this year.
    """
    here = _by_measure(edition, fiscal_year, user)
    before = _by_measure(edition, fiscal_year - 1, user)
    carried = {
        pk: YearShown(
            pk, fiscal_year, target=year.target, plan=year.next_plan or year.plan,
            plan_months=year.plan_months, plan_by_month=year.plan_by_month,
            result="", result_months=(), status="", next_plan="",
        )
        for pk, year in before.items()
    }  # fmt: skip
    return _table(edition, fiscal_year, {**carried, **here})


def _by_measure(edition: Edition, fiscal_year: int, user) -> dict[int, YearShown]:
    every_year = years_shown(Measure.objects.filter(edition=edition), user)
    return {year.measure_id: year for year in every_year if year.fiscal_year == fiscal_year}


def _table(edition: Edition, fiscal_year: int, years: Mapping[int, YearShown]) -> YearTable:
    measures = Measure.objects.filter(edition=edition).order_by("number")
    lines = [list(_cells(measure, fiscal_year, years.get(measure.pk))) for measure in measures]
    return YearTable(edition, fiscal_year, lines)


def _cells(measure: Measure, fiscal_year: int, year: YearShown | None) -> Iterator[str]:
    yield from (wareki_year(fiscal_year), str(measure.number), measure.title)
    yield mark_of(measure.classification)
    if year is None:
        yield from [""] * (len(HEADINGS) - 4)
        return
    yield from (plain(year.target), plain(year.plan), plain(year.result))
    yield WORD_OF[Status(year.status)] if year.status else ""
    yield plain(year.next_plan)
    for months in (year.planned, year.done):
        said = {month: plain(words) or RING for month, words in months}
        yield from (said.get(month, "") for month in MONTHS)


def csv_of(table: YearTable) -> Iterator[str]:
    """Yield the table as CSV: UTF-8 with BOM, without formulas."""
    return csv_lines(list(HEADINGS), table.lines)


def xlsx_of(table: YearTable) -> bytes:
    """Return the table as a workbook; the status is chosen from a list."""
    book = Workbook()
    page = book.active
    page.title = wareki_year(table.fiscal_year)
    line = Side(style="thin", color="999999")
    for at, cells in enumerate([HEADINGS, *table.lines], 1):
        for column, words in enumerate(cells, 1):
            cell = page.cell(at, column)
            cell.value = int(words) if at > 1 and column == 2 else harmless(words) or None
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(line, line, line, line)
            if at == 1:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
    for column, width in enumerate(_widths(), 1):
        page.column_dimensions[get_column_letter(column)].width = width
    _offer_statuses(page, len(table.lines) + 1)
    page.freeze_panes = "D2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", "8"  # A3
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _widths() -> Iterable[int]:
    return (*WIDTHS, *[MONTH_WIDTH] * len(MONTH_COLUMNS))


def _offer_statuses(page, last: int) -> None:
    words = ",".join(STATUSES)
    offered = DataValidation("list", formula1=f'"{words}"', allow_blank=True)
    letter = get_column_letter(HEADINGS.index(STATUS) + 1)
    offered.add(f"{letter}2:{letter}{max(last, 2)}")
    page.add_data_validation(offered)
