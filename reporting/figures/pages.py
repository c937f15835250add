"""What pages of the guideline and of the fund count, reckoned from the published files alone.

These pages are no tables of figures: no file prints their numbers. Whoever has the files reckons
them so: how far the measures had come by fiscal year, what projects bring to the measures of an
edition, and the fund.
"""

from collections import Counter
from itertools import groupby

from .published import Read, Row, by_weight, rows_of
from .table import Cells, Number

#: Row of the page of cases → what it tells of projects that no measure of the edition takes.
LOST, UNREAD = "lost", "unshared"
#: Columns of the page of cases → of the file.
YEN = {
    "asked": "asked_yen", "decided": "granted_yen", "paid": "paid_yen", "settled": "confirmed_yen",
}  # fmt: skip
#: Columns of the page of the fund.
OF_FUND = ("target_yen", "gift_yen", "interest_yen", "other_yen", "used_yen", "balance_yen")

#: Edition and number.
Named = tuple[str, str]


def fund(read: Read) -> Cells:
    return {
        row["fiscal_year"]: {name: int(row[name]) if row[name] else None for name in OF_FUND}
        for row in rows_of(read, "fund")
    }


def statuses(read: Read, edition: str) -> Cells:
    """Count measures by class and year, and by status: that of the year, or of its last public day."""
    classes = {row["number"]: row["class"] for row in rows_of(read, "measures") if row["edition"] == edition}  # fmt: skip
    told: dict[Named, str] = {}
    for row in sorted(rows_of(read, "progress"), key=lambda row: row["as_of"]):
        if row["edition"] == edition:
            told[row["number"], row["fiscal_year"]] = row["status"]
    for row in rows_of(read, "measure-years"):
        if row["edition"] == edition and row["status"]:
            told[row["number"], row["fiscal_year"]] = row["status"]
    found: dict[str, dict[str, Number]] = {}
    for (number, year), status in told.items():
        cells = found.setdefault(f"{classes[number]}/{year}", {})
        cells[status] = (cells.get(status) or 0) + 1
    return found


def cases(read: Read, edition: str) -> Cells:
    """Count what adopted projects bring to each measure of an edition, over all years.

    A measure of an earlier edition goes on in those that the crosswalk names, once all of it is
    confirmed; where there are several, each gets as much, the first ones a yen more.
    """
    adopted = {row["id"] for row in rows_of(read, "awards") if row["status"] == "adopted"}
    years = [row for row in rows_of(read, "amounts") if row["granted_yen"]]
    ways = _Ways(rows_of(read, "crosswalk"))
    editions = ways.leading_to(edition)
    found: dict[str, Counter] = {}
    named = sorted(rows_of(read, "project-measures"), key=lambda row: row["project_id"])
    for project, group in groupby(named, key=lambda row: row["project_id"]):
        rows = list(group)
        if project not in adopted or not any(row["edition"] in editions for row in rows):
            continue
        of_project = [row for row in years if row["project_id"] == project]
        weighed = [row for row in rows if row["weight_percent"]]
        seen: dict[str, str] = {}
        for row in rows:
            if row["edition"] not in editions:
                continue
            ends = ways.ends(row["edition"], row["number"], edition)
            for end in ends:
                if seen.get(end) != "confirmed":
                    seen[end] = "confirmed" if row["weight_percent"] else "named"
            for year in of_project if row["weight_percent"] else ():
                _share(found, year, weighed, f"{row['edition']}/{row['number']}", ends)
        for end, how in seen.items():
            found.setdefault(end, Counter())[how] += 1
        if not weighed:
            unread = found.setdefault(UNREAD, Counter())
            unread["named"] += 1
            for year in of_project:
                _add(unread, {name: int(year[c]) for name, c in YEN.items() if year[c]})
    return {name: dict(cells) for name, cells in found.items()}


def _share(
    found: dict[str, Counter], year: Row, weighed: list[Row], measure: str, ends: list[str]
) -> None:
    """Add what a project year brings to where one of its measures goes on."""
    for name, column in YEN.items():
        if not year[column]:
            continue
        own = by_weight(int(year[column]), weighed)[measure]
        for place, end in enumerate(ends):
            part = own // len(ends) + (place < own % len(ends))
            _add(found.setdefault(end, Counter()), {name: part})


def _add(cells: Counter, yen: dict[str, int]) -> None:
    for name, amount in yen.items():
        cells[name] = cells.get(name, 0) + amount  # so that a known 0 stands, too


class _Ways:
    """The crosswalk, as its file tells it."""

    def __init__(self, rows: list[Row]):
        self.steps: dict[Named, list[Named]] = {}
        self.open: set[Named] = set()
        rows = [row for row in rows if row["from_number"]]
        for row in sorted(rows, key=lambda row: int(row["to_number"] or 0)):
            origin = (row["from_edition"], row["from_number"])
            if row["confirmed"] != "true":
                self.open.add(origin)
            if row["to_number"]:
                target = (row["to_edition"], row["to_number"])
                if target not in self.steps.setdefault(origin, []):
                    self.steps[origin].append(target)

    def leading_to(self, edition: str) -> set[str]:
        """Return the edition, and those of which a measure leads there."""
        found = {edition}
        pairs = {(o[0], end[0]) for o, ends in self.steps.items() for end in ends}
        while more := {origin for origin, end in pairs if end in found} - found:
            found |= more
        return found

    def ends(self, edition: str, number: str, wanted: str) -> list[str]:
        """Return the numbers of the measures of ``wanted`` in which one goes on; else that it is lost."""
        return self._ends((edition, number), wanted, frozenset()) or [LOST]

    def _ends(self, at: Named, wanted: str, before: frozenset[Named]) -> list[str]:
        if at[0] == wanted:
            return [at[1]]
        if at in self.open or at in before:
            return []
        found: dict[str, None] = {}
        for step in self.steps.get(at, ()):
            found |= dict.fromkeys(self._ends(step, wanted, before | {at}))
        return list(found)
