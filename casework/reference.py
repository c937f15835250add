"""Reference data from files: what is missing is added, what differs is reported, nothing is overwritten.

The office edits the same rows on its pages, so a file never wins against the database.
"""

import copy
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the file and the database hold differently; the database's stays."""

    file: str
    key: str
    field: str
    in_file: str
    in_database: str

    def __str__(self):
        return f"{self.file}: {self.key}: {self.field}: {self.in_file!r} / {self.in_database!r}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of a file that cannot be read, and why. The header is line 1."""

    line: int
    message: str


class DamagedFile(Exception):
    """A reference file has faulty lines; nothing of it was taken."""

    def __init__(self, file: str, faults: Sequence[Fault]):
        self.file = file
        self.faults = sorted(faults, key=lambda fault: fault.line)
        lines = [
            _("%(file)s, line %(line)d: %(message)s")
            % {"file": file, "line": fault.line, "message": fault.message}
            for fault in self.faults
        ]
        super().__init__("\n".join(lines))


@dataclass(slots=True)
class LoadResult:
    """What came of one file: rows added, rows that were there already, values that differ."""

    file: str
    added: int = 0
    unchanged: int = 0
    differences: list[Difference] = field(default_factory=list)


@transaction.atomic
def load_csv(path: Path, resource: ModelResource, key_fields: Sequence[str]) -> LoadResult:
    """Add the rows of a CSV file that the database does not have, and compare the others.

    The columns are those of ``resource``, whose ``import_id_fields`` find the row in the
    database; other columns (such as a note) are let be.

    :param key_fields: the columns that name a row in the file, for messages and duplicates.
    :raises DamagedFile: naming every faulty line; then no row of the file is added.
    """
    lines = _read(path, resource, key_fields)
    result, faults = LoadResult(path.name), []
    for line, row in lines:
        try:
            _take(row, resource, key_fields, result)
        except ValidationError as error:
            faults.append(Fault(line, " ".join(_messages(error))))
    if faults:
        raise DamagedFile(path.name, faults)
    return result


def _read(path: Path, resource: ModelResource, key_fields: Sequence[str]) -> list[tuple[int, Row]]:
    """Return (line number, row) for each row of a file whose shape is sound."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="", strict=True)
        faults = list(_missing_columns(reader.fieldnames or (), resource, key_fields))
        if faults:
            raise DamagedFile(path.name, faults)
        try:
            lines = [(reader.line_num, row) for row in reader]
        except csv.Error as error:
            raise DamagedFile(path.name, [Fault(reader.line_num, str(error))]) from error
    faults = [*_ragged(lines), *_duplicates(lines, key_fields)]
    if faults:
        raise DamagedFile(path.name, faults)
    return lines


def _missing_columns(
    header: Sequence[str], resource: ModelResource, key_fields: Sequence[str]
) -> Iterator[Fault]:
    columns = [f.column_name for f in resource.get_import_fields() if not f.readonly]
    for column in dict.fromkeys([*key_fields, *columns]):
        if column not in header:
            yield Fault(1, _("the column “%(column)s” is missing") % {"column": column})


def _ragged(lines: list[tuple[int, Row]]) -> Iterator[Fault]:
    for line, row in lines:
        if "" in row or None in row.values():
            yield Fault(line, _("the number of cells is not that of the header"))


def _duplicates(lines: list[tuple[int, Row]], key_fields: Sequence[str]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, row in lines:
        key = _key(row, key_fields)
        if key in first:
            message = _("“%(key)s” stands on line %(first)d already")
            yield Fault(line, message % {"key": key, "first": first[key]})
        first.setdefault(key, line)


def _key(row: Row, key_fields: Sequence[str]) -> str:
    return " ".join(str(row[column]) for column in key_fields)


def _take(row: Row, resource: ModelResource, key_fields, result: LoadResult) -> None:
    """Add one row, or compare it with the row the database has.

    :raises ValidationError: if the row cannot stand in the database.
    """
    standing = _standing(row, resource)
    if standing is None:
        _add(row, resource)
        result.added += 1
        return
    differences = _compare(row, standing, resource, result.file, _key(row, key_fields))
    result.differences += differences
    result.unchanged += not differences


def _standing(row: Row, resource: ModelResource) -> models.Model | None:
    loader = resource._meta.instance_loader_class(resource)
    try:
        return resource.get_instance(loader, row)
    except (ValueError, LookupError, models.ObjectDoesNotExist) as error:
        raise ValidationError(str(error)) from error


def _add(row: Row, resource: ModelResource) -> None:
    """Add a row that is known not to be there: ``import_row`` would look for it once more."""
    fresh, faults = resource.init_instance(row), {}
    try:
        resource.import_instance(fresh, row)
    except ValidationError as error:  # told together with what the model finds
        faults = error.update_error_dict({})
    except (ArithmeticError, LookupError, models.ObjectDoesNotExist) as error:
        raise ValidationError(str(error)) from error
    resource.validate_instance(fresh, faults)
    resource.save_instance(fresh, True, row)
    resource.save_m2m(fresh, row)


def _compare(
    row: Row, standing: models.Model, resource: ModelResource, file: str, key: str
) -> list[Difference]:
    """Return what the row would change, without changing it; the row must be sound all the same."""
    in_file = copy.copy(standing)
    resource.import_instance(in_file, row)
    differences = [
        Difference(file, key, f.column_name, _text(f, in_file), _text(f, standing))
        for f in resource.get_import_fields()
        if not f.readonly and f.get_value(in_file) != f.get_value(standing)
    ]
    if differences:  # what equals a row of the database is as sound as that row
        resource.validate_instance(in_file)
    return differences


def _text(column: Field, instance: models.Model) -> str:
    value = column.get_value(instance)
    return str(value if isinstance(value, models.Model) else column.export(instance))


def _messages(error: ValidationError) -> Iterator[str]:
    if not hasattr(error, "error_dict"):
        yield from error.messages
        return
    for name, messages in error.message_dict.items():
        where = "" if name == "__all__" else f"{name}: "
        yield from (f"{where}{message}" for message in messages)
