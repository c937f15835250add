"""Reading a workbook back: every fault with its cell, and nothing half taken."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from casework import files
from casework.drafts import Draft
from casework.models import Case

from . import cells, marks
from .layout import FIRST_FIELD, HEADINGS, LABEL_COLUMN, VALUE_COLUMN, Layout, Table, layout_of
from .writing import CHOICES

#: The most rows and columns in which a form has its cells, with room to spare.
MOST_ROWS, MOST_COLUMNS = 2_000, 60
#: How far beyond that something is looked for, and how much of it is named.
LAST_ROW, LAST_COLUMN, MOST_NAMED = 100_000, 16_384, 20


class Refused(Exception):
    """The file is no workbook of this form; its only argument says why, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a workbook, where, and how to mend it."""

    sheet: str
    cell: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"

    @property
    def place(self) -> str:
        if not self.cell:
            return _("Sheet “%(sheet)s”") % {"sheet": self.sheet}
        return _("Sheet “%(sheet)s”, cell %(cell)s") % {"sheet": self.sheet, "cell": self.cell}


@dataclass(slots=True)
class Reading:
    """What a workbook says.

    :param data: what the page would post.
    :param places: name of a field, as the page posts it → sheet and cell.
    :param unread: sheets that were added, and of which nothing is taken.
    """

    data: dict[str, str]
    edit_number: int
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def put(self, name: str, place: tuple[str, str], bound: BoundField, value, saved) -> None:
        """Take one cell under the name that the page gives its field."""
        self.places[name] = place
        try:
            said = cells.posted(bound.field, _known(value), saved)
        except ValidationError as error:
            self.faults.append(Fault(*place, " ".join(error.messages)))
        else:
            if said:
                self.data[name] = said


class _Unknown:
    """Why a cell has no value though something stands there."""

    def __init__(self, why: str):
        self.why = why


def _known(value: object) -> object:
    """Return a value that was stored.

    :raises ValidationError: if the spreadsheet program stored none.
    """
    if isinstance(value, _Unknown):
        raise ValidationError(value.why)
    return value


def read(content: bytes, case: Case, read_as: Callable[[Case], Draft]) -> Reading:
    """Return what a workbook says, and every fault in its cells.

    :param read_as: makes the form without data, as it would be shown now; what can be chosen in it
        is read in the language in which the workbook was taken.
    :raises Refused: if it is another kind of file, or of another form, case or version.
    """
    book, formulas = _opened(content)
    with _refusing_damage():
        known = marks.marks_in(book[marks.SHEET]) if marks.SHEET in book.sheetnames else None
    if known is None:
        raise Refused(
            _(
                "This is no workbook that was taken from here. Take it from this page, and copy into it what you wrote."
            )
        )
    if known.form != case.kind or known.case != case.pk:
        raise Refused(
            _(
                "This workbook belongs to something else: “%(title)s”. Upload it there, or take the one of this page."
            )
            % {"title": known.title}
        )
    with translation.override(known.language):
        saved = read_as(case)
        layout = layout_of(saved)
        labels = _labels(saved, layout)
        cells.speak(saved.text)
        blank = {t.prefix: cells.speak(saved.tables[t.prefix][1].empty_form) for t in layout.tables}
    if known.digest != layout.digest:
        raise Refused(
            _(
                "This workbook is older than the form is now. Take it anew from this page, and copy into it what you wrote."
            )
        )
    found = Reading({"edit_number": str(known.edit_number)}, known.edit_number)
    with _refusing_damage():
        sheets = {
            name: _cells(book, formulas, name)
            for name in (layout.sheet, *(t.sheet for t in layout.tables))
            if name in book.sheetnames
        }
    _read_text(sheets, saved, layout, labels, found)
    for table in layout.tables:
        forms_there = saved.tables[table.prefix][1].forms
        _read_table(sheets, table, labels, found, forms_there, blank[table.prefix])
    own = {*sheets, marks.SHEET, CHOICES}
    found.unread = [name for name in book.sheetnames if name not in own]
    return found


def _opened(content: bytes):
    """Return the workbook with its values, and once more with its formulas.

    :raises Refused: if it is none, is damaged, locked, or would burst.
    """
    try:
        files.check("a.xlsx", content)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    with _refusing_damage():
        return tuple(
            load_workbook(io.BytesIO(content), read_only=True, data_only=values)
            for values in (True, False)
        )


@contextmanager
def _refusing_damage() -> Iterator[None]:
    """Refuse a damaged file: it makes the library stumble over whatever is missing in it."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(_("The file is damaged. Save it again and send that.")) from error


def _cells(book, formulas, name: str) -> dict[tuple[int, int], object]:
    """Return (row, column) → what stands there; a formula counts as the value it last had."""
    found: dict[tuple[int, int], object] = {}
    for pair in zip(_rows(book[name]), _rows(formulas[name]), strict=False):
        for row, column, value, kind in _side_by_side(*pair):
            if kind == "e":
                value = _Unknown(
                    _("The formula of this cell shows an error. Write the value itself.")
                )
            elif kind == "f" and value is None:
                value = _Unknown(
                    _(
                        "The formula of this cell has no stored value. Open the workbook, save it and upload that, or write the value itself."
                    )
                )
            if value is not None and value != "":
                found[row, column] = value
    return found | dict(islice(_beyond(formulas[name]), MOST_NAMED))


def _beyond(sheet) -> Iterator[tuple[tuple[int, int], object]]:
    """Yield what stands to the right of all that is read, or below it: nothing is passed over unseen.

    :raises Refused: if the sheet goes on further down than anybody writes.
    """
    right = sheet.iter_rows(max_row=MOST_ROWS, min_col=MOST_COLUMNS + 1, max_col=LAST_COLUMN)
    yield from _filled(right, 1, MOST_COLUMNS + 1)
    below = sheet.iter_rows(min_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
    yield from _filled(islice(below, LAST_ROW - MOST_ROWS), MOST_ROWS + 1, 1)
    if next(below, None) is not None:
        words = _("Sheet “%(sheet)s” goes on below row %(row)s. Delete the rows below the form.")
        raise Refused(words % {"sheet": sheet.title, "row": f"{LAST_ROW:,}"})


def _filled(rows, first_row: int, first_column: int) -> Iterator[tuple[tuple[int, int], object]]:
    for number, row in enumerate(rows, first_row):
        for column, cell in enumerate(row, first_column):
            if cell.value is not None and cell.value != "":
                yield (number, column), cell.value


def _rows(sheet) -> Iterator[tuple[int, tuple]]:
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS), 1)


def _side_by_side(values, formulas) -> Iterator[tuple[int, int, object, str]]:
    number, row = values
    for column, (cell, other) in enumerate(zip(row, formulas[1], strict=False), 1):
        kind = "f" if other.data_type == "f" else cell.data_type
        yield number, column, cell.value, "e" if cell.data_type == "e" else kind


def _labels(saved: Draft, layout: Layout) -> dict[str, dict[tuple[int, int], str]]:
    """Return sheet → (row, column) → the label that stands there, in the language of the workbook."""
    named = enumerate(layout.names, FIRST_FIELD)
    texts = {(row, LABEL_COLUMN): str(saved.text[name].label) for row, name in named}
    found = {layout.sheet: texts}
    for table in layout.tables:
        empty = saved.tables[table.prefix][1].empty_form
        heads = [*(str(empty[name].label) for name in table.columns), *table.kept]
        found[table.sheet] = {(HEADINGS, n): head for n, head in enumerate(heads, 1)}
    return found


def _address(row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"


def _read_text(sheets, saved: Draft, layout: Layout, labels, found: Reading) -> None:
    there = _checked(sheets, layout.sheet, labels, found)
    if there is None:
        return
    for row, name in enumerate(layout.names, FIRST_FIELD):
        bound, place = saved.text[name], (layout.sheet, _address(row, VALUE_COLUMN))
        found.put(bound.html_name, place, bound, there.pop((row, VALUE_COLUMN), None), bound)
    last = FIRST_FIELD + len(layout.names) - 1
    beside = {at for at in there if at[0] <= last and at[1] != VALUE_COLUMN}
    _name_strays(layout.sheet, there.keys() - beside, found)


def _checked(sheets, name: str, labels, found: Reading) -> dict | None:
    """Return the cells of a sheet whose labels still stand where they stood."""
    if name not in sheets:
        why = _("This sheet is missing. Take the workbook anew.")
        found.faults.append(Fault(name, "", why))
        return None
    there = dict(sheets[name])
    for at, label in labels[name].items():
        if str(there.pop(at, "")).strip() != label.strip():
            why = _(
                "“%(label)s” should stand here. Rows, columns and labels stay where they are; take the workbook anew."
            )
            found.faults.append(Fault(name, _address(*at), why % {"label": label}))
    return there


def _name_strays(sheet: str, strays, found: Reading) -> None:
    for at in sorted(strays):
        why = _("Nothing is read from this cell. Write it into a yellow cell, or empty this one.")
        found.faults.append(Fault(sheet, _address(*at), why))


def _read_table(sheets, table: Table, labels, found: Reading, before: list, blank) -> None:
    """Take the rows of a table.

    :param before: the forms of its rows as they are saved, and ``blank`` one of a new row.
    """
    there, kept = _checked(sheets, table.sheet, labels, found) or {}, 0
    for number in range(table.rows):
        row = table.first_row + number
        said = {name: there.pop((row, n), None) for n, name in enumerate(table.all_columns, 1)}
        if any(value is not None and str(value).strip() for value in said.values()):
            saved = before[number] if number < len(before) else None
            for name, value in said.items():
                place = (table.sheet, f"{table.letter(name)}{row}")
                field = f"{table.prefix}-{kept}-{name}"
                was = saved[name] if saved is not None else None
                found.put(field, place, blank[name], value, was)
            kept += 1
    found.data |= _management(table.prefix, kept)
    _name_strays(table.sheet, {at for at in there if at[0] > HEADINGS}, found)


def _management(prefix: str, rows: int) -> dict[str, str]:
    counts = {"TOTAL_FORMS": rows, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return {f"{prefix}-{name}": str(number) for name, number in counts.items()}


def faults_of(draft: Draft, found: Reading) -> list[Fault]:
    """Return the faults of the cells, and what the page's own forms refuse, by cell.

    :param draft: made with ``found.data``.
    """
    faults, faulty = list(found.faults), {(f.sheet, f.cell) for f in found.faults}
    layout = layout_of(draft)
    faults += _refused(draft.text, layout.sheet, found, faulty)
    for table in layout.tables:
        formset = draft.tables[table.prefix][1]
        for form in formset.forms:
            faults += _refused(form, table.sheet, found, faulty)
        faults += [Fault(table.sheet, "", why) for why in formset.non_form_errors()]
    order = [layout.sheet, *(table.sheet for table in layout.tables)]
    return sorted(faults, key=lambda one: _order(one, order))


def _refused(form: forms.BaseForm, sheet: str, found: Reading, faulty: set) -> Iterator[Fault]:
    for name, errors in form.errors.items():
        place = found.places.get(form.add_prefix(name), (sheet, ""))
        if place not in faulty:
            yield Fault(*place, " ".join(str(error) for error in errors))


def _order(fault: Fault, sheets: list[str]) -> tuple:
    letters = fault.cell.rstrip("0123456789")
    row = int(fault.cell[len(letters) :] or 0)
    at = sheets.index(fault.sheet) if fault.sheet in sheets else len(sheets)
    return at, row, len(letters), letters
