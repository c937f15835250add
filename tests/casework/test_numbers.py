"""Numbers of a series: from 1 in each fiscal year, without gap, taken with what bears them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.transaction import TransactionManagementError
from django.urls import reverse

from accounts.models import Role
from casework.errors import NotPossible
from casework.models import NumberSeries, SeriesChange
from casework.numbers import move_on, next_number, standing
from casework.services import file_number
from tests import factories
from tests.casework.cases import filed, sent_back
from tests.factories import NOON

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


# A series that is moved on, after an old backup was restored


def moved_on(series: str = "letter", *, following: int, by=None) -> SeriesChange:
    by = by or factories.anyone(Role.OFFICE)
    return move_on(series, 2026, following=following, reason="復元", by=by, at=NOON)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR])
def test_next_letter_bears_the_number_the_series_was_moved_on_to(role):
    factories.sender()
    sent_back()

    change = moved_on(following=42, by=factories.anyone(role))

    assert sent_back(filed()).letters.get().number == 42
    assert (change.was, change.last, change.reason) == (1, 41, "復元")


def test_series_that_the_backup_does_not_know_is_moved_on_too():
    moved_on("S", following=8)

    assert file_number(factories.draft(), "S", 2026) == "S-2026-008"


@pytest.mark.parametrize("following", [1, 3, 4])
def test_series_is_not_moved_back_nor_to_where_it_stands(following):
    for _ in range(3):
        next_number("letter", 2026)

    with pytest.raises(NotPossible, match="next number is 4 already"):
        moved_on(following=following)

    assert (next_number("letter", 2026), SeriesChange.objects.count()) == (4, 0)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING])
def test_others_move_no_series_on(role):
    with pytest.raises(PermissionDenied):
        moved_on(following=42, by=factories.anyone(role))
    assert not NumberSeries.objects.exists()


def test_who_moved_a_series_on_stays_recorded():
    moved_on(following=42)

    for change in (SeriesChange.objects.all().delete, lambda: SeriesChange.objects.update(last=9)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert SeriesChange.objects.get().last == 41


def test_series_stand_where_they_stand_around_the_fiscal_year():
    for series, year in (("letter", 2024), ("letter", 2025), ("S", 2027)):
        next_number(series, year)

    found = [(at.series, at.fiscal_year, at.following) for at in standing(2026)]

    assert found == [("letter", 2026, 1), ("letter", 2025, 2), ("S", 2027, 2), ("S", 2026, 1)]


def test_page_moves_a_series_on_and_says_at_the_field_what_it_refuses(enter, at_noon):
    next_number("letter", 2026)
    client, restored = enter(factories.anyone(Role.OFFICE)), reverse("casework:restored")
    page, wanted = (
        reverse("casework:number-series"),
        {"series": "letter-2026", "reason": "復元", "sure": "on"},
    )

    done = client.post(page, {**wanted, "following": "42"}, follow=True)
    refused = client.post(page, {**wanted, "following": "41"})
    unsure = client.post(page, {**wanted, "following": "50", "sure": ""})

    assert done.redirect_chain[0][0].startswith(restored) and "復元" in done.content.decode()
    assert ": the next number is 42" in done.content.decode()
    assert "sure" in unsure.context["series_form"].errors
    assert refused.status_code == 422
    assert "next number is 42 already" in str(refused.context["series_form"].errors["following"])
    assert next_number("letter", 2026) == 42


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.PANEL])
def test_page_that_moves_series_on_is_for_those_alone_who_may(enter, at_noon, role):
    client = enter(factories.anyone(role))
    posted = {"series": "letter-2026", "following": "42", "reason": "x"}

    assert client.post(reverse("casework:number-series"), posted).status_code == 403
    assert not SeriesChange.objects.exists()
