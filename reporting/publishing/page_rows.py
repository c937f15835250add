"""Whether the rows that pages show are those of the files beside them.

The rows of the register stand on its page and in ``awards.csv``, those of every released day of the
guideline's progress in its release and as copies on the guideline's pages: read in one place here,
and held against the other.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import zip_longest

from django.db.models import QuerySet

from casework.plain_words import plain, plain_throughout
from casework.tables import cell
from guideline.models import MeasureYearVersion, PublicDay
from reporting import open_data
from reporting.figures import Difference
from reporting.figures.published import Row, rows_of
from reporting.models import Kind, PublicEntry
from reporting.open_data.table import iso
from reporting.register import COLUMNS, YEAR_UNKNOWN

from . import progress
from .addresses import path_of
from .contents import ALL, FROM_PROGRESS, NoSuchThing, edition_and_day, years_of

Read = Callable[[str], bytes]
AWARDS, YEARS = "awards", "years"
#: What the rows of the register tell → the column of the file that tells the same, in one order.
ON_PAGE = dict(
    zip(
        (*COLUMNS, "counted"),
        open_data.DATASETS[AWARDS].names[1:],  # the first one names the city
        strict=True,
    )
)
#: Part of a progress table → what is held against the public copies: what no file of its own release tells.
OF_DAYS = {
    "rows": ("source", "level"),
    "printed": ("count", "denominator", "source", "level"),
    "claims": ("subject", "edition", "place", "as_printed", "value", "source", "level"),
}
_NAMED = {"rows": ("day", "number"), "printed": ("day", "name"), "claims": ("day", "number")}
#: What names a row of the progress.
OF_PROGRESS = ("edition", "as_of", "number")


def of_register(read: Read) -> Iterator[Difference]:
    """Yield the cells in which the page of the register is not the file beside it."""
    found = PublicEntry.objects.standing().filter(kind=Kind.REGISTER, key=ALL)
    entry = found.select_related("item").first()
    if entry is None:
        return
    page = [
        {column: cell(row[name]) for name, column in ON_PAGE.items()}
        for row in entry.item.content["rows"]
    ]
    for row in page:
        if row["adopted_fiscal_year"] == str(YEAR_UNKNOWN):
            row["adopted_fiscal_year"] = ""
    file = rows_of(read, AWARDS)
    yield from _differing(AWARDS, ("id",), page, file, list(ON_PAGE.values()), path_of(entry.item))


def of_progress(read: Read, *, fictitious: bool, at: datetime) -> Iterator[Difference]:
    """Yield the cells in which the file of released days is not what the guideline's pages show.

    :param at: the moment as of which these are read.
    """
    live = open_data.file(FROM_PROGRESS, "csv", fictitious=fictitious, at=at)
    shown = rows_of(lambda _path: "".join(live.parts).encode(), FROM_PROGRESS)
    file = rows_of(read, FROM_PROGRESS)
    columns = list(open_data.DATASETS[FROM_PROGRESS].names)
    yield from _differing(FROM_PROGRESS, OF_PROGRESS, file, shown, columns, f"data/{live.name}")


def of_days() -> Iterator[Difference]:
    """Yield what a released day says of sources, printed counts, claims and its moment otherwise than its public copies.

    The rest of its rows stands in a file, and is held against the copies there. What a release did not
    freeze yet is left out.
    """
    for entry in _released_days():
        try:
            shown = progress.told_of_day(entry.item, is_public=True)
        except NoSuchThing:
            shown = {}
        for part, columns in OF_DAYS.items():
            told = entry.item.content.get(part, [])
            frozen = [name for name in columns if all(name in row for row in told)]
            rows = (_in_words(entry.key, some) for some in (told, shown.get(part, [])))
            yield from _differing(part, _NAMED[part], *rows, frozen, path_of(entry.item))
        yield from _moment_of(entry)


def _released_days() -> QuerySet[PublicEntry]:
    found = PublicEntry.objects.standing().filter(kind=Kind.PROGRESS).order_by("key")
    return found.select_related("item__release")


def _moment_of(entry: PublicEntry) -> Iterator[Difference]:
    """Yield the moment that files and pages tell of a released day, where it is not that of its release.

    What was released before it was kept tells none.
    """
    code, day = edition_and_day(entry.key)
    shown = PublicDay.objects.standing().filter(edition__code=code, as_of=day).first()
    was, is_ = entry.item.release.published_at, shown and shown.released_at
    if shown is None or is_ not in (None, was):
        told = (iso(one) for one in (was, is_))
        yield Difference(YEARS, entry.key, "released_at", *told, path_of(entry.item))


def _in_words(key: str, rows: Iterable[dict]) -> list[Row]:
    return [{"day": key, **{name: str(value) for name, value in row.items()}} for row in rows]


def of_years() -> Iterator[Difference]:
    """Yield what a released day says of a year otherwise than the versions that the guideline’s pages show for it.

    What is written after the release is in no version of it, and never held against it.
    """
    for entry in _released_days():
        code, day = edition_and_day(entry.key)
        kept = MeasureYearVersion.objects.filter(
            public_days__edition__code=code, public_days__as_of=day
        ).select_related("year__measure")
        told, shown = _said(entry.item.content["years"]), _said(plain_throughout(years_of(kept)))
        for name, column in sorted({*told, *shown}):
            was, is_ = told.get((name, column)), shown.get((name, column))
            if was != is_:
                row = f"{entry.key}/{name}"
                yield Difference(YEARS, row, column, was, is_, path_of(entry.item))


def _said(years: dict[str, list[dict]]) -> dict[tuple[str, str], str]:
    """Return (year and measure, column) → what is said; titles are the measure’s, and go on with it."""
    return {
        (f"{year}/{row['number']}", column): json.dumps(value, ensure_ascii=False, sort_keys=True)
        for year, rows in years.items()
        for row in rows
        for column, value in row.items()
        if column not in ("number", "title", "title_en")
    }


def _differing(
    table: str, key: tuple[str, ...], told: Iterable[Row], truth: Iterable[Row],
    columns: list[str], path: str,
) -> Iterator[Difference]:  # fmt: skip
    """Yield each cell in which two tables differ; several rows may have one name."""
    ours, theirs = _by_name(truth, key), _by_name(told, key)
    for name in {**theirs, **ours}:
        for said, true in zip_longest(theirs.get(name, []), ours.get(name, []), fillvalue={}):
            for column in columns:
                was, is_ = (_plain(row.get(column)) for row in (said, true))
                if was != is_:
                    yield Difference(table, name, column, was, is_, path)


def _by_name(rows: Iterable[Row], key: tuple[str, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault("/".join(row[name] for name in key), []).append(row)
    return found


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)
