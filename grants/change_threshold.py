"""Whether a change of a project year (変更) needs an approval, or only a notice. Pure and exact.

The round's frozen rules decide; a rule that is not set decides nothing, and then a person does.
Other cities know a share of the costs, such as 20 percent: 境港市 asks for no approval up to it,
いわき市 asks for one above it. What Kamakura asks could not be read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from casework.flow import Text

from . import change_words
from .rules import YES, RuleSet, Status

EXPENDITURE = "expenditure"

#: What becomes of a change: a notice is enough, a person chooses, an approval is needed.
MINOR, UNSET, MAJOR = "minor", "unset", "major"

#: From the lightest to the heaviest; the heaviest reason decides.
WEIGHTS = (MINOR, UNSET, MAJOR)

PERCENT, OF = "change_threshold_percent", "change_threshold_of"
#: Of what the share is taken: all costs together, or each cost by itself.
TOTAL, LINE = "total", "line"

#: What changed → the rule that says whether it needs an approval whatever its size.
ALWAYS = {
    "content": "change_of_content_approved",
    "schedule": "change_of_schedule_approved",
    "less": "change_of_amount_approved",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a group means to do in one project year: before a change, or after it.

    :param lines: (side, item, how it is reckoned, yen, category) of each line of the budget.
    :param asked_yen: what is asked of the city.
    """

    content: str
    starts_on: date | str | None
    ends_on: date | str | None
    lines: tuple[tuple[str, str, str, int, str], ...]
    asked_yen: int

    @classmethod
    def of(cls, content: dict) -> "Plan":
        """Read a version as :mod:`grants.versions` keeps it."""
        names = ("side", "label", "detail", "amount_yen", "category")
        return cls(
            content["content"] or "", content["starts_on"], content["ends_on"],
            tuple(tuple(line[name] for name in names) for line in content["budget"]),
            content["requested_yen"],
        )  # fmt: skip

    @property
    def costs(self) -> Counter:
        """Item → yen of expenditure; equal items are one."""
        found: Counter = Counter()
        for side, label, _detail, yen, _category in self.lines:
            if side == EXPENDITURE:
                found[label] += yen
        return found


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed, what it makes of the change, and why.

    :param code: what its words say, see :mod:`grants.change_words`.
    :param told: the numbers that they name.
    """

    outcome: str
    code: str
    told: dict = field(default_factory=dict)
    source: str = ""

    @property
    def words(self) -> Text:
        return change_words.why(self.code, self.told)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a change, with every reason; one without reasons changes nothing."""

    reasons: tuple[Reason, ...]

    @property
    def outcome(self) -> str:
        return max((reason.outcome for reason in self.reasons), key=WEIGHTS.index, default=MINOR)

    @property
    def words(self) -> Text:
        return change_words.OUTCOMES[self.outcome]


def weigh(
    before: Plan, after: Plan, rules: RuleSet, grant: tuple[int, int] | None = None
) -> Verdict:
    """Return whether the change from ``before`` to ``after`` needs an approval, and why.

    A change that lowers or raises the grant is always decided, whatever the rules ask for: the grant
    was decided, and is known to the group by letter.

    :param grant: what is granted before and after it, in yen; ``None`` where nothing is granted.
    """
    return Verdict((*_of_the_grant(grant), *_reasons(before, after, rules)))


def _of_the_grant(grant: tuple[int, int] | None) -> Iterator[Reason]:
    if grant and grant[0] != grant[1]:
        yield Reason(MAJOR, "grant", {"before": grant[0], "after": grant[1]})


def ends_or_moves(asks_for: str) -> Verdict:
    """Return the verdict of a request to end early or to postpone: always decided by approval."""
    return Verdict((Reason(MAJOR, asks_for),))


def _reasons(before: Plan, after: Plan, rules: RuleSet) -> Iterator[Reason]:
    if after.asked_yen > before.asked_yen:
        yield Reason(MAJOR, "more", _asked(before, after))
    elif after.asked_yen < before.asked_yen:
        yield _by_rule("less", rules, _asked(before, after))
    if before.content.strip() != after.content.strip():
        yield _by_rule("content", rules)
    if (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on):
        yield _by_rule("schedule", rules)
    if before.lines != after.lines:
        yield _of_the_budget(before, after, rules)


def _asked(before: Plan, after: Plan) -> dict:
    return {"before": before.asked_yen, "after": after.asked_yen}


def _by_rule(what: str, rules: RuleSet, told: dict | None = None) -> Reason:
    name = ALWAYS[what]
    if rules.text(name) is None:
        is_free = rules.status(name) == Status.NOT_APPLICABLE
        outcome, ending = (MINOR, "free") if is_free else (UNSET, "not_set")
    else:
        outcome, ending = (MAJOR, "always") if rules.text(name) == YES else (MINOR, "free")
    return Reason(outcome, f"{what}_{ending}", told or {}, rules.source(name))


def _of_the_budget(before: Plan, after: Plan, rules: RuleSet) -> Reason:
    """Compare what moved with the share that is free; exactly the share is still free."""
    most, of = rules.decimal(PERCENT), rules.text(OF)
    if rules.status(PERCENT) == Status.NOT_APPLICABLE:
        return Reason(MINOR, "budget_free", {}, rules.source(PERCENT))
    if most is None or of not in (TOTAL, LINE):
        return Reason(UNSET, "budget_not_set")
    moved_yen, of_yen, item = biggest_shift(before, after, of)
    above = moved_yen * 100 > most * of_yen
    told = {
        "moved": moved_yen, "of": of_yen, "percent": _plain(most), "share": _share(moved_yen, of_yen),
        "item": item,
    }  # fmt: skip
    code = f"{of}_{'above' if above else 'within'}"
    return Reason(MAJOR if above else MINOR, code, told, rules.source(PERCENT))


def biggest_shift(before: Plan, after: Plan, of: str) -> tuple[int, int, str]:
    """Return by how many yen the costs moved at most, of how many, and of which item.

    :param of: ``TOTAL`` compares all costs together, ``LINE`` each item by itself. A new item moves
        its whole amount of nothing, which is above every share.
    """
    old, new = before.costs, after.costs
    if of == TOTAL:
        return abs(sum(new.values()) - sum(old.values())), sum(old.values()), ""
    shifts = [(abs(new[item] - old[item]), old[item], item) for item in sorted({*old, *new})]
    return max(shifts, key=_as_share, default=(0, 0, ""))


def _as_share(shift: tuple[int, int, str]) -> tuple[bool, Decimal]:
    moved_yen, of_yen, _item = shift
    return (moved_yen > 0 and of_yen == 0, Decimal(moved_yen) / (of_yen or 1))


def _share(moved_yen: int, of_yen: int) -> str:
    """Return the share in percent to one place, rounded up, so that it is never told too small."""
    if not of_yen:
        return ""
    tenths = -(-moved_yen * 1000 // of_yen)
    return f"{tenths // 10}.{tenths % 10}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
