"""What a person reads of a cell of a published table: what its column is called, and its value."""

from collections.abc import Mapping

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from casework.flow import Text
from casework.templatetags.components import yen_in_words
from guideline.models import Classification, Crosswalk, Status, fiscal_year_name
from reporting import open_data
from reporting.register import YEAR_UNKNOWN, became_label

#: Short names of columns that the dictionary explains at length.
COLUMNS: dict[str, Text] = {
    "adopted_fiscal_year": gettext_lazy("Adopted in fiscal year"),
    "adopted_projects": gettext_lazy("Adopted projects"),
    "asked_yen": pgettext_lazy("cell", "Amount asked for"),
    "became": pgettext_lazy("cell", "How it ended"),
    "budget_yen": pgettext_lazy("cell", "Budget"),
    "class": gettext_lazy("Class"),
    "confirmed_yen": gettext_lazy("Confirmed amount"),
    "counted_projects": pgettext_lazy("cell", "Projects that count"),
    "course": gettext_lazy("Course"),
    "department": gettext_lazy("Department"),
    "edition": gettext_lazy("Edition"),
    "fictitious": gettext_lazy("Fictitious"),
    "fiscal_year": gettext_lazy("Fiscal year"),
    "granted_yen": gettext_lazy("Granted amount"),
    "group_name": gettext_lazy("Group"),
    "id": gettext_lazy("Number"),
    "kind": pgettext_lazy("cell", "What becomes of it"),
    "next_class": pgettext_lazy("cell", "Class in the next edition"),
    "number": gettext_lazy("Number"),
    "paid_yen": pgettext_lazy("cell", "Amount paid"),
    "project_id": gettext_lazy("Project"),
    "project_title": gettext_lazy("Project"),
    "project_year": pgettext_lazy("cell", "Which year of the project"),
    "projects": pgettext_lazy("cell", "Projects in the row"),
    "published_reports": pgettext_lazy("cell", "Published reports"),
    "reason": gettext_lazy("Reason"),
    "result": gettext_lazy("Result"),
    "settled_yen": pgettext_lazy("cell", "Amount in the end"),
    "source": gettext_lazy("Source"),
    "status": gettext_lazy("Status"),
    "weight_percent": pgettext_lazy("cell", "Share (percent)"),
}

_AWARDS = {
    "adopted": gettext_lazy("Adopted"),
    "ended_after_adoption": gettext_lazy("Ended after its adoption"),
}
_AMOUNTS = {
    "planned": pgettext_lazy("cell", "Not decided yet"),
    "granted": pgettext_lazy("cell", "Granted"),
    "confirmed": pgettext_lazy("cell", "Amount confirmed"),
    "settled": pgettext_lazy("cell", "Settled"),
    "ended": pgettext_lazy("cell", "Ended without a grant"),
}
_LEFT_OUT = {
    "not_decided": pgettext_lazy("cell", "Not decided yet"),
    "day_unknown": pgettext_lazy("cell", "Day not known"),
    "amount_and_day_unknown": pgettext_lazy("cell", "Amount and day not known"),
}
_STATUSES = dict(Status.choices)
#: Table and column → code → words.
_CODES: dict[tuple[str, str], Mapping[str, Text]] = {
    ("awards", "status"): _AWARDS,
    ("amounts", "status"): _AMOUNTS,
    ("left-out", "reason"): _LEFT_OUT,
    ("crosswalk", "kind"): dict(Crosswalk.Kind.choices),
    **{(table, "status"): _STATUSES for table in ("measures", "progress", "printed-counts")},
    **{
        (table, "class"): dict(Classification.choices)
        for table in ("measures", "progress", "printed-counts")
    },
}

Courses = Mapping[str, list[str]]


def column_label(column: open_data.Column) -> str:
    """Return what a column is called: shortly, where there is a short name."""
    return str(COLUMNS.get(column.name, column.meaning))


def value_in_words(table: str, column: open_data.Column, value: object, courses: Courses) -> object:
    """Return a value as a person reads it; words, and what nobody knows, as they are.

    :param courses: code → names, Japanese and English.
    """
    if value in (None, ""):
        return None
    if column.name == "course":
        return course_name(str(value), courses)
    if column.name == "became":
        return _became(str(value))
    if column.kind == open_data.Kind.YES_NO:
        return _("yes") if value else _("no")
    if column.kind == open_data.Kind.YEAR:
        return None if value == YEAR_UNKNOWN else fiscal_year_name(int(str(value)))
    if column.kind == open_data.Kind.YEN:
        return yen_in_words(int(str(value)))
    said = _CODES.get((table, column.name), {}).get(str(value))
    return value if said is None else str(said)


def course_name(code: str, courses: Courses) -> str:
    """Return the name of a course in the language of the reader; its code, where nobody gave one."""
    names = courses.get(code)
    if not names:
        return code
    return names[0 if get_language() == "ja" else 1]


def _became(code: str) -> str:
    try:
        return became_label(code)
    except KeyError:  # of a machine as it once was
        return code
