"""What the rows of the figures are called on a page."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from guideline.models import Classification, Edition, Measure, fiscal_year_name

from .table import UNSHARED, Table


def labels(table: Table) -> dict[str, str]:
    """Return row → what it is called in the language of the page."""
    names = [name for name, _numbers in table.rows]
    return NAMED[table.code](names)


def _program(rows: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(rows, _("This program"))


def _years(rows: Iterable[str]) -> dict[str, str]:
    return {row: fiscal_year_name(int(row)) for row in rows}


def _classes(rows: Iterable[str]) -> dict[str, str]:
    editions = {edition.code: edition.name for edition in Edition.objects.all()}
    pairs = {row: row.rsplit("/", 1) for row in rows}
    return {
        row: f"{editions.get(code, code)} {Classification(name).label}"
        for row, (code, name) in pairs.items()
    }


def _measures(rows: Iterable[str]) -> dict[str, str]:
    found = Measure.objects.select_related("edition")
    known = {f"{m.edition.code}/{m.number}": f"{m.edition.name} {m.number} {m.name}" for m in found}
    known[UNSHARED] = _("Shared to no measure: not confirmed yet, or advancing none")
    return {row: known.get(row, row) for row in rows}


def _departments(rows: Iterable[str]) -> dict[str, str]:
    pairs = {row: row.split("/", 1) for row in rows}
    return {row: f"{fiscal_year_name(int(year))} {name}" for row, (year, name) in pairs.items()}


NAMED: dict[str, Callable[[Iterable[str]], dict[str, str]]] = {
    "register": _program,
    "amounts": _years,
    "progress": _classes,
    "measures": _measures,
    "reports": _departments,
    "fund": _years,
}
