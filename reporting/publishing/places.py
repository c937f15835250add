"""The places of a content: every value under its path, and what a place is called."""

from collections.abc import Iterator

from django.core.exceptions import FieldDoesNotExist
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.templatetags.components import yen_in_words
from grants.models.picture import Described
from guideline.models import Status, fiscal_year_name
from reporting.models import CollaborationReport
from reporting.models.collaboration import Form

Path = tuple[str, ...]
#: By what a row of a table is told apart.
_KEYS = ("entry_key", "number", "course", "id", "label", "code", "name", "partner")


def values(content: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield path and value of every leaf; a row of a table bears its own key, not its place."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from values(value, (*path, str(name)))
    elif isinstance(content, list):
        seen: set[str] = set()
        for place, value in enumerate(content):
            key = _key(value) or str(place + 1)
            key = f"{key}#{place + 1}" if key in seen else key
            seen.add(key)
            yield from values(value, (*path, key))
    else:
        yield path, content


def _key(row: object) -> str:
    if not isinstance(row, dict):
        return ""
    return next((str(row[name]) for name in _KEYS if row.get(name) not in (None, "")), "")


def strings(content: object) -> Iterator[tuple[Path, str]]:
    """Yield path and text of every leaf that holds words."""
    for path, value in values(content):
        if isinstance(value, str) and value.strip():
            yield path, value


def label_of(path: Path) -> str:
    """Return what a place is called: fields of a report as on its form, rows by their key."""
    within = zip(("", *path), path, strict=False)
    return ", ".join(_named(above, name) for above, name in within if name not in ("text", "rows"))


def _named(above: str, name: str) -> str:
    """Return what a part of a path is called, which numbers alone do not say."""
    if above in ("planned", "done"):
        return str(MONTHS[int(name)])
    return fiscal_year_name(int(name)) if above == "years" else _word(name)


#: Names of values that are codes → what each code is called.
_CODES = {
    "status": dict(Status.choices),
    "form": dict(Form.choices),
    "consent": dict(Described.Consent.choices),
}


def is_code(path: Path) -> bool:
    """Return whether a value is a code or an amount, so that it changes as a whole."""
    return path[-1] in _CODES or path[-1].endswith("_yen")


def in_words(path: Path, value: object) -> object:
    """Return a value as a person reads it: a code by its name, yen as yen."""
    name = path[-1]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_yen") and isinstance(value, int):
        return yen_in_words(value)
    if value and name in _CODES:
        return str(_CODES[name].get(value, value))
    return value


def _word(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]()
    try:
        field = CollaborationReport._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))  # rows that point to a report have none


_WORDS = {
    "told_by": lambda: _("Source"),
    "source": lambda: _("Source"),
    "level": lambda: pgettext("cell", "What it rests on"),
    "partner_department": lambda: _("Department"),
    "partner_department_en": lambda: pgettext("cell", "Department in English"),
    "department_en": lambda: pgettext("cell", "Department in English"),
    "became_ja": lambda: pgettext("cell", "How it ended"),
    "became_en": lambda: pgettext("cell", "How it ended"),
    "courses": lambda: pgettext("cell", "Names of the courses"),
    "columns": lambda: _("Columns and what they mean"),
    "source_rows": lambda: _("Rows that it adds up"),
    "tabled_on": lambda: pgettext("cell", "Day on which the committee received it"),
    "label": lambda: _("Name"),
    "name": lambda: _("Name"),
    "value": lambda: _("Value"),
    "unit": lambda: _("Unit"),
    "share_yen": lambda: pgettext("cell", "Share of the cost"),
    "parts": lambda: pgettext("cell", "Answers to the form"),
    "answers": lambda: pgettext("cell", "Answers"),
    "words": lambda: pgettext("cell", "Answer"),
    "partner": lambda: _("Partner"),
    "told_on": lambda: _("Day on which the partner said it"),
    "score": lambda: pgettext("cell", "Score"),
    "scale": lambda: pgettext("cell", "What the scores mean"),
    "consent": lambda: pgettext("cell", "Consent"),
    "digest": lambda: pgettext("cell", "The picture itself"),
    "media_type": lambda: pgettext("cell", "The picture itself"),
    "width": lambda: pgettext("cell", "Width of the picture"),
    "height": lambda: pgettext("cell", "Height of the picture"),
    "title_en": lambda: _("Name in English"),
    "edition": lambda: _("Edition"),
    "edition_title": lambda: _("Edition"),
    "edition_title_en": lambda: pgettext("cell", "Edition in English"),
    "day": lambda: _("Day of the progress table"),
    "next_class": lambda: pgettext("cell", "Class in the next edition"),
    "as_printed": lambda: pgettext("cell", "As printed"),
    "measures": lambda: _("Measures"),
    "partners": lambda: _("Partners"),
    "photos": lambda: _("Photos"),
    "alt": lambda: _("What the picture shows"),
    "caption": lambda: _("Caption"),
    "figures": lambda: _("Results in figures"),
    "views": lambda: _("What the partners say"),
    "committee": lambda: _("Comments of the committee"),
    "how": lambda: _("How"),
    "group": lambda: _("Group"),
    "project": lambda: _("Project"),
    "result": lambda: _("Result"),
    "reason": lambda: _("Reason"),
    "status": lambda: _("Status"),
    "printed": lambda: _("Summary as printed"),
    "claims": lambda: _("Class for the next edition, as claimed"),
    "granted_yen": lambda: _("Granted amount"),
    "confirmed_yen": lambda: _("Confirmed amount"),
    "projects": lambda: _("Adopted projects"),
    "files": lambda: _("Open data"),
    "years": lambda: _("Plan and result by fiscal year"),
    "target": lambda: pgettext("measure", "Target"),
    "plan": lambda: _("Plan"),
    "planned": lambda: _("Planned months"),
    "done": lambda: _("Months in which it was done"),
    "next_plan": lambda: _("Plan for next year"),
}
