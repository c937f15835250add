"""Whether what is published is what the rows add up to, cell by cell."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from itertools import zip_longest

from django.db import transaction

from casework.tables import cell
from reporting.open_data import DATASETS, file, records

from . import live, published
from .published import Read
from .table import FIGURES, Cells, Figure, Number, Table, digest_of_table

#: The published files of the figures themselves, and of the rows that they add up.
PRINTED, PRINTED_SOURCES = "data/figures.csv", "data/figure-sources.csv"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell in which what is published is not what was reckoned.

    :param file: the published file, or the files from which the cell is reckoned.
    :param table: of figures; of a cell of another table, its file.
    :param published: what the public reads; ``None`` where it reads nothing.
    :param recomputed: what it is in truth; ``None`` where there is nothing.
    :param only_of_rows: whether the files agree with themselves, and the live rows alone say otherwise.
    """

    table: str
    row: str
    column: str
    published: Number | str
    recomputed: Number | str
    file: str = PRINTED
    only_of_rows: bool = False

    def __str__(self) -> str:
        place = f"{self.file}: {self.table}: {self.row}: {self.column}"
        return f"{place}: {_said(self.published)} / {_said(self.recomputed)}"


def _said(value: Number | str) -> str:
    return "–" if value in (None, "") else str(value)


def read_live(*, fictitious: bool, at: datetime) -> Read:
    """Return what gives the published files as they are made now."""

    @cache
    def read(path: str) -> bytes:
        code = path.removeprefix("data/").removesuffix(".csv")
        return "".join(file(code, "csv", fictitious=fictitious, at=at).parts).encode()

    return read


def tables(*, fictitious: bool, at: datetime, codes: Iterable[str] | None = None) -> list[Table]:
    """Return the tables of figures as of now, added up by the database.

    :param codes: which; every one, if not given.
    """
    sources = _rows_now(fictitious=fictitious, at=at)
    wanted = FIGURES if codes is None else codes
    return [
        _table(figure, sources, fictitious, at)
        for code, figure in FIGURES.items()
        if code in wanted
    ]


def table_of(code: str, *, fictitious: bool, at: datetime) -> Table:
    """Return one table of figures as of now."""
    sources = _rows_now(fictitious=fictitious, at=at)
    return _table(FIGURES[code], sources, fictitious, at)


def _table(
    figure: Figure, sources: Callable[[str], tuple[str, ...]], fictitious: bool, at: datetime
) -> Table:
    cells = live.cells(figure, fictitious=fictitious)
    rows = (
        (name, tuple(cells[name][c] for c in figure.columns))
        for name in sorted(cells, key=_numbered)
    )
    return Table(
        figure.code,
        figure.title,
        at,
        tuple(figure.columns),
        tuple(rows),
        tuple(source for code in figure.files for source in sources(code)),
    )


def _rows_now(*, fictitious: bool, at: datetime) -> Callable[[str], tuple[str, ...]]:
    """Return what names the rows of a table of open data as they stand; no file is held whole."""

    @cache
    def rows(code: str) -> tuple[str, ...]:
        ids = DATASETS[code].ids or partial(_ids, code)
        named = ("/".join(map(cell, row)) for row in ids(fictitious=fictitious, at=at))
        return tuple(f"{code}:{name}" for name in named)

    return rows


def _ids(code: str, *, fictitious: bool, at: datetime) -> Iterator[tuple]:
    """Yield what names each row of a table, out of its rows."""
    for row in records(DATASETS[code], municipality_code="", fictitious=fictitious, at=at):
        yield tuple(row[name] for name in published.KEYS[code])


def _numbered(name: str) -> list[tuple[int, str]]:
    """Order the names of rows part by part, numbers by what they count: 3 before 12."""
    return [(int(part) if part.isdecimal() else 0, part) for part in name.split("/")]


@transaction.atomic
def differences(
    read: Read, *, fictitious: bool, codes: Iterable[str] = tuple(FIGURES)
) -> list[Difference]:
    """Return every cell in which the published files and the live rows disagree.

    Each figure is reckoned from the published files alone and held against the rows; what the files
    of figures print is held against that, and so is what a file adds up within its own rows.

    :param read: gives the bytes of a published file by its path, such as ``data/awards.csv``.
    :param codes: which figures are looked at, where only some of the files are there.
    """
    read = cache(read)
    printed, origins, listed = _printed(read), _origins(read), _listed(read)
    found: list[Difference] = []
    for figure in (FIGURES[code] for code in codes):
        told, sources = published.cells(figure, read), published.sources(figure, read)
        files = " ".join(f"data/{code}.csv" for code in figure.files)
        truth = live.cells(figure, fictitious=fictitious)
        of_rows = _compared(figure, told, truth, file=files)
        found += (replace(one, only_of_rows=True) for one in of_rows)
        found += _compared(figure, printed.get(figure.code, {}), told)
        found += _of_other_origin(figure, origins.get(figure.code, []), told, sources)
        found += _not_the_sources(figure, listed.get(figure.code, []), sources)
        found += _within_files(figure, read)
    return found


def _of_other_origin(
    figure: Figure, printed: list[tuple[str, dict[str, str]]], told: Cells, sources: Sequence[str]
) -> Iterator[Difference]:
    """Yield where the file of figures says another digest, files or number of sources than it has."""
    truth = {
        "files": " ".join(figure.files),
        "source_rows": str(len(sources)),
        "digest": digest_of_table(figure.code, told, sources),
    }
    if printed:  # all cells of a table are of one moment
        moments = Counter(origin["as_of"] for _row, origin in printed)
        truth["as_of"] = moments.most_common(1)[0][0]
    for row, origin in printed:
        for column, true in truth.items():
            if origin[column] != true:
                yield Difference(figure.code, row, column, origin[column], true)


def _not_the_sources(
    figure: Figure, listed: list[tuple[str, ...]], sources: Sequence[str]
) -> Iterator[Difference]:
    """Yield where the list of source rows is another one."""
    truth = [
        (str(place), code, "/".join(published.KEYS[code]), row)
        for place, (code, _colon, row) in enumerate((s.partition(":") for s in sources), start=1)
    ]
    for place, (said, true) in enumerate(zip_longest(listed, truth), start=1):
        if said != true:
            for column, was, is_ in zip(
                ("place", "file", "key", "row"), said or [None] * 4, true or [None] * 4, strict=True
            ):
                if was != is_:
                    yield Difference(figure.code, str(place), column, was, is_, PRINTED_SOURCES)


def _within_files(figure: Figure, read: Read) -> Iterator[Difference]:
    for code, row, column, said, true in published.sums_in_files(figure, read):
        if said != true:
            yield Difference(code, row, column, said, true, f"data/{code}.csv")


def _compared(
    figure: Figure, told: Cells, truth: Cells, *, file: str = PRINTED
) -> Iterator[Difference]:
    for row in sorted({*told, *truth}):
        for column in figure.columns:
            said, true = told.get(row, {}).get(column), truth.get(row, {}).get(column)
            if said != true:
                yield Difference(figure.code, row, column, said, true, file)
            elif (row in told) != (row in truth):
                yield Difference(figure.code, row, column, *_there(row in told), file)


def _there(is_told: bool) -> tuple[str, str]:
    return ("empty", "missing") if is_told else ("missing", "empty")


def _origins(read: Read) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Return table → each cell by row and column, with all that its line says of its origin."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for row in published.rows_of(read, "figures"):
        found.setdefault(row["table"], []).append((row["row"], row))
    return found


def _listed(read: Read) -> dict[str, list[tuple[str, ...]]]:
    """Return table → its source rows as they are listed."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in published.rows_of(read, "figure-sources"):
        said = tuple(row[name] for name in ("place", "file", "key", "row"))
        found.setdefault(row["table"], []).append(said)
    return found


def _printed(read: Read) -> dict[str, Cells]:
    found: dict[str, Cells] = {}
    for row in published.rows_of(read, "figures"):
        cells = found.setdefault(row["table"], {}).setdefault(row["row"], {})
        cells[row["column"]] = int(row["value"]) if row["value"] else None
    return found
