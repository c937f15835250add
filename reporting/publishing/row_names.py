"""By what a row of a file of open data is called, where it has to be told apart from the others."""

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
