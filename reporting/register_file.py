"""Reading a register from a file of open data (``awards.csv``, ``awards.json``): all of it, or its faults.

Pure: no database. Columns are found by their names, so that a file of another version of the
program is read as long as it has those that a register carries; others are let be.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.faulty_files import Faulty
from casework.tables import as_written
from grants.models import PastAward
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
YEARS = range(1900, 2200)
#: The most that a row keeps of an amount, in yen.
MOST = 2_147_483_647
#: What an ended project tells no more.
WORDS = ("group_name", "project_title", "department")

Cells = dict[str, object]


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
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise Faulty([Fault(error.lineno, _("the JSON is damaged or cut off here"))]) from None
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
    except csv.Error as error:
        raise Faulty([Fault(reader.line_num, str(error))]) from None
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
        if values["count"] == 1 and not str(values["key"]).endswith("-count"):
            values["count"] = None
    return values


def _value(column: str, cell: object) -> object:
    """Return what a cell says.

    :raises ValueError: in words, if it says nothing that its column can hold.
    """
    readers: dict[Kind, Callable[[object], object]] = {
        Kind.WHOLE: _whole, Kind.YEN: _whole, Kind.YEAR: _whole, Kind.YES_NO: _yes_or_no
    }  # fmt: skip
    found = readers.get(KINDS[column], _words)(cell)
    if column in ("id", "course") and not SLUG.fullmatch(str(found)):
        raise ValueError(_("“%(value)s” is no code") % {"value": found})
    if column == "status" and found not in LISTED:
        raise ValueError(_("“%(value)s” is not a status of the register") % {"value": found})
    if column == "projects" and found is None:
        raise ValueError(_("a number is missing"))
    if KINDS[column] == Kind.YEAR and found is not None and found not in YEARS:
        raise ValueError(_("“%(value)s” is no year") % {"value": found})
    field = PastAward._meta.get_field(CARRIED[column])
    if isinstance(found, str) and field.max_length and len(found) > field.max_length:
        raise ValueError(_("longer than %(most)d characters") % {"most": field.max_length})
    return found


def _whole(cell: object) -> int | None:
    if cell is None or cell == "":
        return None
    text = str(cell)
    if isinstance(cell, bool) or not (text.isascii() and text.isdigit()) or int(text) > MOST:
        raise ValueError(_("“%(value)s” is no whole number") % {"value": cell})
    return int(text)


def _yes_or_no(cell: object) -> bool:
    if cell in (True, "true"):
        return True
    if cell in (False, "false"):
        return False
    raise ValueError(_("“%(value)s” is neither true nor false") % {"value": cell})


def _words(cell: object) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise ValueError(_("“%(value)s” is no text") % {"value": cell})
    return cell


def _contradictions(values: dict[str, object]) -> Iterator[str]:
    ended = values["status"] == ENDED_AFTER
    if ended and any(values[name] for name in WORDS):
        yield _("a project that ended tells its words no more")
    if bool(values["ended_as"]) != ended:
        yield _("how a project ended is told exactly when it has ended")


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
        if str(cells[RECKONED]) != str(adds):
            yield Fault(
                line,
                _("%(column)s says %(said)s, and the rows add up to %(adds)d")
                % {"column": RECKONED, "said": cells[RECKONED], "adds": adds},
            )
