"""The settlement: what of a grant is confirmed, from what was spent and what else came in.

Pure: no database, no clock, no settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from grants.amount import Amount, Limit, reckon
from grants.amount import Line as Reckoned
from grants.rules import RuleSet

INCOME, EXPENDITURE = "income", "expenditure"


class Line(Protocol):
    """A line of the settlement, in whole yen.

    ``from_city`` marks income that is the grant itself; ``disallowed_yen`` is what of spending the
    office does not let count, for its reason.
    """

    side: str
    amount_yen: int
    from_city: bool
    category: str
    label: str
    disallowed_yen: int
    disallowed_reason: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was spent, what else came in, and what follows for the grant; all in yen."""

    income_yen: int
    city_yen: int
    spending_yen: int
    disallowed_yen: int
    granted_yen: int
    amount: Amount

    @property
    def balances(self) -> bool:
        """Income and expenditure are the same, to the yen."""
        return self.income_yen == self.spending_yen

    @property
    def needed_yen(self) -> int:
        """What the grant had to cover: costs that count less other income, never below zero."""
        return self.amount.of("uncovered")

    @property
    def proposed_confirmed_yen(self) -> int:
        """What the office would confirm (額の確定), by the rules of the grant and never above it."""
        return self.amount.yen

    @property
    def why(self) -> Text:
        """In one sentence, why the proposed amount is what it is."""
        if self.amount.yen < min(self.needed_yen, self.granted_yen):
            return _("The share of the costs that the city pays is the limit.")
        if self.needed_yen > self.granted_yen:
            return _("More was needed than was granted. The grant is the limit.")
        if self.needed_yen == self.granted_yen:
            return _("What was needed is exactly what was granted.")
        if self.needed_yen == 0:
            return _("Other income covers everything that counts. Nothing of the grant is needed.")
        return _("Less was needed than was granted. What was needed is confirmed.")


def settle(lines: Iterable[Line], granted_yen: int, rules: RuleSet | None = None) -> Settlement:
    """Return the settlement of one project year.

    What is confirmed is reckoned as the grant was, to the yen: nothing is cut off.

    :param granted_yen: what was decided for the year, in yen.
    :param rules: those that the year was granted under; without, none is set.
    """
    lines = list(lines)
    spent = [line for line in lines if line.side == EXPENDITURE]
    came_in = [line for line in lines if line.side == INCOME]
    return Settlement(
        income_yen=sum(line.amount_yen for line in came_in),
        city_yen=sum(line.amount_yen for line in came_in if line.from_city),
        spending_yen=sum(line.amount_yen for line in spent),
        disallowed_yen=sum(line.disallowed_yen for line in spent),
        granted_yen=granted_yen,
        amount=reckon(
            [_plain(line) for line in lines], rules or RuleSet({}),
            [Limit("granted", granted_yen)], cut_off=False,
        ),
    )  # fmt: skip


def _plain(line: Line) -> Reckoned:
    told = {"name": line.label, "reason": line.disallowed_reason} if line.disallowed_yen else {}
    return Reckoned(
        line.side, line.amount_yen, line.from_city, line.category, line.disallowed_yen, told
    )


def imbalance(income_yen: int, spent_yen: int) -> Text:
    """Return which side is more than the other and by how much; empty if none is."""
    gap = income_yen - spent_yen
    if not gap:
        return ""
    words = (
        _("Income ({income} yen) is {gap} yen more than expenditure ({spending} yen).")
        if gap > 0
        else _("Expenditure ({spending} yen) is {gap} yen more than income ({income} yen).")
    )
    amounts = {"income": income_yen, "spending": spent_yen, "gap": abs(gap)}
    return format_lazy(words, **{name: f"{yen:,}" for name, yen in amounts.items()})
