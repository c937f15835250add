"""How much a column of the database takes, as its field says, for what comes in from outside.

PostgreSQL refuses what is longer or greater, SQLite takes it: a file is held against this before
anything is written, so that it is told with its line, and the same on both.
"""

import re

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model

#: A column: of which model, by the name of its field.
Column = tuple[type[Model], str]

#: What no text of a database can hold: the zero sign, and half of a pair that stands for one sign.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def longest(*columns: Column) -> int | None:
    """Return how many characters all of these columns take; ``None`` where none has a limit."""
    limits = (getattr(model._meta.get_field(name), "max_length", None) for model, name in columns)
    return min((limit for limit in limits if limit is not None), default=None)


def most(*columns: Column) -> int:
    """Return the greatest whole number that all of these columns take on every database."""
    ranges = BaseDatabaseOperations.integer_field_ranges
    kinds = (model._meta.get_field(name).get_internal_type() for model, name in columns)
    return min(ranges[kind][1] for kind in kinds)
