"""The figures reckoned in Python from the published files alone: no database, no other code of ours.

Whoever has the files can do the same with them.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable

from .table import FIGURES, UNSHARED, Cells, Figure

Read = Callable[[str], bytes]
Row = dict[str, str]


def rows_of(read: Read, code: str) -> list[Row]:
    """Return the rows of a published table.

    :param read: gives the bytes of a published file by its path.
    """
    text = read(f"data/{code}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells(figure: Figure, read: Read) -> Cells:
    return RECKONED[figure.code](*(rows_of(read, code) for code in figure.files))


def sources(figure: Figure, read: Read) -> tuple[str, ...]:
    """Return which rows of which files a figure adds up."""
    return tuple(
        f"{code}:{_id(row, KEYS[code])}" for code in figure.files for row in rows_of(read, code)
    )


#: What names a row of a published table.
KEYS = {
    "awards": ("id",),
    "amounts": ("project_id", "project_year"),
    "measures": ("edition", "number"),
    "project-measures": ("project_id", "edition", "number"),
    "reports": ("id",),
    "fund": ("fiscal_year",),
}


#: Columns of the fund that change what it holds, and how.
IN_AND_OUT = {"gift_yen": 1, "interest_yen": 1, "other_yen": 1, "used_yen": -1}


def _id(row: Row, key: Iterable[str]) -> str:
    return "/".join(row[name] for name in key)


def _sum(rows: Iterable[Row], column: str) -> int | None:
    """Add up a column; where no row knows anything, nothing is known."""
    known = [int(row[column]) for row in rows if row[column]]
    return sum(known) if known else None


def register(awards: list[Row]) -> Cells:
    own = [row for row in awards if row["course"] != "predecessor"]
    standing = [row for row in own if row["status"] == "adopted"]
    projects = sum(int(row["counted_projects"]) for row in standing)
    known = [row for row in standing if row["granted_yen"]]
    return {
        "this_program": {
            "projects": projects,
            "groups": len({row["group_name"] for row in standing} - {""}),
            "granted_yen": _sum(known, "granted_yen"),
            "unknown": projects - len(known),
            "listed": len(awards),
            "ended": len(own) - len(standing),
            "predecessor": len(awards) - len(own),
        }
    }


def amounts(years: list[Row]) -> Cells:
    granted = [row for row in years if row["status"] not in ("planned", "ended")]
    return {
        year: {
            "years": len(of_year),
            **{name: _sum(of_year, name) for name in FIGURES["amounts"].columns if name != "years"},
        }
        for year, of_year in _by(granted, "fiscal_year").items()
    }


def progress(measures: list[Row]) -> Cells:
    told = [row for row in measures if row["status"]]
    columns = [name for name in FIGURES["progress"].columns if name != "total"]
    return {
        name: {
            **{status: sum(row["status"] == status for row in rows) for status in columns},
            "total": len(rows),
        }
        for name, rows in _by(told, "edition", "class").items()
    }


def measures(named: list[Row], awards: list[Row], years: list[Row]) -> Cells:
    projects = {row["id"]: row["granted_yen"] for row in awards if row["status"] == "adopted"}
    granted = [row for row in years if row["granted_yen"] and row["project_id"] in projects]
    shared, left = _shared(named, granted)
    found: Cells = {}
    for name, rows in _by(named, "edition", "number").items():
        amounts_of = [{"yen": projects.get(row["project_id"], "")} for row in rows]
        in_full = _sum(amounts_of, "yen")
        found[name] = {
            "projects": len(rows),
            "granted_yen": in_full,
            "shared_yen": None if in_full is None else shared.get(name, 0),
            "unknown": sum(not row["yen"] for row in amounts_of),
        }
    if unread := _unread(named, projects, years):
        yen = _sum(left, "granted_yen")
        decided = {row["project_id"] for row in left}
        found[UNSHARED] = {
            "projects": len(unread),
            "granted_yen": yen,
            "shared_yen": yen,
            "unknown": len(unread - decided),
        }
    return found


def _unread(named: list[Row], adopted: Iterable[str], years: list[Row]) -> set[str]:
    """Return the adopted projects with a year or a measure of which the office weighed no measure."""
    weighed = {row["project_id"] for row in named if row["weight_percent"]}
    return {row["project_id"] for row in (*named, *years)} & set(adopted) - weighed


def _shared(named: list[Row], granted: list[Row]) -> tuple[dict[str, int], list[Row]]:
    """Return what each measure gets of the project years, and those of which none gets anything."""
    weighed = _by([row for row in named if row["weight_percent"]], "project_id")
    found: dict[str, int] = {}
    left = []
    for year in granted:
        measures_of = weighed.get(year["project_id"])
        if measures_of is None:
            left.append(year)
            continue
        for name, yen in by_weight(int(year["granted_yen"]), measures_of).items():
            found[name] = found.get(name, 0) + yen
    return found, left


def by_weight(amount: int, rows: list[Row]) -> dict[str, int]:
    """Share an amount: rounded down, and one yen more for those who lost most until it is all there."""
    exact = {_id(row, ("edition", "number")): amount * int(row["weight_percent"]) for row in rows}
    numbered = sorted(exact, key=lambda name: (name.split("/")[0], int(name.split("/")[1])))
    found = {name: exact[name] // 100 for name in numbered}
    missing = amount - sum(found.values())
    for name in sorted(numbered, key=lambda name: -(exact[name] % 100))[:missing]:
        found[name] += 1
    return found


def reports(told: list[Row]) -> Cells:
    told = [row for row in told if row["state"] != "withdrawn"]
    forms = [name for name in FIGURES["reports"].columns if name != "total"]
    return {
        name: {
            **{form: sum(row["form"] == form for row in rows) for form in forms},
            "total": len(rows),
        }
        for name, rows in _by(told, "fiscal_year", "department").items()
    }


def fund(years: list[Row]) -> Cells:
    """Return what came and went, and the balance carried from the first year that has a line."""
    found: Cells = {}
    balance = None
    for row in sorted(years, key=lambda row: int(row["fiscal_year"])):
        of_year = {name: _sum([row], name) for name in FIGURES["fund"].columns}
        if any(of_year[name] is not None for name in IN_AND_OUT):
            balance = (balance or 0) + sum(
                sign * (of_year[name] or 0) for name, sign in IN_AND_OUT.items()
            )
        found[row["fiscal_year"]] = {**of_year, "balance_yen": balance}
    return found


def sums_in_files(figure: Figure, read: Read) -> list[tuple[str, str, str, str, str]]:
    """Return the sums that stand in the rows of a file itself, each beside what the rows give.

    File, row, column, what the file says, and what it is by the other rows of the same files.
    """
    if figure.code == "fund":
        rows, given = rows_of(read, "fund"), cells(figure, read)
        sums = [(row, given[row["fiscal_year"]]["balance_yen"]) for row in rows]
        return [_sum_in("fund", row, "balance_yen", yen) for row, yen in sums]
    if figure.code == "measures":
        named = Counter(_id(row, KEYS["measures"]) for row in rows_of(read, "project-measures"))
        rows = rows_of(read, "measures")
        return [
            _sum_in("measures", row, "adopted_projects", named[_id(row, KEYS["measures"])])
            for row in rows
        ]
    return []


def _sum_in(file: str, row: Row, column: str, truth: int | None) -> tuple[str, str, str, str, str]:
    return file, _id(row, KEYS[file]), column, row[column], "" if truth is None else str(truth)


def _by(rows: Iterable[Row], *columns: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_id(row, columns), []).append(row)
    return dict(sorted(found.items()))


RECKONED: dict[str, Callable[..., Cells]] = {
    "register": register,
    "amounts": amounts,
    "progress": progress,
    "measures": measures,
    "reports": reports,
    "fund": fund,
}
