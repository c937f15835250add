"""The program as public documents tell it: courses by edition, their rules, awards so far."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from casework.reference import Difference, load_csv

from . import resources

FOLDER = Path(__file__).parent / "reference"

#: In the order in which rows refer to each other: file, its table, the columns that name a row.
FILES = (
    ("course_editions", resources.CourseEditionResource, ["course", "first_fiscal_year"]),
    (
        "edition_parameters",
        resources.EditionParameterResource,
        ["course", "first_fiscal_year", "name"],
    ),
    (
        "line_categories",
        resources.LineCategoryResource,
        ["course", "first_fiscal_year", "code"],
    ),
    ("past_awards", resources.PastAwardResource, ["key"]),
    ("fund_targets", resources.FundTargetResource, ["fiscal_year"]),
)


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> list[Difference]:
    """Add what the database does not have of the program; return where it differs.

    :param at: the moment of loading, as every app's loader takes it; no row here keeps it.
    :raises DamagedFile: naming every faulty line of the first damaged file; nothing is added.
    """
    return [
        difference
        for name, resource, key_fields in FILES
        for difference in load_csv(folder / f"{name}.csv", resource(), key_fields).differences
    ]
