"""Measures to which one release of progress gives two statuses: its table of a day, and the row of that year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casework.calendar import fiscal_year
from guideline.models import Status, fiscal_year_name, in_language


@dataclass(frozen=True, slots=True)
class TwoStatuses:
    """A measure, and what the table of the day and the row of its fiscal year say of it."""

    number: int
    title: str
    title_en: str
    fiscal_year: int
    recorded: str
    written: str

    @property
    def name(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def year(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def recorded_label(self) -> str:
        return str(Status(self.recorded).label)

    @property
    def written_label(self) -> str:
        return str(Status(self.written).label)


def in_content(content: dict) -> Iterator[TwoStatuses]:
    """Yield the measures of a progress table whose year, released with it, says something else.

    :param content: of the table, as it is frozen.
    """
    year = fiscal_year(date.fromisoformat(content["day"]))
    recorded = {row["number"]: row["status"] for row in content["rows"]}
    for row in content.get("years", {}).get(str(year), []):
        told = recorded.get(row["number"])
        if told and row["status"] and row["status"] != told:
            yield TwoStatuses(
                row["number"], row["title"], row["title_en"], year, told, row["status"]
            )
