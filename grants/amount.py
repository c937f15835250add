"""How much the city may pay for a project year, step by step. Pure and exact: whole yen.

No database, no clock, no settings. The steps are the reckoning itself: the amount is what they come
to when they are gone through from top to bottom, so that an explanation that is kept can be checked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from casework.flow import Text

from . import amount_words
from .categories import Category, Treatment, by_code
from .rules import OF_COSTS, OF_COSTS_LESS_INCOME, RuleSet, Status

INCOME, EXPENDITURE = "income", "expenditure"

#: How a step changes the sum so far: it begins it, is taken off (never below zero), is the most that
#: it may be, or says what it has come to.
BEGINS, MINUS, AT_MOST, COMES_TO = "", "−", "≤", "="


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a budget or a settlement, in whole yen.

    :param disallowed_yen: what of a cost the office does not let count, at most all of it.
    :param told: name of the line and reason, where something of it does not count.
    """

    side: str
    amount_yen: int
    from_city: bool = False
    category: str = ""
    disallowed_yen: int = 0
    told: dict = field(default_factory=dict)

    @property
    def counted_yen(self) -> int:
        """What the office lets count, before the rules of categories."""
        return self.amount_yen - self.disallowed_yen


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be paid for one reason.

    :param most_yen: ``None`` while it is not set: it limits nothing, and the steps say so.
    :param told: what its words name besides the amount.
    """

    code: str
    most_yen: int | None
    source: str = ""
    told: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning.

    :param sign: see above; a step without an amount does nothing.
    :param amount_yen: ``None`` where the rule behind it is not set.
    :param told: what its words name besides the amount: a category, a percent.
    """

    code: str
    amount_yen: int | None
    sign: str = BEGINS
    source: str = ""
    told: dict = field(default_factory=dict)

    @property
    def label(self) -> Text:
        return amount_words.in_words(self.code, self.told)

    @property
    def is_set(self) -> bool:
        return self.amount_yen is not None

    def after(self, so_far_yen: int) -> int:
        """Return what the sum comes to after this step."""
        if self.amount_yen is None or self.sign == COMES_TO:
            return so_far_yen
        if self.sign == MINUS:
            return max(0, so_far_yen - self.amount_yen)
        return min(so_far_yen, self.amount_yen) if self.sign == AT_MOST else self.amount_yen


@dataclass(frozen=True, slots=True)
class Amount:
    """What may be paid, as the steps that lead to it."""

    steps: tuple[Step, ...]

    @property
    def yen(self) -> int:
        """The amount, gone through step by step."""
        so_far = 0
        for step in self.steps:
            so_far = step.after(so_far)
        return so_far

    @property
    def adds_up(self) -> bool:
        """Whether every line that says what the sum has come to says so rightly."""
        so_far = 0
        for step in self.steps:
            so_far = step.after(so_far)
            if step.sign == COMES_TO and step.amount_yen != so_far:
                return False
        return True

    def of(self, code: str) -> int:
        """Return the amount of the step with this code, in yen; 0 if there is none."""
        return next((step.amount_yen or 0 for step in self.steps if step.code == code), 0)

    @property
    def decided_by(self) -> Step | None:
        """The step that made the amount what it is: the last limit that bit, or else the costs."""
        found, so_far = None, 0
        for step in self.steps:
            bites = step.sign == AT_MOST and step.after(so_far) < so_far
            if bites or step.code == "uncovered":
                found = step
            so_far = step.after(so_far)
        return found

    @property
    def why(self) -> Text:
        """In one sentence, why it is not more."""
        step = self.decided_by
        return amount_words.why(step.code, step.told) if step else ""

    def but(self, *codes: str) -> "Amount":
        """Return the same amount without limits of these codes that change nothing."""
        decided = self.decided_by
        kept = (step for step in self.steps if step.code not in codes or step == decided)
        return Amount(tuple(kept))

    def kept(self) -> dict:
        """Return the explanation as plain JSON, to stand with the decision."""
        return {
            "amount_yen": self.yen,
            "steps": [
                {
                    "code": step.code, "amount_yen": step.amount_yen, "sign": step.sign,
                    "source": step.source, "told": step.told,
                }
                for step in self.steps
            ],
        }  # fmt: skip

    @classmethod
    def read(cls, kept: dict | None) -> "Amount | None":
        """Return the explanation that was kept, if one was."""
        return cls(tuple(Step(**step) for step in kept["steps"])) if kept else None


def reckon(
    lines: Iterable[Line], rules: RuleSet, limits: Sequence[Limit] = (), *, cut_off: bool = True
) -> Amount:
    """Return what may be paid: costs that count, less other income, within every limit.

    A line without a category counts whole, and income without one is taken off whole.

    :param cut_off: whether the rule on rounding applies, too; a confirmation is exact.
    """
    lines = list(lines)
    costs = [*_costs(lines, rules.categories)]
    eligible_yen = Amount(tuple(costs)).yen
    income = [*_income(lines, rules.categories)]
    left_yen = Amount((*costs, *income)).yen
    steps = [
        *costs, Step("eligible", eligible_yen, COMES_TO), *income,
        Step("uncovered", left_yen, COMES_TO), *_rate(rules, eligible_yen, left_yen),
        *(Step(limit.code, limit.most_yen, AT_MOST, limit.source, limit.told) for limit in limits),
    ]  # fmt: skip
    if cut_off:
        steps += _rounding(rules, Amount(tuple(steps)).yen)
    return Amount((*steps, Step("amount", Amount(tuple(steps)).yen, COMES_TO)))


def _costs(lines: list[Line], categories: tuple[Category, ...]) -> Iterator[Step]:
    spent = [line for line in lines if line.side == EXPENDITURE]
    yield Step("costs", sum(line.amount_yen for line in spent))
    if not categories:
        yield Step("categories", None)
    yield from _not_counted(spent, categories)
    for line in spent:
        if line.disallowed_yen:
            yield Step("disallowed", line.disallowed_yen, MINUS, told=line.told)


def _not_counted(spent: list[Line], categories: tuple[Category, ...]) -> Iterator[Step]:
    """Yield what of each category does not count: all of it, or what is above its limit."""
    known = by_code(categories)
    sums = {category.code: _sum_of(spent, category.code) for category in categories}
    others_yen = sum(line.counted_yen for line in spent if line.category not in known)
    others_yen += sum(
        min(sums[c.code], c.limit_yen if c.limit_yen is not None else sums[c.code])
        for c in categories
        if c.side == EXPENDITURE and c.treatment != Treatment.INELIGIBLE and c.limit_percent is None
    )
    for category in categories:
        if category.side == EXPENDITURE:
            yield from _above(category, sums[category.code], others_yen)


def _sum_of(lines: list[Line], code: str) -> int:
    return sum(line.counted_yen for line in lines if line.category == code)


def _above(category: Category, sum_yen: int, others_yen: int) -> Iterator[Step]:
    if category.treatment == Treatment.INELIGIBLE:
        above, code = sum_yen, "ineligible"
    else:
        most, code = min(_limits_of(category, sum_yen, others_yen))
        above = sum_yen - most
    if above:
        told = {**category.name, "limit": category.limit_yen, "percent": category.limit_percent}
        yield Step(code, above, MINUS, category.source, told)


def _limits_of(category: Category, sum_yen: int, others_yen: int) -> Iterator[tuple[int, str]]:
    """Yield the most that counts of a category, in yen, with the code of the reason.

    A percent is one of all costs that count, the category's own among them. What counts besides
    is ``others_yen`` at least, and a category of p % is then at most p / (100 - p) of it.
    """
    yield sum_yen, "whole"
    if category.limit_yen is not None:
        yield category.limit_yen, "above_yen"
    percent = category.limit_percent
    if percent is not None and percent < 100:
        yield others_yen * percent // (100 - percent), "above_percent"


def _income(lines: list[Line], categories: tuple[Category, ...]) -> Iterator[Step]:
    """Yield what else pays for the project: by category, and what has none."""
    came_in = [line for line in lines if line.side == INCOME and not line.from_city]
    known = by_code(categories)
    for category in categories:
        yen = sum(line.amount_yen for line in came_in if line.category == category.code)
        if yen and category.treatment in (Treatment.DEDUCTED, Treatment.OTHER_SUBSIDY):
            yield Step(category.treatment, yen, MINUS, category.source, category.name)
    without = [line for line in came_in if line.category not in known]
    if without or not categories:
        yield Step("other_income", sum(line.amount_yen for line in without), MINUS)


def _rate(rules: RuleSet, eligible_yen: int, left_yen: int) -> Iterator[Step]:
    name = "subsidy_rate_percent"
    if rules.status(name) == Status.NOT_APPLICABLE:
        return
    share, of = rules.share(name), rules.text("subsidy_rate_of")
    if share is None:
        yield Step("rate", None, AT_MOST)
        return
    base = left_yen if of == OF_COSTS_LESS_INCOME else eligible_yen
    what = {OF_COSTS: "_of_costs", OF_COSTS_LESS_INCOME: "_of_rest"}.get(of or "", "_of")
    said = rules.text(name) or ""
    code, told = ("share", {"share": said}) if "/" in said else ("rate", {"percent": said})
    yield Step(code + what, int(base * share), AT_MOST, rules.source(name), told)


def _rounding(rules: RuleSet, so_far_yen: int) -> Iterator[Step]:
    name = "rounding_unit_yen"
    if rules.status(name) == Status.NOT_APPLICABLE:
        return
    unit = rules.number(name)
    if unit is None:
        yield Step("rounding", None, MINUS)
    elif unit > 1:
        told = {"unit": unit}
        yield Step("cut_off", so_far_yen % unit, MINUS, rules.source(name), told)
