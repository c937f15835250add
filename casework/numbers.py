"""Numbers of letters and cases: series of a fiscal year, counted without gaps, under lock.

The last number of a series is in the database with what bears it. After an old backup was restored
it is too low: :func:`move_on` takes it past what was given since, once, upward, and with a reason.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext as _

from accounts.permissions import require

from .calendar import japan_date
from .errors import NotPossible
from .models import NumberSeries, SeriesChange


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a series stands: the number that it gives next."""

    series: str
    fiscal_year: int
    following: int

    @property
    def is_of_letters(self) -> bool:
        return self.series == NumberSeries.LETTERS


def standing(fiscal_year: int) -> list[Standing]:
    """Return where the series stand that give numbers around ``fiscal_year``, letters first.

    Those of the year before and of later years are among them as far as they have begun: proposals
    bear the year that their call is for.
    """
    rows = list(NumberSeries.objects.all())
    names = {NumberSeries.LETTERS, *(row.name for row in rows)}
    begun = [row for row in rows if row.fiscal_year >= fiscal_year - 1]
    last = dict.fromkeys(((name, fiscal_year) for name in names), 0)
    last |= {(row.name, row.fiscal_year): row.last for row in begun}
    found = sorted(last, key=lambda key: (key[0] != NumberSeries.LETTERS, key[0], -key[1]))
    return [Standing(*key, last[key] + 1) for key in found]


@transaction.atomic
def move_on(
    series: str, fiscal_year: int, *, following: int, reason: str, by, at: datetime
) -> SeriesChange:
    """Let a series go on from a higher number, past those that this site does not know of.

    :param following: the number that is given next.
    :param reason: where the numbers in between are, for whoever looks for the gap.
    :raises PermissionDenied: if ``by`` is neither of the office nor an administrator.
    :raises NotPossible: if the series gives that number next already, or has given it.
    """
    require(by.act_on(japan_date(at)), "casework.move_series_on")
    row = _locked(series, fiscal_year)
    was, row.last = row.last, following - 1
    if row.last <= was:
        raise NotPossible(
            _("The next number is %(number)d already. A series only moves on to a higher number.")
            % {"number": was + 1}
        )
    row.save(update_fields=["last"])
    return SeriesChange.objects.create(
        series=row, was=was, last=row.last, reason=reason, by=by, at=at
    )


def _locked(series: str, fiscal_year: int) -> NumberSeries:
    NumberSeries.objects.get_or_create(name=series, fiscal_year=fiscal_year)
    return NumberSeries.objects.select_for_update().get(name=series, fiscal_year=fiscal_year)
