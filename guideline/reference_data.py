"""The guideline as this program ships it: both editions, their measures and what is known of them."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from casework.reference import Difference, load_csv
from guideline import resources
from guideline.public_days import copy_what_came_public

FOLDER = Path(__file__).parent / "reference"

#: In the order in which rows refer to each other: file, its table, the columns that name a row.
FILES = (
    ("editions", resources.EditionResource, ["code"]),
    ("sections", resources.SectionResource, ["edition", "section", "place"]),
    ("measures", resources.MeasureResource, ["edition", "number"]),
    (
        "printed_counts",
        resources.PrintedCountResource,
        ["edition", "as_of", "classification", "status"],
    ),
    ("progress", resources.ProgressResource, ["edition", "number", "as_of"]),
    ("public_days", resources.PublicDayResource, ["edition", "as_of"]),
    ("figures", resources.FigureResource, ["edition", "number", "part_of", "label", "fiscal_year"]),
    (
        "claims",
        resources.ClaimResource,
        ["edition", "number", "about", "subject", "place", "as_of", "source"],
    ),
    (
        "crosswalk",
        resources.CrosswalkResource,
        ["from_edition", "from_number", "to_edition", "to_number", "kind"],
    ),
)


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> list[Difference]:
    """Add what the database does not have of the guideline; return where it differs.

    :param at: the moment of loading, as every app's loader takes it; no row here keeps it.
    :raises DamagedFile: naming every faulty line of the first damaged file; nothing is added.
    """
    differences = [
        difference
        for name, resource, key_fields in FILES
        for difference in load_csv(folder / f"{name}.csv", resource(), key_fields).differences
    ]
    copy_what_came_public()
    return differences
