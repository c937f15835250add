"""Numbers of a series: from 1 in each fiscal year, without gap, taken with what bears them."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from casework.models import NumberSeries
from casework.numbers import next_number
from casework.services import file_number
from tests import factories

pytestmark = pytest.mark.django_db


def test_numbers_follow_one_another():
    assert [next_number("letter", 2026) for _ in range(3)] == [1, 2, 3]


def test_each_series_and_fiscal_year_counts_from_one():
    assert next_number("letter", 2026) == 1
    assert next_number("letter", 2027) == 1
    assert next_number("A", 2026) == 1
    assert next_number("letter", 2026) == 2


def test_number_that_was_rolled_back_is_given_again():
    next_number("letter", 2026)
    with pytest.raises(RuntimeError), transaction.atomic():
        assert next_number("letter", 2026) == 2
        raise RuntimeError("the letter was not written")

    assert next_number("letter", 2026) == 2


@pytest.mark.django_db(transaction=True)
def test_number_is_refused_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        next_number("letter", 2026)

    assert not NumberSeries.objects.exists()


def test_case_gets_its_number_in_the_series_of_its_year():
    draft = factories.draft()

    assert file_number(draft, "S", 2026) == "S-2026-001"
    assert file_number(factories.draft(), "S", 2026) == "S-2026-002"
    draft.refresh_from_db()
    assert draft.number == "S-2026-001"
