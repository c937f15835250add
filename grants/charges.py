"""What is charged on money that has to come back: 加算金 and 延滞金. Pure and exact, whole yen.

Both are a rate a year on what is open on each day, and both stand in the edition's rules; what is
not set there is not set here. For subsidies of the state, 補助金等適正化法19条 counts the additional
charge (加算金) from the day of the receipt to the day of the payment, and the late charge (延滞金)
from the day after the due date to the day of the payment, both days included; what was paid back
in part counts from the next day on no more. A city's own rate is its own rule.

The basis is what is open, cut off below ``charge_unit_yen`` where that is set. The products of all
periods are added up exactly, and the sum is cut off below one yen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .rules import RuleSet

ADDITIONAL, LATE = "additional_charge_percent", "late_charge_percent"
#: How many days a year has for the rate, and the unit below which the basis is cut off.
YEAR_DAYS, UNIT = "charge_year_days", "charge_unit_yen"

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that went to the group or came back from it on one day, in yen.

    :param on: Japan date.
    """

    on: date
    amount_yen: int


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate as the rules have it.

    :param percent: a year.
    :param year_days: days that a year counts.
    :param unit_yen: the basis is cut off below it; 1 cuts nothing off.
    """

    percent: Decimal
    year_days: int
    unit_yen: int = 1
    source: str = ""

    def on(self, open_yen: int, days: int) -> Fraction:
        """Return the exact charge on ``open_yen`` for ``days``, in yen."""
        return Fraction(self.percent) * self.basis(open_yen) * days / (100 * self.year_days)

    def basis(self, open_yen: int) -> int:
        return open_yen - open_yen % self.unit_yen


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which one amount was open, both included, and the exact charge on it."""

    first: date
    last: date
    open_yen: int
    basis_yen: int
    exact: Fraction

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge, as the periods that lead to it."""

    rate: Rate
    periods: tuple[Period, ...]

    @property
    def yen(self) -> int:
        """The sum of all periods, cut off below one yen."""
        return int(sum((period.exact for period in self.periods), Fraction()))


def rate_of(rules: RuleSet, name: str) -> Rate | None:
    """Return a rate of the rules; ``None`` where it, or how many days a year has, is not set."""
    percent, days = rules.decimal(name), rules.number(YEAR_DAYS)
    if percent is None or not days:
        return None
    return Rate(percent, days, rules.number(UNIT) or 1, rules.source(name))


def additional(
    received: Iterable[Flow], repaid: Iterable[Flow], rate: Rate, *, until: date
) -> Charge:
    """Return the additional charge (加算金) on what was received and has to come back whole.

    :param until: the day up to which it is reckoned, Japan date; once all is back, none is added.
    """
    changes = [(flow.on, flow.amount_yen) for flow in received]
    return _charge(changes, repaid, rate, until=until)


def late(owed_yen: int, repaid: Iterable[Flow], rate: Rate, *, due_on: date, until: date) -> Charge:
    """Return the late charge (延滞金) on what is open after its due date.

    :param due_on: the last day on which it could be paid back in time, Japan date.
    """
    repaid = list(repaid)
    in_time = sum(flow.amount_yen for flow in repaid if flow.on <= due_on)
    after = [flow for flow in repaid if flow.on > due_on]
    return _charge([(due_on + A_DAY, owed_yen - in_time)], after, rate, until=until)


def _charge(
    received: list[tuple[date, int]], repaid: Iterable[Flow], rate: Rate, *, until: date
) -> Charge:
    changes = [*received, *((flow.on + A_DAY, -flow.amount_yen) for flow in repaid)]
    days = sorted({day for day, _yen in changes if day <= until})
    ends = [*(day - A_DAY for day in days[1:]), until]
    periods = []
    for first, last in zip(days, ends, strict=True) if days else ():
        open_yen = max(sum(yen for day, yen in changes if day <= first), 0)
        if open_yen:
            count = (last - first).days + 1
            exact = rate.on(open_yen, count)
            periods.append(Period(first, last, open_yen, rate.basis(open_yen), exact))
    return Charge(rate, tuple(periods))
