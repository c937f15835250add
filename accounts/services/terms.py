"""How what holds from one day until another comes to its end."""

from datetime import date

from accounts.models import Duty, Membership


def end(row: Duty | Membership, last_day: date, *changed: str) -> None:
    """Let ``row`` hold until ``last_day``; what would end before it began never held, and goes.

    :param changed: other fields of the row to save with it.
    """
    if row.valid_from and last_day < row.valid_from:
        row.delete()
        return
    row.valid_until = last_day
    row.save(update_fields=["valid_until", *changed])
