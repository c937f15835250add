"""Decisions that were written into a file, for the command; nothing half-read is taken.

    {"calls": [{"of": 12, "first_day": "2027-05-10", "last_day": "2027-06-10", "name": ""}],
     "continue": {"years": ["C-2026-001-2"], "decided_on": "2027-03-20", "document": "…"},
     "clerks": [{"from": "a@city", "to": "b@city"}],
     "departments": [{"from": "…課", "to": "…課"}]}

``of`` is the number of a round as a dry run prints it. Every part may be left out.
"""

import json
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Department, User
from grants.models import ProjectYear, Round

from .plan import Call, Decisions

PARTS = {"calls", "continue", "clerks", "departments"}


class Unreadable(ValueError):
    """A file of decisions that cannot be taken; the message names the place."""


def read(text: str, fiscal_year: int) -> Decisions:
    """Return what the file says.

    :raises Unreadable: naming what is wrong with it; names that nobody bears are wrong, too.
    """
    try:
        told = json.loads(text)
    except ValueError as fault:
        raise Unreadable(_("The file is no JSON: %(fault)s") % {"fault": fault}) from None
    if not isinstance(told, dict) or not set(told) <= PARTS:
        words = _("The file may say: %(parts)s.")
        raise Unreadable(words % {"parts": ", ".join(sorted(PARTS))})
    continued = _table(told, "continue", {"years", "decided_on", "document"})
    return Decisions(
        calls=dict(_call(row, fiscal_year) for row in _rows(told, "calls")),
        continued=frozenset(_year(number, fiscal_year) for number in continued.get("years", ())),
        decided_on=_day(continued, "decided_on") if continued else None,
        document=str(continued.get("document", "")),
        clerks=tuple(
            _pair(row, User.objects.all(), "email__iexact") for row in _rows(told, "clerks")
        ),
        departments=tuple(
            _pair(row, Department.objects.all(), "name") for row in _rows(told, "departments")
        ),
    )


def _rows(told: dict, part: str) -> list[dict]:
    rows = told.get(part, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(_("“%(part)s” is a list.") % {"part": part})
    return rows


def _table(told: dict, part: str, names: set[str]) -> dict:
    table = told.get(part, {})
    if not isinstance(table, dict) or not set(table) <= names:
        raise Unreadable(
            _("“%(part)s” may say: %(names)s.") % {"part": part, "names": ", ".join(sorted(names))}
        )
    return table


def _call(row: dict, fiscal_year: int) -> tuple[int, Call]:
    of = row.get("of")
    of_last_year = Round.objects.filter(fiscal_year=fiscal_year - 1)
    if not isinstance(of, int) or not of_last_year.filter(pk=of).exists():
        raise Unreadable(_("There is no round %(round)s in the year before.") % {"round": of})
    call = Call(_day(row, "first_day"), _day(row, "last_day"), str(row.get("name", "")))
    return of, call


def _day(row: dict, name: str) -> date:
    try:
        return date.fromisoformat(row[name])
    except (KeyError, TypeError, ValueError):
        raise Unreadable(_("“%(name)s” is a day such as 2027-04-01.") % {"name": name}) from None


def _year(number: object, fiscal_year: int) -> int:
    rows = ProjectYear.objects.filter(number=str(number), fiscal_year=fiscal_year)
    return _only(rows, number)


def _pair(row: dict, rows: QuerySet, by: str) -> tuple[int, int]:
    def found(side: str) -> int:
        return _only(rows.filter(**{by: row.get(side, "")}), row.get(side))

    return found("from"), found("to")


def _only(rows: QuerySet, name: object) -> int:
    found = list(rows.values_list("pk", flat=True)[:2])
    if len(found) != 1:
        words = _("“%(name)s” is not there.") if not found else _("“%(name)s” is not unique.")
        raise Unreadable(words % {"name": name})
    return found[0]
