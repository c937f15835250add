from django.db import transaction
from django.db.transaction import TransactionManagementError

from .models import NumberSeries


def next_number(series: str, fiscal_year: int) -> int:
    """Take the next number of a series, counted from 1 in each fiscal year.

    The row stays locked until the caller's transaction ends, so a number is never given twice
    and one that was rolled back is given again.

    :raises TransactionManagementError: outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise TransactionManagementError("A number is taken in the transaction that uses it.")
    row = _locked(series, fiscal_year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def note_number(series: str, fiscal_year: int, number: int) -> None:
    """Lock a series in which ``number`` is typed in, and count on from the highest there is."""
    row = _locked(series, fiscal_year)
    row.last = max(row.last, number)
    row.save(update_fields=["last"])


def number_of(series: str, fiscal_year: int, number: int) -> str:
    """Return the number that a case of a series bears."""
    return f"{series}-{fiscal_year}-{number:03d}"


def _locked(series: str, fiscal_year: int) -> NumberSeries:
    NumberSeries.objects.get_or_create(name=series, fiscal_year=fiscal_year)
    return NumberSeries.objects.select_for_update().get(name=series, fiscal_year=fiscal_year)
