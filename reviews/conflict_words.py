"""What a ground says in plain words, and the name behind it while a person has to judge it."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Membership, Officer
from casework.flow import Text
from casework.models import Remark

from .conflict_grounds import Code
from .models import PossibleConflict

WORDS: dict[str, Text] = {
    Code.OFFICER: _("The name of an officer reads like the member's."),
    Code.PLEDGE: _("The name under the group's pledge reads like the member's."),
    Code.WRITER: _("The name of somebody who writes for the group reads like the member's."),
    Code.MEMBER: _("The member's own log-in belongs to the group."),
    Code.INVITED: _("The group invited the member's e-mail address to join it."),
    Code.ADDRESS: _("The group is reached at the member's e-mail address."),
    Code.DEPARTMENT: _("The member works for the department in charge, or did so since the call opened."),
}  # fmt: skip

#: Ground → the rows in which somebody's name, or the department's, stands.
NAMED = {
    Code.OFFICER: Officer.objects,
    Code.PLEDGE: Remark.objects,
    Code.WRITER: Membership.objects.select_related("user"),
    Code.DEPARTMENT: Department.objects,
}

#: Grounds whose names are personal data of a group: who reads them is written down.
PERSONAL = {Code.OFFICER, Code.PLEDGE, Code.WRITER}


def reasons(possible: PossibleConflict) -> list[Text]:
    """Return the grounds in words, without anybody's name, each once."""
    return [WORDS[code] for code in dict.fromkeys(code for code, _row in possible.grounds)]


def with_names(rows: Iterable[PossibleConflict]) -> list[tuple[PossibleConflict, list]]:
    """Return each row with (words, name) of its grounds; the name is empty where it is gone."""
    listed = list(rows)
    names = _names(listed)
    return [
        (row, [(WORDS[code], names.get((code, key), "")) for code, key in row.grounds])
        for row in listed
    ]


def _names(rows: list[PossibleConflict]) -> dict[tuple[str, int], str]:
    wanted = defaultdict(set)
    for row in rows:
        for code, key in row.grounds:
            wanted[code].add(key)
    return {
        (code, key): _name(found)
        for code, objects in NAMED.items()
        for key, found in objects.in_bulk(wanted[code]).items()
    }


def _name(found: Officer | Remark | Membership | Department) -> str:
    if isinstance(found, Officer) and found.name_kana:
        return f"{found}（{found.name_kana}）"
    return str(found.user) if isinstance(found, Membership) else str(found)


def names_people(possible: PossibleConflict) -> bool:
    """Return whether the name of somebody of the group is shown with this row."""
    return any(code in PERSONAL for code, _row in possible.grounds)
