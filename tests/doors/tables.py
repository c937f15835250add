"""Declared expectations as tables: what a person reads, a test compares, and a switch writes anew.

``RECORD_DOORS=1 pytest tests/doors`` writes every table from what the program does, so that a change
shows as a difference to read before it is committed. ``ONLY_DOORS=guideline:`` knocks at the addresses
that begin so and leaves the others as they are declared, for whoever works on these.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

RECORDS = bool(os.environ.get("RECORD_DOORS"))
ONLY = os.environ.get("ONLY_DOORS", "")

Row = dict[str, str]


class Table:
    """One file of declarations.

    :param key: the columns that say what a row is about; no two rows agree in them.
    :param columns: all columns, in order.
    """

    def __init__(self, name: str, *, key: Iterable[str], columns: Iterable[str]):
        self.path = Path(__file__).with_name(name)
        self.key, self.columns = tuple(key), tuple(columns)

    def rows(self) -> list[Row]:
        """Return what is declared; a column that somebody left out is empty."""
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, restval=""))
        return [{name: row.get(name, "") for name in self.columns} for row in rows]

    def write(self, rows: Iterable[Row]) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def by_key(self, rows: Iterable[Row]) -> dict[str, Row]:
        return {" ".join(filter(None, (row[name] for name in self.key))): row for row in rows}

    def differences(self, found: list[Row]) -> dict[str, str]:
        """Return where ``found`` is not what is declared; with the switch, declare it first."""
        if RECORDS:
            self.write(found)
        rows = self.rows()
        declared, happened = self.by_key(rows), self.by_key(found)
        said = dict.fromkeys(declared.keys() - happened.keys(), "declared, but not there")
        said |= dict.fromkeys(happened.keys() - declared.keys(), "not declared")
        for key in declared.keys() & happened.keys():
            if changes := self._changes(declared[key], happened[key]):
                said[key] = changes
        if len(declared) < len(rows):
            said["table"] = "a row is declared twice"
        return said

    def _changes(self, declared: Row, happened: Row) -> str:
        return "; ".join(
            f"{name} is {happened[name] or 'empty'}, declared {declared[name] or 'empty'}"
            for name in self.columns
            if declared[name] != happened[name]
        )
