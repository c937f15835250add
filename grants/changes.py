"""What changed from one version of a proposal or a project year to the next, in words."""

from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.notice_words import in_words

LABELS: dict[str, Text] = {
    "title": _("Name of the project"),
    "purpose": _("Purpose"),
    "content": _("What is done"),
    "schedule": _("Schedule"),
    "starts_on": _("First day of the project"),
    "ends_on": _("Last day of the project"),
    "effect": _("Effect"),
    "years": _("Years"),
    "requested_yen": _("Asked of the city (yen)"),
    "budget": _("Budget"),
    "measures": _("Measures"),
    "files": _("Files"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs: its lines as ``(mark, text)``; the mark is " ", "-" or "+"."""

    label: Text
    lines: list[tuple[str, str]] = field(default_factory=list)


def changes(before: dict, after: dict) -> list[Change]:
    """Return where two versions differ, part by part, in the order people read them."""
    return [
        Change(label, _compare(lines_of(name, before), lines_of(name, after)))
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    ]


def lines_of(name: str, content: dict) -> list[str]:
    """Return one part of a version as lines of text."""
    value = content.get(name)
    if name == "budget":
        return [_line(row) for row in value or []]
    if name == "measures":
        return [f"{row['number']}. {row['title']}: {row['how']}" for row in value or []]
    if name == "files":
        return [f"{row['name']} ({row['digest'][:12]})" for row in value or []]
    if name == "requested_yen":
        return [_in_yen(value or 0)]
    if name in ("starts_on", "ends_on"):
        return [in_words(date.fromisoformat(value))] if value else []
    return str(value or "").splitlines()


def _line(row: dict) -> str:
    sides = {"income": _("Income"), "expenditure": _("Expenditure")}
    mark = [_("asked of the city")] if row["from_city"] else []
    kind = row.get("category_label", "")
    parts = [
        sides[row["side"]],
        kind,
        row["label"],
        row["detail"],
        _in_yen(row["amount_yen"]),
        *mark,
    ]
    return " / ".join(str(part) for part in parts if part)


def _in_yen(amount: int) -> str:
    return _("{yen} yen").format(yen=f"{amount:,}")


def _compare(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [(" ", line) for line in before[a:b]]
        else:
            lines += [("-", line) for line in before[a:b]] + [("+", line) for line in after[c:d]]
    return lines
