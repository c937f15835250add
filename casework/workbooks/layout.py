"""Where each field of a form stands in its workbook: derived from the form, never stored."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from openpyxl.utils import get_column_letter

from casework.drafts import Draft
from casework.history import digest_of

#: Row of the first field on the sheet of the text, and of the headings on the sheet of a table.
FIRST_FIELD, HEADINGS = 4, 4
LABEL_COLUMN, VALUE_COLUMN, HELP_COLUMN = 1, 2, 3
#: The most rows that a table offers in a workbook.
MOST_ROWS = 200

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Table:
    """One formset on a sheet of its own; each field is a column, from A.

    :param kept: fields that the page hides, such as which line a row is: hidden columns at the end.
    """

    prefix: str
    sheet: str
    columns: tuple[str, ...]
    kept: tuple[str, ...]
    rows: int

    @property
    def all_columns(self) -> tuple[str, ...]:
        return self.columns + self.kept

    @property
    def first_row(self) -> int:
        return HEADINGS + 1

    def letter(self, name: str) -> str:
        return get_column_letter(self.all_columns.index(name) + 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheets of a form, in the language that was active when it was made.

    :param names: of the fields of the text, one a row.
    """

    sheet: str
    names: tuple[str, ...]
    tables: tuple[Table, ...]

    def cell_of(self, name: str) -> str:
        return f"{get_column_letter(VALUE_COLUMN)}{FIRST_FIELD + self.names.index(name)}"

    @property
    def digest(self) -> str:
        """What tells workbooks of an older form apart; the language does not matter."""
        tables = [[table.prefix, *table.all_columns, str(table.rows)] for table in self.tables]
        return digest_of([list(self.names), tables])


def layout_of(draft: Draft) -> Layout:
    """Return where the fields of ``draft`` stand."""
    sheet = _sheet_name(str(draft.case.machine.label), [])
    names = tuple(bound.name for bound in written(draft.text))
    tables: list[Table] = []
    for prefix, (label, formset) in draft.tables.items():
        empty = formset.empty_form
        columns = tuple(bound.name for bound in written(empty))
        kept = tuple(bound.name for bound in empty.hidden_fields())
        taken = [sheet, *(table.sheet for table in tables)]
        rows = min(formset.max_num, MOST_ROWS)
        tables.append(Table(prefix, _sheet_name(str(label), taken), columns, kept, rows))
    return Layout(sheet, names, tuple(tables))


def written(form: forms.BaseForm) -> Iterator[BoundField]:
    """Yield the fields that a workbook can hold: no files, and no mark that removes a row."""
    for bound in form.visible_fields():
        if bound.name != "DELETE" and not isinstance(bound.field, forms.FileField):
            yield bound


def _sheet_name(label: str, taken: list[str]) -> str:
    base = _NOT_IN_A_NAME.sub(" ", label).strip()[:26] or "-"
    name, number = base, 1
    while name.lower() in (other.lower() for other in taken):
        number += 1
        name = f"{base} ({number})"
    return name
