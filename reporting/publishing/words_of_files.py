"""The cells of words in files of open data, each under the row and the column in which it stands."""

import json
from collections.abc import Container, Iterator

from reporting import open_data

from .row_names import NAMED_BY, name_of

#: Tables whose words stand elsewhere: on the page of the register, in other tables, in the program.
_SAID_ELSEWHERE = {
    "awards",
    "figures",
    "figure-sources",
    *(data_set.code for data_set in open_data.ABOUT),
}
#: Columns that say where a value was read: their addresses are the city's own, or other cities'.
SOURCES = ("source", "target_source")


def words_of_files(
    files: dict[str, str], *, without: Container[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield place and text of every cell of words; CSV and JSON of a table hold the same rows.

    :param files: name of the file → its text.
    :param without: names of columns that are not looked at.
    """
    for code, data_set in open_data.DATASETS.items():
        text = files.get(f"{code}.json")
        if text and code not in _SAID_ELSEWHERE:
            words = [one for one in data_set.columns if one.kind == open_data.Kind.TEXT]
            columns = [one for one in words if one.name not in without]
            yield from _cells(data_set, columns, json.loads(text))


def _cells(
    data_set: open_data.DataSet, columns: list[open_data.Column], rows: list[dict]
) -> Iterator[tuple[str, str]]:
    key = NAMED_BY.get(data_set.code)
    for number, row in enumerate(rows, start=1):
        named = name_of(row, key) if key else str(number)
        for column in columns:
            if value := row.get(column.name):
                yield f"{data_set.label}: {named}, {column.meaning}", str(value)
