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
    NumberSeries.objects.get_or_create(name=series, fiscal_year=fiscal_year)
    row = NumberSeries.objects.select_for_update().get(name=series, fiscal_year=fiscal_year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
