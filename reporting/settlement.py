"""The settlement: what of a grant is confirmed, from what was spent and what else came in.

Pure: no database, no clock, no settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

INCOME, EXPENDITURE = "income", "expenditure"


class Line(Protocol):
    """A line of the settlement, in whole yen.

    ``from_city`` marks income that is the grant itself, ``eligible`` spending that counts for it.
    """

    side: str
    amount_yen: int
    from_city: bool
    eligible: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning, as a person would write it.

    :param sign: "" for an amount that stands by itself, "−" for one that is taken off, "=" for a result.
    """

    label: Text
    amount_yen: int
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was spent, what else came in, and what follows for the grant; all in yen."""

    income_yen: int
    city_yen: int
    spending_yen: int
    not_eligible_yen: int
    granted_yen: int

    @property
    def balances(self) -> bool:
        """Income and expenditure are the same, to the yen."""
        return self.income_yen == self.spending_yen

    @property
    def imbalance(self) -> Text:
        """In one sentence, which side is more than the other and by how much; empty if none is."""
        gap = self.income_yen - self.spending_yen
        if not gap:
            return ""
        words = (
            _("Income ({income} yen) is {gap} yen more than expenditure ({spending} yen).")
            if gap > 0
            else _("Expenditure ({spending} yen) is {gap} yen more than income ({income} yen).")
        )
        amounts = {"income": self.income_yen, "spending": self.spending_yen, "gap": abs(gap)}
        return format_lazy(words, **{name: f"{yen:,}" for name, yen in amounts.items()})

    @property
    def other_income_yen(self) -> int:
        return self.income_yen - self.city_yen

    @property
    def needed_yen(self) -> int:
        """What the grant had to cover: eligible spending less other income, never below zero."""
        return max(0, self.spending_yen - self.not_eligible_yen - self.other_income_yen)

    @property
    def proposed_confirmed_yen(self) -> int:
        """What the office would confirm (額の確定): what was needed, never above the grant."""
        return min(self.granted_yen, self.needed_yen)

    @property
    def steps(self) -> tuple[Step, ...]:
        return (
            Step(_("Spent on the project"), self.spending_yen),
            Step(_("of which does not count for the grant"), self.not_eligible_yen, "−"),
            Step(_("Income other than the grant"), self.other_income_yen, "−"),
            Step(_("What the grant had to cover"), self.needed_yen, "="),
            Step(_("Granted at most"), self.granted_yen),
            Step(_("Amount to be confirmed: the smaller of the two"), self.proposed_confirmed_yen, "="),
        )  # fmt: skip

    @property
    def why(self) -> Text:
        """In one sentence, why the proposed amount is what it is."""
        if self.needed_yen > self.granted_yen:
            return _("More was needed than was granted. The grant is the limit.")
        if self.needed_yen == self.granted_yen:
            return _("What was needed is exactly what was granted.")
        if self.needed_yen == 0:
            return _("Other income covers everything that counts. Nothing of the grant is needed.")
        return _("Less was needed than was granted. What was needed is confirmed.")


def settle(lines: Iterable[Line], granted_yen: int) -> Settlement:
    """Return the settlement of one project year.

    :param granted_yen: what was decided for the year, in yen.
    """
    lines = list(lines)
    spent = [line for line in lines if line.side == EXPENDITURE]
    came_in = [line for line in lines if line.side == INCOME]
    return Settlement(
        income_yen=sum(line.amount_yen for line in came_in),
        city_yen=sum(line.amount_yen for line in came_in if line.from_city),
        spending_yen=sum(line.amount_yen for line in spent),
        not_eligible_yen=sum(line.amount_yen for line in spent if not line.eligible),
        granted_yen=granted_yen,
    )
