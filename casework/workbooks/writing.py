"""The workbook of a form, filled in with what is saved."""

import io

from django import forms
from django.forms.boundfield import BoundField
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from casework.drafts import Draft
from casework.errors import NotPossible

from . import cells, marks
from .layout import (
    FIRST_FIELD,
    HEADINGS,
    HELP_COLUMN,
    LABEL_COLUMN,
    VALUE_COLUMN,
    Layout,
    Table,
    layout_of,
    written,
)

#: The hidden sheet with what can be chosen, a column a field.
CHOICES = "_choices"

_GREY, _OPEN = PatternFill("solid", fgColor="E7E6E6"), PatternFill("solid", fgColor="FFFDE7")
_LINE = Border(*(Side("thin", "999999") for _side in range(4)))
_WRAP = Alignment(wrap_text=True, vertical="top")


def write(draft: Draft) -> bytes:
    """Return the XLSX of a form that shows what is saved, in the language that is active.

    :param draft: made without data.
    :raises NotPossible: if a text is longer than a cell can hold.
    """
    layout = layout_of(draft)
    book = Workbook()
    book.remove(book.active)
    lists = _Lists(book)
    _write_text(book.create_sheet(layout.sheet), draft, layout, lists)
    for table in layout.tables:
        _write_table(book.create_sheet(table.sheet), draft, table, lists)
    _write_marks(book, draft, layout)
    book.move_sheet(CHOICES, len(book.worksheets))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class _Lists:
    """What can be chosen, on a hidden sheet, for the lists of the cells."""

    def __init__(self, book):
        self.sheet = book.create_sheet(CHOICES)
        self.sheet.sheet_state = "hidden"
        self.column = 0

    def rule(self, field: forms.Field) -> DataValidation | None:
        """Return the rule for the cells of a field, where there is something to choose."""
        if isinstance(field, forms.BooleanField):
            source = f'"{cells.MARK}"'
        elif words := [words for _key, words in cells.options(field)]:
            source = self._kept(words)
        else:
            return None
        return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)

    def _kept(self, words: list[str]) -> str:
        self.column += 1
        for number, said in enumerate(words, 1):
            _put(self.sheet.cell(number, self.column), said)
        letter = get_column_letter(self.column)
        return f"{CHOICES}!${letter}$1:${letter}${len(words)}"


def _put(cell, value: cells.Cell) -> None:
    """Write a value; words that look like a formula stay words."""
    if isinstance(value, str) and len(value) > cells.MOST_CHARACTERS:
        raise NotPossible(
            _("A text is longer than a cell of a workbook can hold. Write it on the page.")
        )
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _head(sheet, draft: Draft, hint: str) -> None:
    _put(sheet["A1"], cells.plain(draft.case.title))
    sheet["A1"].font = Font(bold=True, size=14)
    _put(sheet["A2"], hint)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_text(sheet, draft: Draft, layout: Layout, lists: _Lists) -> None:
    _head(
        sheet,
        draft,
        _("Write into the yellow cells, on all sheets. Then save the workbook and upload it."),
    )
    for bound in written(draft.text):
        row = FIRST_FIELD + layout.names.index(bound.name)
        _label(sheet.cell(row, LABEL_COLUMN), str(bound.label))
        _put(sheet.cell(row, HELP_COLUMN), str(bound.field.help_text))
        sheet.cell(row, HELP_COLUMN).alignment = _WRAP
        _open(sheet.cell(row, VALUE_COLUMN), bound)
        if isinstance(bound.field.widget, forms.Textarea):
            sheet.row_dimensions[row].height = 120
        _guide(sheet, lists.rule(bound.field), layout.cell_of(bound.name))
    for column, width in ((LABEL_COLUMN, 28), (VALUE_COLUMN, 80), (HELP_COLUMN, 50)):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _write_table(sheet, draft: Draft, table: Table, lists: _Lists) -> None:
    formset = draft.tables[table.prefix][1]
    _head(sheet, draft, _("One line a row. Lines that you empty are removed."))
    empty, last = formset.empty_form, HEADINGS + table.rows
    for column, name in enumerate(table.columns, 1):
        bound = empty[name]
        letter = get_column_letter(column)
        _label(sheet.cell(HEADINGS, column), str(bound.label))
        sheet.column_dimensions[letter].width = _width(bound)
        _guide(sheet, lists.rule(bound.field), f"{letter}{table.first_row}:{letter}{last}")
        if name.endswith("_yen"):
            _sum(sheet.cell(HEADINGS - 1, column), f"{letter}{table.first_row}:{letter}{last}")
            if column > 1:
                _name_sum(sheet.cell(HEADINGS - 1, column - 1))
        for number in range(table.rows):
            filled = formset.forms[number] if number < len(formset.forms) else empty
            _open(sheet.cell(table.first_row + number, column), filled[name])
    for name in table.kept:
        _keep(sheet, formset, table, name)
    sheet.freeze_panes = f"A{table.first_row}"
    sheet.print_title_rows = f"{HEADINGS}:{HEADINGS}"


def _keep(sheet, formset: forms.BaseFormSet, table: Table, name: str) -> None:
    """Write what the page hides in each row into a hidden column that nobody writes."""
    letter = table.letter(name)
    _put(sheet[f"{letter}{HEADINGS}"], name)
    sheet.column_dimensions[letter].hidden = True
    for number, form in enumerate(formset.forms[: table.rows]):
        _put(sheet[f"{letter}{table.first_row + number}"], cells.shown(form[name]))


def _width(bound: BoundField) -> int:
    if isinstance(bound.field, forms.BooleanField | forms.IntegerField | forms.DateField):
        return 16
    return 60 if isinstance(bound.field.widget, forms.Textarea) else 36


def _label(cell, words: str) -> None:
    _put(cell, words)
    cell.font, cell.fill, cell.border, cell.alignment = Font(bold=True), _GREY, _LINE, _WRAP


def _sum(cell, area: str) -> None:
    cell.value, cell.number_format, cell.font = f"=SUM({area})", "#,##0", Font(bold=True)


def _name_sum(cell) -> None:
    """Say to the left of a sum what it is."""
    _put(cell, _("Total"))
    cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="right")


def _open(cell, bound: BoundField) -> None:
    """Fill in a cell and let it be written."""
    value = cells.shown(bound)
    _put(cell, value)
    cell.fill, cell.border, cell.alignment = _OPEN, _LINE, _WRAP
    cell.protection = Protection(locked=False)
    if isinstance(bound.field, forms.DateField):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(bound.field, forms.IntegerField):
        cell.number_format = "#,##0"
    elif not isinstance(bound.field, forms.ChoiceField):
        cell.number_format = "@"  # text: a spreadsheet program makes no day out of 4-1


def _guide(sheet, rule: DataValidation | None, area: str) -> None:
    if rule is not None:
        rule.add(area)
        sheet.add_data_validation(rule)


def _write_marks(book, draft: Draft, layout: Layout) -> None:
    sheet = book.create_sheet(marks.SHEET)
    sheet.sheet_state = "veryHidden"
    number = draft.text["edit_number"].value()
    known = marks.marks_of(
        draft.case, layout, edit_number=number, language=translation.get_language() or "ja"
    )
    for row, (name, value) in enumerate(known.rows(), 1):
        _put(sheet.cell(row, 1), name)
        _put(sheet.cell(row, 2), cells.plain(value) if isinstance(value, str) else value)
