"""By what a row of a file of open data is called, where it has to be told apart from the others."""

from guideline.models import in_japanese
from reporting.figures import KEYS

#: File → the columns that name its rows. Rows of other files have no name: they come and go whole.
NAMED_BY = {
    **KEYS,
    "calls": ("id",),
    "crosswalk": ("from_edition", "from_number", "to_edition", "to_number"),
    "left-out": ("project_id", "project_year"),
    "measure-figures": ("edition", "number", "fiscal_year", "as_of", "label"),
}


def name_of(row: dict, key: tuple[str, ...]) -> str:
    """Return what a row is called; what it does not know is left out."""
    return " / ".join(str(row[name]) for name in key if row.get(name) not in (None, ""))


def called(table: str, row: dict) -> str:
    """Return what a person calls a row: project or measure by its name, with what tells it apart."""
    if table == "awards":
        return project(row["id"], row.get("project_title"), row.get("group_name"))
    if table == "measures":
        return f"{row['edition']} {measure(row)}"
    return name_of(row, NAMED_BY.get(table, ()))


def project(number: str, title: str | None, group: str | None) -> str:
    """Return what a row of the register is called: its title, else its group, and its number."""
    named = title or group
    return f"{named} ({number})" if named else str(number)


def measure(row: dict) -> str:
    """Return what a measure is called within its edition: its number and its title."""
    title = row.get("title") if in_japanese() else row.get("title_en") or row.get("title")
    return f"{row['number']}. {title}" if title else str(row["number"])
