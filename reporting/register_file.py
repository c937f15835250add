"""Reading a register from a file of open data (``awards.csv``, ``awards.json``): all of it, or its faults.

Pure: no database. Columns are found by their names, so that a file of another version of the
program is read as long as it has those that a register carries; others are let be.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.numbers_named import YEARS
from casework.column_limits import UNSTORABLE, longest, most
from casework.faulty_files import Faulty
from casework.tables import as_written
from grants.models import PastAward
from grants.models.awards import SUMMARY
from reporting.open_data import DATASETS, Kind
from reporting.register import ENDED_AFTER, LISTED, YEAR_UNKNOWN, counted

#: Column of the file → where a row keeps it.
CARRIED = {
    "id": "key",
    "course": "course",
    "adopted_fiscal_year": "adoption_fiscal_year",
    "first_project_fiscal_year": "implementation_fiscal_year",
    "group_name": "group_name",
    "project_title": "project_title",
    "department": "department",
    "granted_yen": "amount_yen",
    "confirmed_yen": "confirmed_amount_yen",
    "status": "status",
    "projects": "count",
    "fictitious": "fictitious",
    "source": "source",
    "became": "ended_as",
}
#: Told in the file, reckoned anew here.
RECKONED = "counted_projects"
NEEDED = (*CARRIED, RECKONED)
KINDS = {column.name: column.kind for column in DATASETS["awards"].columns}
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
#: How many digits of a number are read, and how much of a cell a fault repeats.
DIGITS, SHOWN = 18, 60
NUMBERS = (Kind.WHOLE, Kind.YEN, Kind.YEAR)
#: What an ended project tells no more.
WORDS = ("group_name", "project_title", "department")
YEN = ("amount_yen", "confirmed_amount_yen")

Cells = dict[str, object]


@dataclass(frozen=True, slots=True)
class Unread:
    """A number of a JSON file that is none here: NaN, Infinity, or more digits than any column takes."""

    spelled: str

    def __str__(self) -> str:
        return self.spelled


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of a file; the header is line 1, and 0 is the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register, by the names under which a row keeps it."""

    line: int
    values: dict[str, object]


def entries_in(content: bytes) -> list[Entry]:
    """Return the rows of a register.

    :raises Faulty: naming every fault with its line.
    """
    lines = _lines(content)
    faults: list[Fault] = []
    entries = [Entry(line, _values(line, cells, faults)) for line, cells in lines]
    faults += _twice(entries)
    if not faults:
        faults += _miscounted(lines, entries)
    if faults:
        raise Faulty(faults)
    return entries


def _lines(content: bytes) -> list[tuple[int, Cells]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Faulty([Fault(0, _("this is no file of open data in UTF-8"))]) from None
    lines = _json_lines(text) if text.lstrip().startswith("[") else _csv_lines(text)
    if not lines:
        raise Faulty([Fault(0, _("there is no row in the file"))])
    return lines


def _json_lines(text: str) -> list[tuple[int, Cells]]:
    try:
        rows = json.loads(text, parse_int=_spelled, parse_constant=Unread)
    except json.JSONDecodeError as error:
        raise Faulty([Fault(error.lineno, _("the JSON is damaged or cut off here"))]) from None
    except RecursionError:
        words = _("lists stand in lists too deep: this is no file of open data")
        raise Faulty([Fault(0, words)]) from None
    # The file has a bracket on its first line and then one row a line.
    lines = list(enumerate(rows, start=2))
    faults = [
        Fault(line, _("the column “%(column)s” is missing") % {"column": name})
        for line, row in lines
        for name in NEEDED
        if not isinstance(row, dict) or name not in row
    ]
    if faults:
        raise Faulty(faults)
    return lines


def _spelled(digits: str) -> int | Unread:
    return int(digits) if len(digits) <= DIGITS else Unread(digits)


def _csv_lines(text: str) -> list[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        missing = [name for name in NEEDED if name not in header]
        if missing:
            raise Faulty(
                Fault(1, _("the column “%(column)s” is missing") % {"column": name})
                for name in missing
            )
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        words = _("the line cannot be read: a quotation mark has no end, or a cell is too long")
        raise Faulty([Fault(reader.line_num, words)]) from None
    wrong = [line for line, row in rows if len(row) != len(header)]
    if wrong:
        words = _("the number of cells is not that of the header")
        raise Faulty(Fault(line, words) for line in wrong)
    return [(line, dict(zip(header, map(as_written, row), strict=True))) for line, row in rows]


def _values(line: int, cells: Cells, faults: list[Fault]) -> dict[str, object]:
    values: dict[str, object] = {}
    for column, name in CARRIED.items():
        try:
            values[name] = _value(column, cells[column])
        except ValueError as error:
            faults.append(Fault(line, f"{column}: {error}"))
    if len(values) == len(CARRIED):
        faults += (Fault(line, words) for words in _contradictions(values))
        if values["count"] == 1 and not str(values["key"]).endswith(SUMMARY):
            values["count"] = None
    return values


def _value(column: str, cell: object) -> object:
    """Return what a cell says.

    :raises ValueError: in words, if it says nothing that its column can hold.
    """
    kept = (PastAward, CARRIED[column])
    found = _read(KINDS[column], cell)
    if isinstance(found, str) and (limit := longest(kept)) and len(found) > limit:
        raise ValueError(_("longer than %(most)d characters") % {"most": limit})
    if column in ("id", "course") and not SLUG.fullmatch(str(found)):
        raise ValueError(_("“%(value)s” is no code") % {"value": _shown(found)})
    if column == "status" and found not in LISTED:
        raise ValueError(
            _("“%(value)s” is not a status of the register") % {"value": _shown(found)}
        )
    if column == "projects" and found is None:
        raise ValueError(_("a number is missing"))
    if KINDS[column] == Kind.YEAR and found is not None and found not in YEARS:
        raise ValueError(_("“%(value)s” is no year") % {"value": found})
    if KINDS[column] in NUMBERS and found is not None and found > most(kept):
        raise ValueError(
            _("“%(value)s” is more than the %(most)d that the register takes")
            % {"value": found, "most": most(kept)}
        )
    return found


def _read(kind: Kind, cell: object) -> int | bool | str | None:
    if kind in NUMBERS:
        return _whole(cell)
    return _yes_or_no(cell) if kind == Kind.YES_NO else _words(cell)


def _whole(cell: object) -> int | None:
    if cell is None or cell == "":
        return None
    text = _text(cell)
    if isinstance(cell, bool) or not (text.isascii() and text.isdigit()) or len(text) > DIGITS:
        raise ValueError(_("“%(value)s” is no whole number") % {"value": _shown(cell)})
    return int(text)


def _yes_or_no(cell: object) -> bool:
    if cell in (True, "true"):
        return True
    if cell in (False, "false"):
        return False
    raise ValueError(_("“%(value)s” is neither true nor false") % {"value": _shown(cell)})


def _words(cell: object) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise ValueError(_("“%(value)s” is no text") % {"value": _shown(cell)})
    if UNSTORABLE.search(cell):
        raise ValueError(_("holds a sign that is no letter and cannot be kept"))
    return cell


def _text(cell: object) -> str:
    """Return what a cell holds as text; of lists, however deep they are, only that it is one."""
    return str(cell) if isinstance(cell, str | int | float | Unread | None) else "[…]"


def _shown(cell: object) -> str:
    """Return a cell as a fault repeats it: its beginning, and only what can be printed."""
    text = _text(cell)
    return UNSTORABLE.sub("\ufffd", text[:SHOWN]) + ("…" if len(text) > SHOWN else "")


def _contradictions(values: dict[str, object]) -> Iterator[str]:
    ended = values["status"] == ENDED_AFTER
    if ended and any(values[name] for name in WORDS):
        yield _("a project that ended tells its words no more")
    if bool(values["ended_as"]) != ended:
        yield _("how a project ended is told exactly when it has ended")
    is_summary = values["source"] and str(values["key"]).endswith(SUMMARY)
    if is_summary and any(values[name] is not None for name in YEN):
        yield _("a row that tells only how many were adopted has no yen of its own")


def _twice(entries: list[Entry]) -> Iterator[Fault]:
    first: dict[object, int] = {}
    for entry in entries:
        key = entry.values.get("key")
        if key is not None and first.setdefault(key, entry.line) != entry.line:
            yield Fault(
                entry.line,
                _("“%(id)s” stands on line %(line)d already") % {"id": key, "line": first[key]},
            )


def _miscounted(lines: list[tuple[int, Cells]], entries: list[Entry]) -> Iterator[Fault]:
    """Yield where the file says otherwise how many projects a row adds; a row that is missing shows so."""
    as_listed = [
        {
            "entry_key": e.values["key"], "course_code": e.values["course"],
            "adopted_in": e.values["adoption_fiscal_year"] or YEAR_UNKNOWN,
            "outcome": e.values["status"], "told_by": e.values["source"],
            "projects": e.values["count"] or 1,
        }
        for e in entries
    ]  # fmt: skip
    for (line, cells), adds in zip(lines, counted(as_listed), strict=True):
        if _text(cells[RECKONED]) != str(adds):
            yield Fault(
                line,
                _("%(column)s says %(said)s, and the rows add up to %(adds)d")
                % {"column": RECKONED, "said": _shown(cells[RECKONED]), "adds": adds},
            )
