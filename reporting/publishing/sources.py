"""Which rows of the open data a released table rests on, one by one."""

from collections.abc import Iterator

from reporting.figures import KEYS
from reporting.models import Kind, ReleaseItem

from .addresses import path_of

#: The kinds of things whose pages are tables.
TABLES = (Kind.REGISTER, Kind.PROGRESS, Kind.FIGURES)
#: File of open data → what names its rows.
NAMED_BY = {**KEYS, "progress": ("edition", "as_of", "number")}


def table_of(item: ReleaseItem) -> str:
    """Return how the list of source rows calls the table of an item: as its page, without the ending."""
    return path_of(item).removesuffix(".html")


def rows_of(kind: str, content: dict) -> list[tuple[str, str]]:
    """Return the source rows of a table: in which file each stands, and what names it there.

    What was frozen before figures kept the keys of their rows names none.
    """
    match Kind(kind):
        case Kind.REGISTER:
            return [("awards", row["entry_key"]) for row in content["rows"]]
        case Kind.FIGURES:
            return [("awards", key) for key in content.get("sources", ())]
        case Kind.PROGRESS:
            day = f"{content['edition']}/{content['day']}"
            return [("progress", f"{day}/{row['number']}") for row in content["rows"]]
        case Kind.REPORT:
            return []


def listed(item: ReleaseItem) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield the lines of the list for the table of an item: table, place, file, key, row."""
    for place, (file, row) in enumerate(rows_of(item.kind, item.content), start=1):
        yield table_of(item), place, file, "/".join(NAMED_BY[file]), row
