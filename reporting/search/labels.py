"""What the values of a dimension are called, in the language of the page."""

from collections.abc import Collection

from accounts.models import Department
from guideline.measure_names import with_edition
from guideline.models import Measure, fiscal_year_name, in_language

from .sources import SOURCES


def labels(name: str, values: Collection, courses: dict[str, str]) -> dict:
    """Return value → its label, in the order in which they are listed.

    :param name: of a dimension of the search.
    :param courses: code → label.
    """
    return _LABELS[name](values, courses)


def _kinds(values, courses) -> dict[str, str]:
    return {kind: str(source.label) for kind, source in SOURCES.items() if kind in values}


def _years(values, courses) -> dict[int, str]:
    return {year: fiscal_year_name(year) for year in sorted(values, reverse=True)}


def _courses(values, courses) -> dict[str, str]:
    return {code: courses.get(code, code) for code in sorted(values)}


def _departments(values, courses) -> dict[int, str]:
    rows = Department.objects.filter(pk__in=values).order_by("name", "pk")
    return {row.pk: in_language(row.name, row.name_en) for row in rows}


def _measures(values, courses) -> dict[int, str]:
    rows = Measure.objects.filter(pk__in=values).by_edition()
    return {row.pk: with_edition(row) for row in rows}


_LABELS = {
    "kind": _kinds,
    "year": _years,
    "course": _courses,
    "department": _departments,
    "measure": _measures,
}
