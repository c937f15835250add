"""The date by which a charge (加算金・延滞金) is paid: it begins once the charge is fixed.

How many days a group has is a rule of its course. Where that is not set, the date is not set, and
the office sets it for the case, as it stands on its payment slip (納入通知書).
"""

from datetime import date, datetime

from casework import timekeeping
from casework.calendar import japan_date

from .balance_dates import CORRECTED
from .charges_owed import fixed_yen
from .models import ProjectYear

CHARGE = "charge"

#: Why a date ended that nobody met.
WAIVED = "what was left of the charge was waived"


def follow_the_charges(year: ProjectYear, *, at: datetime, met_on: date | None = None) -> None:
    """Let the group owe the charges of a locked ``year`` by a date while any of them is open.

    :param met_on: Japan date on which a charge came; ``None`` where none came now.
    """
    year = ProjectYear.objects.get(pk=year.pk)  # its ledger as it stands after what was entered
    standing = year.deadlines.open().filter(kind=CHARGE)
    if fixed_yen([year], today=japan_date(at)):
        if not standing.exists():
            _open(year, at=at)
    elif met_on:
        timekeeping.end(standing, met_at=at, met_on=met_on)
    else:
        why = CORRECTED if year.balance_yen < 0 else WAIVED
        timekeeping.end(standing, closed_at=at, closed_because=why)


def _open(year: ProjectYear, *, at: datetime) -> None:
    """Let the date be owed again that a reversed line had ended; else from today."""
    last = year.deadlines.filter(kind=CHARGE, superseded_by=None).order_by("-pk").first()
    if last and (last.met_at or last.closed_because == WAIVED):
        timekeeping.owe_again([last.pk], at=at)
    else:
        timekeeping.open_deadlines(year, [CHARGE], at=at, facts={})
