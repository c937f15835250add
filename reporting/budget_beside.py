"""The budget as it was decided, beside what was really spent or came in. Pure: no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


class Planned(Protocol):
    """A line of the budget, in whole yen."""

    pk: int
    side: str
    label: str
    amount_yen: int


class Real(Protocol):
    """A line of the settlement; ``origin_id`` is the line of the budget that it began with."""

    side: str
    label: str
    amount_yen: int
    origin_id: int | None


@dataclass(frozen=True, slots=True)
class Beside:
    """One line of the settlement beside its line of the budget.

    :param planned_yen: ``None`` for what the budget has no line for.
    """

    planned_yen: int | None
    real_yen: int

    @property
    def gap_yen(self) -> int:
        """What is more than planned, in yen; less than zero if less."""
        return self.real_yen - (self.planned_yen or 0)

    @property
    def percent(self) -> Decimal | None:
        """The gap in percent of the plan to one place, cut towards zero; ``None`` where nothing was planned."""
        if not self.planned_yen:
            return None
        tenths = abs(self.gap_yen) * 1000 // self.planned_yen
        return Decimal(tenths if self.gap_yen > 0 else -tenths) / 10

    def is_far(self, percent: Decimal) -> bool:
        """Whether the gap reaches so many percent of what was planned."""
        gap, planned = abs(self.gap_yen), self.planned_yen
        return bool(planned) and gap > 0 and gap * 100 >= percent * (planned or 0)


def beside_budget(lines: Iterable[Real], budget: Iterable[Planned]) -> list[Beside]:
    """Return for each line what was planned for it.

    A line is found by its origin, or, where the budget was written anew since, by side and name.
    """
    lines, left = list(lines), {line.pk: line for line in budget}
    found = [left.pop(line.origin_id, None) if line.origin_id else None for line in lines]
    for place, line in enumerate(lines):
        if found[place] is None:
            found[place] = _by_name(line, left)
    return [
        Beside(plan.amount_yen if plan else None, line.amount_yen)
        for line, plan in zip(lines, found, strict=True)
    ]


def _by_name(line: Real, left: dict[int, Planned]) -> Planned | None:
    named = (p for p in left.values() if (p.side, p.label) == (line.side, line.label))
    plan = next(named, None)
    return left.pop(plan.pk) if plan else None
