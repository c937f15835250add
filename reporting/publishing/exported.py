"""Whether data files and tables of an exported site are those that were released, files cell by cell."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import zip_longest

from reporting.figures import KEYS, Difference

from .site import Site

Row = dict[str, str]


def differences(site: Site, read: Callable[[str], bytes]) -> Iterator[Difference]:
    """Yield each cell of the data files that differs from what is public, and each page of a table that does.

    :param read: gives the bytes of an exported file by its path.
    """
    for name in site.data_names():
        path = f"data/{name}"
        released = site.read(path)
        truth = released.body if released else b""
        if read(path) != truth:
            yield from _cells(path, read(path), truth) or [_whole(path)]
    for path in site.table_paths():
        page = site.read(path)
        if page is not None and read(path) != page.body:
            yield _whole(path)


def _whole(path: str) -> Difference:
    return Difference(_code(path), "–", "–", "other bytes", "the released ones", path)


def _code(path: str) -> str:
    return path.removeprefix("data/").partition(".")[0]


def _cells(path: str, told: bytes, truth: bytes) -> list[Difference]:
    """Return the cells in which two versions of a file differ; none if it cannot be read as a table."""
    try:
        ours, theirs = _rows(path, truth), _rows(path, told)
    except (ValueError, csv.Error, TypeError, AttributeError):
        return []
    key = KEYS.get(_code(path), ("id",))
    return [
        Difference(_code(path), _name(there or true, key, line), column, was, is_, path)
        for line, (there, true) in enumerate(zip_longest(theirs, ours), start=1)
        for column in {**(true or {}), **(there or {})}
        for was, is_ in [((there or {}).get(column), (true or {}).get(column))]
        if was != is_
    ]


def _rows(path: str, content: bytes) -> list[Row]:
    if path.endswith(".json"):
        return [_as_words(row) for row in json.loads(content)]
    text = content.decode("utf-8-sig")
    return [_as_words(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def _as_words(row: dict) -> Row:
    return {str(name): "" if value is None else str(value) for name, value in row.items()}


def _name(row: Row, key: tuple[str, ...], line: int) -> str:
    """Return what names a row: its key, and else its place in the file."""
    if all(row.get(name) for name in key):
        return "/".join(row[name] for name in key)
    return str(line)
