"""A table of open data as CSV and as JSON, with the same rows."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from casework.tables import csv_lines

from .table import CODE, DataSet


def records(
    data_set: DataSet, *, municipality_code: str, fictitious: bool, at: datetime
) -> Iterator[dict]:
    """Yield the rows as dicts, keys in the order of the columns."""
    names = data_set.names
    first = (municipality_code,) if names[0] == CODE.name else ()
    for row in data_set.rows(fictitious=fictitious, at=at):
        yield dict(zip(names, (*first, *row), strict=True))


def as_csv(data_set: DataSet, rows: Iterable[dict]) -> Iterator[str]:
    """Yield the lines of a CSV file; unknown is empty."""
    return csv_lines(data_set.names, (row.values() for row in rows))


def as_json(rows: Iterable[dict]) -> Iterator[str]:
    """Yield the parts of a JSON array of objects; unknown is null."""
    between = "[\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"
