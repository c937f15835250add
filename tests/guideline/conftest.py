import pytest

from accounts.models import Role
from guideline import models, reference_data
from tests import factories
from tests.factories import NOON

#: In the order in which rows refer to each other.
TABLES = (
    models.Edition,
    models.Section,
    models.Measure,
    models.PrintedCount,
    models.Progress,
    models.PublicDay,
    models.Figure,
    models.Claim,
    models.Crosswalk,
)


@pytest.fixture(scope="session")
def kept_rows() -> dict:
    """What the loader made the first time; reading the files takes a second."""
    return {}


@pytest.fixture
def loaded(db, kept_rows):
    """Both editions as the program ships them."""
    if not kept_rows:
        reference_data.load(at=NOON)
        kept_rows.update((model, list(model._base_manager.all())) for model in TABLES)
        return
    for model, rows in kept_rows.items():
        model._base_manager.bulk_create(rows)


@pytest.fixture
def office(db):
    """A clerk, who reads what is on record before it is released."""
    return factories.user(Role.OFFICE)
