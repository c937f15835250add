"""The files of the open data, as a site serves and exports them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

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
    return _made(data_set, form, city.value("municipality_code"), fictitious, at)


def files(*, fictitious: bool, at: datetime) -> Iterator[DataFile]:
    """Yield every file of the open data, each read from the database while its parts are read.

    :param fictitious: whether invented rows are told too; only in a demonstration.
    :param at: the moment as of which they are made.
    """
    municipality_code = city.value("municipality_code")
    for data_set in DATASETS.values():
        for form in FORMS:
            yield _made(data_set, form, municipality_code, fictitious, at)
    if grants := giving_file(fictitious=fictitious):
        yield grants


def giving_file(*, fictitious: bool) -> DataFile | None:
    """Return the file of 360Giving; ``None`` while it would hold no grant."""
    told = giving.publisher()
    if not giving.is_there(told, fictitious=fictitious):
        return None
    return DataFile(f"{FOLDER}/{giving.NAME}", JSON, giving.parts(told, fictitious=fictitious))


def _made(
    data_set: DataSet, form: str, municipality_code: str, fictitious: bool, at: datetime
) -> DataFile:
    rows = records(data_set, municipality_code=municipality_code, fictitious=fictitious, at=at)
    parts = as_csv(data_set, rows) if form == "csv" else as_json(rows)
    return DataFile(f"{FOLDER}/{data_set.code}.{form}", FORMS[form], parts)
