"""What a table of open data is: its columns, what each holds and since when, and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.calendar import JAPAN
from casework.flow import Text

Value = str | int | bool | None

#: The day on which the open data were first there, and those on which columns were added.
FIRST = date(2026, 11, 21)
SECOND = date(2026, 11, 22)
THIRD = date(2026, 11, 23)


class Kind(models.TextChoices):
    """How the values of a column are written."""

    TEXT = "text", _("words")
    CODE = "code", _("a code")
    WHOLE = "integer", _("a whole number")
    YEN = "yen", _("an amount in whole yen")
    YEAR = "fiscal_year", _("a fiscal year, by the year in which it begins in April")
    DAY = "date", _("a day, such as 2026-11-21")
    MOMENT = "datetime", _("a moment with its distance from UTC, such as 2026-11-21T09:00:00+09:00")
    YES_NO = "boolean", _("true or false")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Its place among the others never changes.

    :param since: the day on which it was added to its table.
    """

    name: str
    kind: Kind
    meaning: Text
    since: date = FIRST


class Rows(Protocol):
    def __call__(self, *, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
        """Yield the values in the order of the columns, without the code of the municipality.

        :param fictitious: whether invented rows are told too; only in a demonstration.
        :param at: the moment as of which the table is made.
        """


#: Stands first in every table of facts.
CODE = Column(
    "municipality_code", Kind.CODE, _("Code of the municipality; empty while it is not set")
)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One table of open data.

    :param ids: yields what names each row, in the order of the rows, where that is less to read than these.
    """

    code: str
    label: Text
    columns: tuple[Column, ...]
    rows: Rows
    ids: Rows | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def iso(value: date | None) -> str | None:
    """Return a day or a moment (in Japan) as it is written; unknown is ``None``."""
    if isinstance(value, datetime):
        return value.astimezone(JAPAN).replace(microsecond=0).isoformat()
    return value.isoformat() if value else None
