"""The tables that the page of a release shows, as the difference tells them: their rows and columns by name."""

from collections.abc import Iterator

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from casework.flow import Text
from casework.templatetags.components import yen_in_words
from guideline.models import Classification, Status, fiscal_year_name
from guideline.models.sources import Level
from reporting import open_data

from . import agreement, row_names
from .cell_words import COLUMNS, Courses, course_name, value_in_words
from .changed_rows import Row, Table
from .page_rows import AWARDS, ON_PAGE
from .places import values

#: Parts of a content that are tables. What else it holds is told place by place.
TABLES = ("rows", "years", "printed", "claims")
_AWARDS = {column.name: column for column in open_data.DATASETS[AWARDS].columns}
_ENDED, _DEPARTMENT_EN = "became", "department_en"

_SOURCED: dict[str, Text] = {
    "source": gettext_lazy("Source"),
    "level": pgettext_lazy("cell", "What it rests on"),
}
_FIGURES: dict[str, Text] = {
    "course": gettext_lazy("Course"),
    **agreement.COLUMNS,
    "here": pgettext_lazy("cell", "Projects that this system carries"),
}
_OF_MEASURE: dict[str, Text] = {
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Name"),
    "title_en": gettext_lazy("Name in English"),
    "section": gettext_lazy("Section"),
    "section_en": pgettext_lazy("cell", "Section in English"),
    **{name: COLUMNS[name] for name in ("class", "status", "result", "next_class", "reason")},
    "target": pgettext_lazy("measure", "Target"),
    "plan": gettext_lazy("Plan"),
    "planned": gettext_lazy("Planned months"),
    "done": gettext_lazy("Months in which it was done"),
    "next_plan": gettext_lazy("Plan for next year"),
    "figures": gettext_lazy("Results in figures"),
    "fiscal_year": gettext_lazy("Fiscal year"),
    **_SOURCED,
}
_PRINTED: dict[str, Text] = {
    "name": gettext_lazy("Class"),
    "count": pgettext_lazy("cell", "How many, as printed"),
    "denominator": pgettext_lazy("cell", "Of how many, as printed"),
    **_SOURCED,
}
_CLAIMS: dict[str, Text] = {
    "number": gettext_lazy("Number"),
    "subject": pgettext_lazy("cell", "What it is about"),
    "edition": gettext_lazy("Edition"),
    "place": pgettext_lazy("cell", "Where in the document"),
    "as_printed": pgettext_lazy("cell", "As printed"),
    "value": gettext_lazy("Value"),
    **_SOURCED,
}
_LEVELS = dict(Level.choices)


def tables(before: dict, after: dict) -> Iterator[tuple[Table, list[Row], list[Row]]]:
    """Yield each table of two contents with its rows before and after."""
    courses = after.get("courses") or before.get("courses") or {}
    both = before.get("rows") or [], after.get("rows") or []
    shown = next((row for rows in both for row in rows), {})
    if "entry_key" in shown:
        yield _register(courses), *([_of_register(row) for row in rows] for rows in both)
    elif "course" in shown:
        yield _figures(courses), *both
    else:
        yield _measures(""), *both
    was, will_be = before.get("years") or {}, after.get("years") or {}
    for year in sorted({*was, *will_be}, reverse=True):
        rows = ([_of_year(row) for row in years.get(year, [])] for years in (was, will_be))
        yield _measures(fiscal_year_name(int(year))), *rows
    for name, table in (("printed", _printed()), ("claims", _claims())):
        yield table, before.get(name) or [], after.get(name) or []


def _register(courses: Courses) -> Table:
    def said(name: str, value: object) -> tuple[str, object]:
        if name == _DEPARTMENT_EN:
            return str(pgettext_lazy("cell", "Department in English")), value
        if name == _ENDED:
            return str(COLUMNS[name]), value
        column = _AWARDS[name]
        label = str(COLUMNS.get(name, column.meaning))
        return label, value_in_words(AWARDS, column, value, courses)

    written = frozenset(
        name for name, column in _AWARDS.items() if column.kind == open_data.Kind.TEXT
    )
    columns = (*ON_PAGE.values(), _DEPARTMENT_EN)
    return Table("", ("id",), columns, lambda row: row_names.called(AWARDS, row), said, written)


def _of_register(row: Row) -> Row:
    """Return a row of the page under the columns of the file; how it ended in both languages."""
    told = {column: row.get(name) for name, column in ON_PAGE.items()}
    words = " / ".join(str(row[name]) for name in ("became_ja", "became_en") if row.get(name))
    return told | {_ENDED: words or told[_ENDED], _DEPARTMENT_EN: row.get("partner_department_en")}


def _figures(courses: Courses) -> Table:
    def said(name: str, value: object) -> tuple[str, object]:
        if name == "course":
            value = course_name(str(value), courses)
        elif name.endswith("_yen") and isinstance(value, int):
            value = yen_in_words(value)
        return str(_FIGURES[name]), value

    def named(row: Row) -> str:
        return course_name(str(row["course"]), courses)

    return Table("", ("course",), tuple(_FIGURES), named, said)


def _measures(label: Text) -> Table:
    codes = {
        "status": dict(Status.choices), "class": dict(Classification.choices), "level": _LEVELS,
    }  # fmt: skip

    def said(name: str, value: object) -> tuple[str, object]:
        words = codes.get(name, {}).get(str(value), value)
        return str(_OF_MEASURE[name]), str(words) if name in codes and value else value

    written = frozenset(_OF_MEASURE) - {"number", "fiscal_year", *codes}
    return Table(label, ("number",), tuple(_OF_MEASURE), row_names.measure, said, written)


def _of_year(row: Row) -> Row:
    """Return a row of a year with its months and figures as one text each."""
    months = {
        name: _(", ").join(
            f"{MONTHS[int(month)]} {words}" for month, words in (row.get(name) or {}).items()
        )
        for name in ("planned", "done")
    }
    leaves = (value for _path, value in values(row.get("figures") or []))
    figures = " ".join(str(value) for value in leaves if _is_told(value))
    return {**row, **months, "figures": figures}


def _is_told(value: object) -> bool:
    """Return whether a value says something; a figure of 0 does."""
    return value is not None and value is not False and value != ""


def _printed() -> Table:
    def named(row: Row) -> str:
        of_class, _blank, status = str(row["name"]).rpartition(" ")
        words = dict(Classification.choices).get(of_class, of_class), dict(Status.choices).get(status, status)  # fmt: skip
        return " ".join(str(one) for one in words)

    def said(name: str, value: object) -> tuple[str, object]:
        return str(_PRINTED[name]), _level_in_words(name, value)

    columns = ("count", "denominator", *_SOURCED)
    label = gettext_lazy("Summary as printed")
    return Table(label, ("name",), columns, named, said, frozenset({"source"}))


def _claims() -> Table:
    def said(name: str, value: object) -> tuple[str, object]:
        return str(_CLAIMS[name]), _level_in_words(name, value)

    label = gettext_lazy("Class for the next edition, as claimed")
    return Table(label, (), tuple(_CLAIMS), lambda row: "", said)


def _level_in_words(name: str, value: object) -> object:
    return str(_LEVELS.get(str(value), value)) if name == "level" and value else value
