"""What a group owes of the charges (加算金・延滞金) beside what it pays back, and what became of it.

A charge runs as long as money has to come back. Once all is back it is fixed by the days on which it
came; it is then paid, or waived by the office with a reason, before the account is settled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects

from casework.flow import Text

from .charges import ADDITIONAL, LATE, Charge, rate_of
from .endings import charge_of
from .models import ChargeEntry, ProjectYear
from .models.ledger_line import standing

Which, Kind = ChargeEntry.Which, ChargeEntry.Kind

#: States in which a charge can be owed: what has to come back is final.
CHARGED_IN = ("confirmed", "revoked", "settled")


@dataclass(frozen=True, slots=True)
class OwedCharge:
    """One charge of one project year, in yen.

    :param which: of ``ChargeEntry.Which``.
    :param charge: what it comes to, by the days on which money was open.
    :param is_fixed: whether all is back, so that it grows no more.
    """

    which: str
    charge: Charge
    is_fixed: bool
    paid_yen: int = 0
    waived_yen: int = 0

    @property
    def label(self) -> Text:
        return Which(self.which).label

    @property
    def open_yen(self) -> int:
        return max(self.charge.yen - self.paid_yen - self.waived_yen, 0)


def is_charged(year: ProjectYear) -> bool:
    """Return whether ``year`` can owe a charge: what it pays back is final, and a rate is set."""
    if year.state not in CHARGED_IN:
        return False
    return any(rate_of(year.rules, name) is not None for name in (ADDITIONAL, LATE))


def owed(year: ProjectYear, *, today: date) -> list[OwedCharge]:
    """Return the charges of ``year``, reckoned up to ``today`` while money is open.

    :return: only those whose rate is set and that come to something, or of which a line stands.
    """
    if not is_charged(year):
        return []
    names = [ADDITIONAL, LATE] if was_revoked(year) else [LATE]
    entries = standing(year.charge_entries.all())
    found = [_owed(year, name, entries, today=today) for name in names]
    return [one for one in found if one and (one.charge.yen or one.paid_yen or one.waived_yen)]


def was_revoked(year: ProjectYear) -> bool:
    settled = year.state == "settled" and year.events.filter(verb="revoke").exists()
    return year.state == "revoked" or settled


def _owed(
    year: ProjectYear, name: str, entries: list[ChargeEntry], *, today: date
) -> OwedCharge | None:
    charge = charge_of(year, name, until=today)
    if charge is None:
        return None
    of_it = [line for line in entries if line.which == name]
    return OwedCharge(
        name,
        charge,
        is_fixed=year.balance_yen >= 0,
        paid_yen=sum(line.amount_yen for line in of_it if line.kind == Kind.PAID),
        waived_yen=sum(line.amount_yen for line in of_it if line.kind == Kind.WAIVED),
    )


def fixed_yen(years: Iterable[ProjectYear], *, today: date) -> dict[int, int]:
    """Return year → what is fixed of its charges and neither paid nor waived; asked for many at once."""
    asked = [year for year in years if year.balance_yen >= 0 and is_charged(year)]
    if asked:
        prefetch_related_objects(asked, "payments", "deadlines__extensions", "charge_entries")
    open_yen = {year.pk: sum(one.open_yen for one in owed(year, today=today)) for year in asked}
    return {pk: yen for pk, yen in open_yen.items() if yen}
