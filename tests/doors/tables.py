"""Declared expectations as tables: what a person reads, a test compares, and a switch writes anew.

``RECORD_DOORS=1 pytest tests/doors`` writes every table from what the program does, so that a change
shows as a difference to read before it is committed.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

RECORDS = bool(os.environ.get("RECORD_DOORS"))

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

    def hold(self, found: list[Row]) -> None:
        """Fail unless ``found`` is what is declared, no row more and none fewer; or declare it."""
        if RECORDS:
            self.write(found)
        declared, happened = self.by_key(self.rows()), self.by_key(found)
        assert len(declared) == len(self.rows()), "a row is declared twice"
        assert sorted(declared.keys() - happened.keys()) == [], "declared, but not there"
        assert sorted(happened.keys() - declared.keys()) == [], "not declared"
        differs = {
            key: {
                name: f"declared {row[name] or 'nothing'}, was {happened[key][name] or 'nothing'}"
                for name in self.columns
                if row[name] != happened[key][name]
            }
            for key, row in declared.items()
        }
        assert {key: how for key, how in differs.items() if how} == {}
