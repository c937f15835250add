"""How points become an order, an outcome and an amount: the rules of a selection, all of them here.

Pure functions of what they are given: nothing is read or written, and every figure is exact
(``int``, ``Decimal``, ``Fraction``). Every page, file, draft and frozen decision takes its figures
from here, so that a list and a page cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, groupby
from math import floor, lcm

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# What a rubric can say


class Aggregation(TextChoices):
    MEAN = "mean", _("Mean of the sheets")
    MEDIAN = "median", _("Median of the sheets")
    TRIMMED = "trimmed", _("Mean without the highest and the lowest sheet")


class PassUnit(TextChoices):
    POINTS = "points", _("points")
    PERCENT = "percent", _("percent of the most points")


class RecusedCounts(TextChoices):
    LEFT_OUT = "left_out", _("Left out")
    AS_MEAN = "as_mean", _("As the mean of the other sheets")


class TieRule(TextChoices):
    SMALLER_REQUEST = "smaller_request", _("The smaller request goes first")
    CRITERIA = "criteria", _("The criteria decide, in their order")
    CHAIR = "chair", _("The chair decides")


class CutRule(TextChoices):
    REMAINDER = "remainder", _("By place within the budget; the first above it is offered the rest")
    RESERVE = "reserve", _("By place within the budget; the first above it becomes the reserve")
    PASS_ONLY = "pass_only", _("Whoever reaches the pass mark")


class Allocation(TextChoices):
    FULL = "full", _("What was asked for")
    ASSESSED = "assessed", _("An assessed amount (査定額)")
    GRADE = "grade", _("A rate by grade")


@dataclass(frozen=True, slots=True)
class CriterionRule:
    """One criterion as the reckoning needs it.

    :param key: by which sheets name it.
    :param floor: points; a proposal whose combined points lie below is knocked out.
    """

    key: int
    max_points: int
    weight: Decimal = Decimal(1)
    floor: int | None = None


@dataclass(frozen=True, slots=True)
class GradeRule:
    """From ``from_percent`` of the most points on, ``rate_percent`` of the request is given."""

    from_percent: Decimal
    rate_percent: int


@dataclass(frozen=True, slots=True)
class Rules:
    """A rubric as plain values; an empty one is "not set".

    :param criteria: in the order of the rubric.
    :param quorum: least number of sheets that a proposal needs for a place.
    :param rounding_unit_yen: yen to which an amount by grade is rounded down.
    :param most: the most that one sheet can give, weights included.
    """

    criteria: tuple[CriterionRule, ...] = ()
    aggregation: str = ""
    pass_mark: Decimal | None = None
    pass_unit: str = ""
    quorum: int | None = None
    recused_counts: str = ""
    tie_rule: str = ""
    cut_rule: str = ""
    allocation: str = ""
    grades: tuple[GradeRule, ...] = ()
    rounding_unit_yen: int | None = None
    most: Fraction = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        # Reckoned once, asked for each proposal.
        object.__setattr__(self, "most", most_of(self.criteria))


#: What :func:`missing` returns, in words.
MISSING = {
    "criteria": _("the criteria"),
    "aggregation": _("how the sheets are put together"),
    "pass_mark": _("the pass mark (0 where everybody passes)"),
    "quorum": _("how many sheets a proposal needs"),
    "recused_counts": _("what a sheet counts that is left out for a conflict of interest"),
    "tie_rule": _("what decides between equal points"),
    "cut_rule": _("who gets money from the budget"),
    "allocation": _("how much they get"),
    "grades": _("the grades, the lowest of them from 0 percent on"),
    "rounding_unit_yen": _("the rule “Amounts are rounded to” of this round"),
}


def missing(rules: Rules) -> list[str]:
    """Return what ``rules`` lack to carry a selection from the sheets to the money, as codes.

    What an excluded member's sheet counts as makes no difference to a plain mean, and grades and
    their rounding are needed only where they decide the amount.
    """
    by_grade = rules.allocation == Allocation.GRADE
    there = {
        "criteria": bool(rules.criteria),
        "aggregation": bool(rules.aggregation),
        "pass_mark": rules.pass_mark is not None,
        "quorum": rules.quorum is not None,
        "recused_counts": bool(rules.recused_counts) or rules.aggregation == Aggregation.MEAN,
        "tie_rule": bool(rules.tie_rule),
        "cut_rule": bool(rules.cut_rule),
        "allocation": bool(rules.allocation),
        "grades": not by_grade or any(grade.from_percent == 0 for grade in rules.grades),
        "rounding_unit_yen": not by_grade or bool(rules.rounding_unit_yen),
    }
    return [code for code, known in there.items() if not known]


# From sheets to one figure


def sheet_total(points: Mapping[int, int | None], criteria: Iterable[CriterionRule]):
    """Return the weighted points of one sheet, or ``None`` while a criterion has none."""
    given = [(points.get(criterion.key), criterion.weight) for criterion in criteria]
    if not given or any(value is None for value, _weight in given):
        return None
    return Fraction(sum(value * _factor(weight) for value, weight in given if value is not None))


def most_of(criteria: Iterable[CriterionRule]) -> Fraction:
    """Return the most that one sheet can give, weights included."""
    return Fraction(sum(criterion.max_points * _factor(criterion.weight) for criterion in criteria))


def moved_total(total: Fraction, criterion: CriterionRule, by: int) -> Fraction:
    """Return the weighted points of a sheet that gives ``by`` points more for ``criterion``."""
    return total + by * _factor(criterion.weight)


@lru_cache(maxsize=256)
def _factor(weight: Decimal) -> Fraction | int:
    """Return a weight exactly; a whole one as ``int``, with which long sums are fast."""
    factor = Fraction(weight)
    return factor.numerator if factor.denominator == 1 else factor


def mean(values: Iterable[Fraction | int]) -> Fraction | None:
    """Return the exact mean, or ``None`` where there is nothing to take it of."""
    given = list(values)
    return Fraction(sum(given), len(given)) if given else None


def combined(
    values: Iterable[Fraction | int], aggregation: str, *, filled: int = 0
) -> Fraction | None:
    """Return the sheets put together; ``None`` where the rule is not set or too few are there.

    Reckoned in whole numbers of the largest part that all figures have in common: exact, and fast.

    :param filled: for how many further sheets the mean of the others stands.
    """
    given = list(values)
    part = lcm(*(value.denominator for value in given)) * (len(given) if filled and given else 1)
    parts = [value.numerator * (part // value.denominator) for value in given]
    if filled and given:
        parts += [sum(parts) // len(given)] * filled
    parts.sort()
    if aggregation == Aggregation.MEDIAN:
        parts = parts[(len(parts) - 1) // 2 : len(parts) // 2 + 1]
    elif aggregation == Aggregation.TRIMMED:
        parts = parts[1:-1]
    elif aggregation != Aggregation.MEAN:
        return None
    return Fraction(sum(parts), len(parts) * part) if parts else None


def percent_of(points: Fraction | None, rules: Rules) -> Fraction | None:
    """Return ``points`` as percent of the most points there are."""
    return None if points is None or not rules.most else points * 100 / rules.most


def passes(points: Fraction | None, rules: Rules) -> bool | None:
    """Return whether exact points reach the pass mark; ``None`` where either is not there."""
    held = percent_of(points, rules) if rules.pass_unit == PassUnit.PERCENT else points
    if held is None or rules.pass_mark is None:
        return None
    return held >= Fraction(rules.pass_mark)


@dataclass(frozen=True, slots=True)
class Entry:
    """One proposal as it enters the reckoning.

    :param sheets: criterion → points, of every sheet that was submitted.
    :param recused: how many members would have a sheet but for a conflict of interest.
    :param assessed_yen: what the subcommittee thinks right; ``None`` is "not assessed".
    """

    requested_yen: int
    sheets: tuple[Mapping[int, int | None], ...] = ()
    recused: int = 0
    assessed_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the sheets of one proposal say; it depends on no other proposal.

    :param points: the sheets put together, weights included.
    :param by_criterion: criterion → its points put together by the same rule, without the weight.
    :param knocked_out: the criteria whose floor it does not reach.
    :param enough: whether as many sheets came as the rubric asks for.
    """

    counted: int = 0
    points: Fraction | None = None
    percent: Fraction | None = None
    by_criterion: Mapping[int, Fraction | None] = field(default_factory=dict)
    knocked_out: tuple[int, ...] = ()
    passed: bool | None = None
    enough: bool = False

    @property
    def has_place(self) -> bool:
        return self.enough and self.points is not None

    @property
    def in_the_running(self) -> bool:
        """Whether money can go to it: enough sheets, no floor missed, pass mark reached."""
        return bool(self.has_place and not self.knocked_out and self.passed)


def judge(rules: Rules, entry: Entry) -> Judged:
    """Return what the sheets of one proposal say; a sheet that lacks a score is left out."""
    totals = [sheet_total(sheet, rules.criteria) for sheet in entry.sheets]
    counting = [s for s, total in zip(entry.sheets, totals, strict=True) if total is not None]

    def put_together(values) -> Fraction | None:
        return together(rules, values, recused=entry.recused)

    return judged_of(
        rules,
        len(counting),
        put_together(total for total in totals if total is not None),
        {c.key: put_together(sheet[c.key] for sheet in counting) for c in rules.criteria},
    )


def together(rules: Rules, values: Iterable, *, recused: int) -> Fraction | None:
    """Return figures of the sheets of one proposal, put together as ``rules`` say."""
    filled = recused if rules.recused_counts == RecusedCounts.AS_MEAN else 0
    return combined(values, rules.aggregation, filled=filled)


def judged_of(
    rules: Rules,
    counted: int,
    points: Fraction | None,
    by_criterion: Mapping[int, Fraction | None],
) -> Judged:
    """Return what figures that are put together already say of one proposal.

    :param counted: of how many sheets they are taken.
    """
    return Judged(
        counted=counted,
        points=points,
        percent=percent_of(points, rules),
        by_criterion=by_criterion,
        knocked_out=_below_their_floor(rules, by_criterion),
        passed=passes(points, rules),
        enough=rules.quorum is not None and counted >= max(rules.quorum, 1),
    )


def _below_their_floor(
    rules: Rules, by_criterion: Mapping[int, Fraction | None]
) -> tuple[int, ...]:
    reached = ((c, by_criterion[c.key]) for c in rules.criteria)
    return tuple(
        c.key
        for c, points in reached
        if c.floor is not None and points is not None and points < c.floor
    )


# The order


class TieCode(TextChoices):
    """What ended a tie of one proposal; empty where no other has as many points."""

    SMALLER_REQUEST = "smaller_request", _("equal points; the smaller request goes first")
    CRITERIA = "criteria", _("equal points; a criterion decides")
    CHAIR = "chair", _("equal points; the chair decided")
    OPEN = "open", _("equal points; the chair has to decide")
    SHARED = "shared", _("equal points; the place is shared, because no money hangs on it")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one proposal stands.

    :param rank: 1 is the best; ``None`` where too few sheets came.
    :param tie: a :class:`TieCode` or empty.
    :param criterion: which criterion ended the tie, where one did.
    :param tied: all that the chair's order is about, where it is about this one.
    """

    rank: int | None = None
    tie: str = ""
    criterion: int | None = None
    tied: frozenset[int] = frozenset()


#: A step that tells proposals apart: what is told of those it parted, and the value, highest first.
Step = tuple[Place, Callable[[int], Fraction | int]]


def places(
    rules: Rules,
    entries: Mapping[int, Entry],
    judged: Mapping[int, Judged],
    rulings: Sequence[Sequence[int]] = (),
) -> dict[int, Place]:
    """Return the place of each proposal, with the rule that ended each tie.

    Points first, then the tie rule. Those in the running that are still equal are put to the chair;
    until the chair's order is recorded they share a place, and the places after it are left out.

    :param rulings: orders the chair gave, the newest first; one holds for all it names.
    """
    found = {key: Place() for key in entries}
    before = 0
    ranked = [key for key in entries if judged[key].has_place]
    for equal, ended in _split(ranked, _steps(rules, entries, judged)):
        for part, place in _by_the_chair(equal, ended, judged, rulings):
            for key in part:
                found[key] = Place(before + 1, place.tie, place.criterion, place.tied)
            before += len(part)
    return found


def _steps(rules: Rules, entries, judged) -> list[Step]:
    steps: list[Step] = [(Place(), lambda key: judged[key].points)]
    if rules.tie_rule == TieRule.SMALLER_REQUEST:
        told = Place(tie=TieCode.SMALLER_REQUEST)
        steps.append((told, lambda key: -entries[key].requested_yen))
    if rules.tie_rule == TieRule.CRITERIA:
        for criterion in rules.criteria:
            told = Place(tie=TieCode.CRITERIA, criterion=criterion.key)
            steps.append((told, lambda key, c=criterion.key: judged[key].by_criterion[c]))
    return steps


def _split(
    equal: list[int], steps: list[Step], ended: Place = Place()
) -> Iterator[tuple[list[int], Place]]:
    """Yield what no step parts, best first, with what was told by the last step that parted it."""
    if len(equal) < 2 or not steps:
        if equal:
            yield equal, ended
        return
    (told, value), *rest = steps
    values = sorted({value(key) for key in equal}, reverse=True)
    for one in values:
        part = [key for key in equal if value(key) == one]
        yield from _split(part, rest, told if len(values) > 1 else ended)


def _by_the_chair(
    equal: list[int], ended: Place, judged, rulings
) -> Iterator[tuple[list[int], Place]]:
    if len(equal) < 2:
        yield equal, ended
        return
    running = frozenset(key for key in equal if judged[key].in_the_running)
    others = [key for key in equal if key not in running]
    order = next((ruling for ruling in rulings if running <= set(ruling)), None)
    if len(running) < 2:
        yield equal, Place(tie=TieCode.SHARED)
    elif order is None:
        yield sorted(running), Place(tie=TieCode.OPEN, tied=running)
    else:
        for key in sorted(running, key=list(order).index):
            yield [key], Place(tie=TieCode.CHAIR, tied=running)
    if len(running) > 1 and others:
        yield others, Place(tie=TieCode.SHARED)


# The cut and the money


class Reason(TextChoices):
    """Why the rules propose what they propose."""

    FULL = "full", _("within the budget; gets what was asked for")
    ASSESSED = "assessed", _("within the budget; gets the assessed amount")
    BY_GRADE = "by_grade", _("within the budget; gets the rate of its grade, rounded down")
    REMAINDER = "remainder", _("first above the budget; is offered what is left")
    FIRST_OVER = "first_over", _("first above the budget; becomes the reserve")
    BUDGET_USED = "budget_used", _("the budget is used up before it")
    BELOW_PASS_MARK = "below_pass_mark", _("below the pass mark")
    BELOW_FLOOR = "below_floor", _("below the least points of a criterion")
    NOTHING_BY_GRADE = "nothing_by_grade", _("its grade gives no money")
    BELOW_QUORUM = "below_quorum", _("too few sheets to say")
    NOT_ASSESSED = "not_assessed", _("the assessed amount is not entered yet")
    TIE_OPEN = "tie_open", _("the chair has to decide between equal points first")
    WAITS = "waits", _("depends on a proposal before it that is still open")
    BUDGET_SHORT = "budget_short", _("passes, but the budget does not cover it: the city decides")
    BUDGET_NOT_SET = "budget_not_set", _("passes; the budget of the round is not set")
    RULES_NOT_SET = "rules_not_set", _("the rubric does not say enough yet")


@dataclass(frozen=True, slots=True)
class Share:
    """What the rules propose for one proposal; an empty outcome is for people to answer.

    :param outcome: select, reserve, decline or empty.
    :param amount_yen: in yen, with select and reserve.
    :param reason: a :class:`Reason`.
    """

    outcome: str
    amount_yen: int | None
    reason: str


def grade_of(percent: Fraction, grades: Iterable[GradeRule]) -> GradeRule | None:
    """Return the highest grade that ``percent`` reaches."""
    reached = (grade for grade in grades if Fraction(grade.from_percent) <= percent)
    return max(reached, key=lambda grade: grade.from_percent, default=None)


def wanted(rules: Rules, entry: Entry, judged: Judged) -> Share:
    """Return what one proposal would get if the budget were large enough."""
    if rules.allocation == Allocation.ASSESSED:
        if entry.assessed_yen is None:
            return Share("", None, Reason.NOT_ASSESSED)
        return Share("select", min(entry.assessed_yen, entry.requested_yen), Reason.ASSESSED)
    if rules.allocation == Allocation.GRADE:
        return _by_grade(rules, entry, judged)
    return Share("select", entry.requested_yen, Reason.FULL)


def _by_grade(rules: Rules, entry: Entry, judged: Judged) -> Share:
    grade = grade_of(judged.percent or Fraction(0), rules.grades)
    unit, rate = rules.rounding_unit_yen or 1, grade.rate_percent if grade else 0
    amount = entry.requested_yen * rate // (100 * unit) * unit
    if not amount:
        return Share("decline", None, Reason.NOTHING_BY_GRADE)
    return Share("select", amount, Reason.BY_GRADE)


def shares(
    rules: Rules,
    entries: Mapping[int, Entry],
    judged: Mapping[int, Judged],
    order: Mapping[int, Place],
    *,
    budget_yen: int | None,
) -> dict[int, Share]:
    """Return what the rules propose for each; what they select never exceeds the budget.

    The budget is given out by place. What is not known yet (an open tie on the line, an amount that
    is not assessed) is left to people, and so is all that comes after it.

    :param budget_yen: what is left for this decision, in yen; ``None`` is "not set".
    """
    if missing(rules):
        return dict.fromkeys(entries, Share("", None, Reason.RULES_NOT_SET))
    claims = {key: claim(rules, entries[key], judged[key]) for key in sorted(entries)}
    return give_out(rules, claims, order, budget_yen=budget_yen)


def claim(rules: Rules, entry: Entry, judged: Judged) -> Share:
    """Return what is proposed for one proposal before the budget is looked at."""
    return wanted(rules, entry, judged) if judged.in_the_running else _without_money(judged)


def give_out(
    rules: Rules,
    claims: Mapping[int, Share],
    order: Mapping[int, Place],
    *,
    budget_yen: int | None,
) -> dict[int, Share]:
    """Give the budget to ``claims`` by place; see :func:`shares`.

    :param claims: by ascending key, what :func:`claim` says of each.
    """
    found = dict(claims)
    for given, _till in giving(rules, competing(claims, order), Till(budget_yen)):
        found |= given
    return found


@dataclass(frozen=True, slots=True)
class Till:
    """What the budget has left before a place.

    :param left_yen: in yen; ``None`` is "not set".
    :param after: why nothing can be given any more; empty before the line.
    """

    left_yen: int | None
    after: str = ""


def competing(claims: Mapping[int, Share], order: Mapping[int, Place]) -> list[dict[int, Share]]:
    """Return those that money can go to, best first; those on one place together."""
    keys = [key for key, share in claims.items() if share.reason in COMPETES]
    by_place = groupby(sorted(keys, key=_rank_in(order)), key=_rank_in(order))
    return [{key: claims[key] for key in on_it} for _rank, on_it in by_place]


def giving(
    rules: Rules, groups: Iterable[dict[int, Share]], till: Till
) -> Iterator[tuple[dict[int, Share], Till]]:
    """Yield what each of ``groups`` gets, and what is left after it."""
    for group in groups:
        given, till = _give(rules, group, till)
        yield given, till


#: What those say that the budget is given out to; of the others the outcome is known without it.
COMPETES = frozenset({Reason.FULL, Reason.ASSESSED, Reason.BY_GRADE, Reason.NOT_ASSESSED})


def _rank_in(order: Mapping[int, Place]) -> Callable[[int], int]:
    return lambda key: order[key].rank or 0


def _without_money(judged: Judged) -> Share:
    if not judged.has_place:
        return Share("", None, Reason.BELOW_QUORUM)
    if judged.knocked_out:
        return Share("decline", None, Reason.BELOW_FLOOR)
    return Share("decline", None, Reason.BELOW_PASS_MARK)


def _give(rules: Rules, group: dict[int, Share], till: Till) -> tuple[dict[int, Share], Till]:
    """Give to those on one place what the budget has left; return what is left then, too."""
    if till.after:
        outcome = "decline" if till.after == Reason.BUDGET_USED else ""
        return dict.fromkeys(group, Share(outcome, None, till.after)), till
    if till.left_yen is None:
        none = Share("", None, Reason.BUDGET_NOT_SET)
        return dict.fromkeys(group, none), Till(None, Reason.BUDGET_NOT_SET)
    if any(share.amount_yen is None for share in group.values()):
        return _leave_open(group), Till(till.left_yen, Reason.WAITS)
    together = sum(share.amount_yen or 0 for share in group.values())
    if together <= till.left_yen:
        return group, Till(till.left_yen - together)
    if len(group) > 1:
        return _leave_open(group), Till(till.left_yen, Reason.WAITS)
    return _at_the_line(rules, group, till.left_yen)


def _leave_open(group: dict[int, Share]) -> dict[int, Share]:
    return {
        key: share if share.amount_yen is None else Share("", None, Reason.TIE_OPEN)
        for key, share in group.items()
    }


def _at_the_line(rules: Rules, group: dict[int, Share], left: int) -> tuple[dict[int, Share], Till]:
    ((key, share),) = group.items()
    if rules.cut_rule == CutRule.PASS_ONLY:
        short = Share("", None, Reason.BUDGET_SHORT)
        return {key: short}, Till(left, Reason.BUDGET_SHORT)
    used = Till(left, Reason.BUDGET_USED)
    if rules.cut_rule == CutRule.RESERVE:
        return {key: Share("reserve", share.amount_yen, Reason.FIRST_OVER)}, used
    if left <= 0:
        return {key: Share("decline", None, Reason.BUDGET_USED)}, used
    return {key: Share("select", left, Reason.REMAINDER)}, Till(0, Reason.BUDGET_USED)


@dataclass(frozen=True, slots=True)
class Result:
    """All that the rules say of one proposal."""

    judged: Judged = Judged()
    place: Place = Place()
    share: Share = Share("", None, Reason.RULES_NOT_SET)


def results(
    rules: Rules,
    entries: Mapping[int, Entry],
    *,
    budget_yen: int | None,
    rulings: Sequence[Sequence[int]] = (),
) -> dict[int, Result]:
    """Return what the rules say of each proposal: points, place, outcome, amount.

    :param rulings: orders the chair gave, the newest first.
    """
    judged = {key: judge(rules, entry) for key, entry in entries.items()}
    order = places(rules, entries, judged, rulings)
    given = shares(rules, entries, judged, order, budget_yen=budget_yen)
    return {key: Result(judged[key], order[key], given[key]) for key in entries}


# As people see it


def shown(value: Fraction | None) -> Decimal | None:
    """Return a figure as people see it: to two decimals, halves up."""
    if value is None:
        return None
    return Decimal(floor(value * 100 + Fraction(1, 2))).scaleb(-2)


def plain(value: Fraction) -> str:
    """Return a figure as people write it: to two decimals, without the zeros at its end."""
    text = f"{shown(value)}"
    return text.rstrip("0").rstrip(".")


def running_totals(amounts_yen: Iterable[int]) -> list[int]:
    """Return the sums of the amounts so far, in yen, in the order given."""
    return list(accumulate(amounts_yen))


def exact(value: Fraction | None) -> str | None:
    """Return a figure as text that loses nothing, such as ``85/3``."""
    return None if value is None else str(value)
