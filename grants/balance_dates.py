"""The dates of what is open in the ledger of a project year: they follow the balance, not a button.

Whoever owes the balance owes it by a date. The date is met by the entry that makes the balance
zero, and owed again, by the same date, once that entry is reversed. Of one payment one date counts:
that of the claim once the balance is claimed and the claim accepted.
"""

from datetime import date, datetime

from casework import timekeeping
from casework.timekeeping import open_deadlines

from .claims import BALANCE
from .models import ProjectYear

#: What is left to be paid, and what has to come back.
SETTLEMENT, REPAYMENT = "settlement", "repayment"

#: Why a date ended that nobody met.
CORRECTED, CLAIMED = "the ledger was corrected", "the date of the claim counts"

#: States in which the final amount stands, so that the balance is owed by a date.
FINAL_AMOUNT = ("confirmed", "revoked")


def follow_the_balance(year: ProjectYear, *, at: datetime, met_on: date | None = None) -> None:
    """Let whoever owes the balance of a locked ``year`` owe it by a date, and nobody else.

    :param met_on: Japan date on which the money moved that changed the balance; ``None`` where the
        ledger was corrected, so that nothing was met.
    """
    owed = _owed(year)
    for kind in (SETTLEMENT, REPAYMENT):
        if kind != owed:
            _end(year, kind, at=at, met_on=met_on)
    if owed and not year.deadlines.open().filter(kind=owed).exists():
        _open(year, owed, at=at)


def _owed(year: ProjectYear) -> str:
    if year.balance_yen < 0:
        return REPAYMENT
    is_left = year.balance_yen > 0 and year.state == "confirmed"
    return SETTLEMENT if is_left and not _is_being_paid(year) else ""


def _is_being_paid(year: ProjectYear) -> bool:
    return year.claims.filter(state="accepted", payment_kind=BALANCE).exists()


def _end(year: ProjectYear, kind: str, *, at: datetime, met_on: date | None) -> None:
    standing = year.deadlines.open().filter(kind=kind)
    if met_on and not year.balance_yen:
        timekeeping.end(standing, met_at=at, met_on=met_on)
    else:
        is_claimed = kind == SETTLEMENT and year.balance_yen > 0
        why = CLAIMED if is_claimed else CORRECTED
        timekeeping.end(standing, closed_at=at, closed_because=why)


def _open(year: ProjectYear, kind: str, *, at: datetime) -> None:
    """Let the date be owed again that the ledger had ended; where there was none, from today."""
    last = year.deadlines.filter(kind=kind, superseded_by=None).order_by("-pk").first()
    if last and (last.met_at or last.closed_because in (CORRECTED, CLAIMED)):
        timekeeping.owe_again([last.pk], at=at)
    elif year.state in FINAL_AMOUNT:
        open_deadlines(year, [kind], at=at, facts={"basis": "ledger_corrected"})
