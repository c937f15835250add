"""Two clerks take in the same progress table at once: one of them changes something."""

from datetime import date

import pytest

from guideline import progress_import, reference_data
from guideline.models import Edition, Progress, ProgressTable
from guideline.progress_reading import table_in
from tests.factories import NOON
from tests.guideline import tables
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = date(2024, 12, 20)


def test_table_taken_twice_at_once_is_taken_once():
    reference_data.load(at=NOON)
    edition = Edition.objects.get(code="first")
    table = table_in(tables.as_text(tables.lines()), tables.guideline())

    def take():
        return progress_import.take(edition, table, as_of=DAY, digest="0" * 64, by=None, at=NOON)

    told = race(take, take)

    assert kinds(told) == ["ok", "ok"]
    assert sorted(bool(plan.changes) for plan in told) == [False, True]
    assert ProgressTable.objects.count() == 1
    assert Progress.objects.filter(as_of=DAY).count() == 23


def test_table_shown_to_two_is_taken_by_one():
    reference_data.load(at=NOON)
    edition = Edition.objects.get(code="first")
    table = table_in(tables.as_text(tables.lines()), tables.guideline())
    shown = progress_import.plan(edition, table, as_of=DAY).digest

    def take():
        return progress_import.take(
            edition, table, as_of=DAY, digest="0" * 64, by=None, at=NOON, shown=shown
        )

    told = race(take, take)

    assert kinds(told) == ["OutOfDate", "ok"]
    assert ProgressTable.objects.count() == 1
