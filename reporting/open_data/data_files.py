"""The files of the open data, as a site serves and exports them."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from casework import city

from . import giving
from .table import DataSet, Rows
from .tables import DATASETS
from .writing import as_csv, as_json, records

FOLDER = "data"
CSV, JSON = "text/csv; charset=utf-8", "application/json; charset=utf-8"
FORMS = {"csv": CSV, "json": JSON}


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of open data.

    :param path: below the root of the site; it never changes.
    :param parts: the text in pieces, made while they are read; once.
    """

    path: str
    media_type: str
    parts: Iterable[str]

    @property
    def name(self) -> str:
        return self.path.removeprefix(f"{FOLDER}/")


def file(
    code: str, form: str, *, fictitious: bool, at: datetime, rows: Rows | None = None
) -> DataFile:
    """Return one table in one form.

    :param rows: what gives its rows, if not the records as they stand.
    :raises KeyError: if there is no such table or form.
    """
    data_set, _media_type = DATASETS[code], FORMS[form]
    if rows:
        data_set = replace(data_set, rows=rows)
    first = {"municipality_code": city.value("municipality_code")}
    return _written(data_set, form, records(data_set, **first, fictitious=fictitious, at=at))


def files(
    *,
    fictitious: bool,
    at: datetime,
    without: Container[str] = (),
    rows: Mapping[str, Rows] = MappingProxyType({}),
) -> Iterator[DataFile]:
    """Yield every file of the open data; a table is read once for all its forms, and held meanwhile.

    :param fictitious: whether invented rows are told too; only in a demonstration.
    :param at: the moment as of which they are made.
    :param without: the codes of tables that are left out.
    :param rows: table → what gives its rows, if not the records as they stand.
    """
    first = {"municipality_code": city.value("municipality_code")}
    for code, data_set in DATASETS.items():
        if code not in without:
            told = replace(data_set, rows=rows.get(code, data_set.rows))
            held = list(records(told, **first, fictitious=fictitious, at=at))
            yield from (_written(told, form, held) for form in FORMS)
    if grants := giving_file(fictitious=fictitious):
        yield grants


def giving_file(*, fictitious: bool) -> DataFile | None:
    """Return the file of 360Giving; ``None`` while it would hold no grant."""
    told = giving.publisher()
    if not giving.is_there(told, fictitious=fictitious):
        return None
    return DataFile(f"{FOLDER}/{giving.NAME}", JSON, giving.parts(told, fictitious=fictitious))


def _written(data_set: DataSet, form: str, rows: Iterable[dict]) -> DataFile:
    parts = as_csv(data_set, rows) if form == "csv" else as_json(rows)
    return DataFile(f"{FOLDER}/{data_set.code}.{form}", FORMS[form], parts)
