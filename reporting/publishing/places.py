"""The places of a content: every value under its path, and what a place is called."""

from collections.abc import Iterator

from django.core.exceptions import FieldDoesNotExist
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guideline.models import Status, fiscal_year_name
from reporting.models import CollaborationReport

Path = tuple[str, ...]
#: By what a row of a table is told apart.
_KEYS = ("entry_key", "number", "course", "code", "id", "label", "name")


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


def in_words(path: Path, value: object) -> object:
    """Return a value as a person reads it: a status by its name."""
    if path[-1] == "status" and value in Status.values:
        return str(Status(value).label)
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
