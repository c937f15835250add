"""How firm an order is: what becomes of it without one member, one point off, or a tenth of money off.

Pure, and nothing but the rules of :mod:`reviews.scoring` on changed figures. The official order is
never changed by what is found here; it stands beside it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import chain

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from . import scoring
from .scoring import CriterionRule, Entry, Judged, Place, Result, Rules, Share, Till

#: With fewer sheets than this nothing is said about how firm a place is: of two sheets each is half.
FEW_SHEETS = 3


class What(TextChoices):
    """What is thought otherwise than it was."""

    MEMBER = "member", _("without a member")
    POINT = "point", _("one point more or less")
    BUDGET = "budget", _("a tenth more or less budget")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is thought otherwise.

    :param member: whose sheets are left out, or on whose sheet one score changes.
    :param proposal: whose sheet it is; with ``criterion`` only for one point.
    :param by: points, or percent of the budget; negative is less.
    """

    what: str
    member: int | None = None
    proposal: int | None = None
    criterion: int | None = None
    by: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What the rules say after a change, as far as it differs from the official result.

    :param changes: all that lead to this; one reckoning stands for them.
    :param ranks: proposal → its other place; ``None`` where it has none any more.
    :param shares: proposal → its other outcome or amount.
    """

    changes: tuple[Change, ...]
    ranks: Mapping[int, int | None]
    shares: Mapping[int, Share]

    @property
    def without_place(self) -> list[int]:
        """The proposals that lose their place: without a member too few sheets are left for them."""
        return [key for key, rank in self.ranks.items() if rank is None]


#: What yields some of the runs when it is called.
Part = Callable[[], Iterator[Run]]


@dataclass(frozen=True, slots=True)
class Scored:
    """One proposal as it enters the reckoning, with who gave what.

    :param members: who gave each sheet of ``entry``, in the same order.
    :param recused: who is left out for a conflict of interest.
    """

    entry: Entry
    members: tuple[int, ...] = ()
    recused: frozenset[int] = frozenset()

    def without(self, member: int) -> Entry:
        """Return the proposal as if ``member`` had no seat: without the sheet, and not recused."""
        pairs = zip(self.members, self.entry.sheets, strict=True)
        return replace(
            self.entry,
            sheets=tuple(sheet for who, sheet in pairs if who != member),
            recused=self.entry.recused - (member in self.recused),
        )


@dataclass(frozen=True, slots=True)
class Budgets:
    """What is left for the decision, in yen, officially and with a tenth less and more of the budget."""

    official_yen: int | None
    less_yen: int | None = None
    more_yen: int | None = None


def budgets(left_yen: int | None, budget_yen: int | None) -> Budgets:
    """Return what is left if the budget of the round were a tenth smaller or larger.

    The tenth is of the whole budget, rounded down to whole yen; what is bound already stays bound,
    and less than nothing is not left.
    """
    if left_yen is None or budget_yen is None:
        return Budgets(left_yen)
    tenth = budget_yen // 10
    return Budgets(left_yen, max(left_yen - tenth, 0), left_yen + tenth)


class Official:
    """The official results of a round, and what they become when one thing changes."""

    def __init__(
        self,
        rules: Rules,
        scored: Mapping[int, Scored],
        given: Budgets,
        rulings: Sequence[Sequence[int]],
    ):
        self.rules, self.scored, self.budgets, self.rulings = rules, scored, given, rulings
        self.entries = {key: scored[key].entry for key in sorted(scored)}
        self.judged = {key: scoring.judge(rules, entry) for key, entry in self.entries.items()}
        self.order = scoring.places(rules, self.entries, self.judged, rulings)
        self.claims = {
            key: scoring.claim(rules, entry, self.judged[key])
            for key, entry in self.entries.items()
        }
        self.shares = self._shares(self.claims, self.order, given.official_yen)
        placed = [(j.points, key) for key, j in self.judged.items() if j.has_place]
        self.placed = sorted(placed)
        self.points = [points for points, _key in self.placed]
        #: who money can go to, by place; the place of each; and what is left before it
        self.groups = scoring.competing(self.claims, self.order)
        self.ranks = [self.order[next(iter(group))].rank for group in self.groups]
        self.tills = [Till(given.official_yen)]
        self.tills += [till for _given, till in scoring.giving(rules, self.groups, self.tills[0])]

    def _shares(self, claims, order, budget_yen) -> dict[int, Share]:
        if scoring.missing(self.rules):
            return scoring.shares(
                self.rules, self.entries, self.judged, order, budget_yen=budget_yen
            )
        return scoring.give_out(self.rules, claims, order, budget_yen=budget_yen)

    def results(self) -> dict[int, Result]:
        return {k: Result(self.judged[k], self.order[k], self.shares[k]) for k in self.entries}

    def runs(self) -> Iterator[Run]:
        """Yield what the rules say after every change; one run for all that come to the same."""
        return chain.from_iterable(part() for part in self.parts())

    def parts(self) -> list[Part]:
        """Return all runs in parts, each of which is reckoned when it is called."""
        return [
            *(partial(self._without_one, member) for member in self._members()),
            self.with_other_budgets,
            *(partial(self._with_other_points_of, key) for key in self._keys_with_place()),
        ]

    # Without a member

    def without_members(self) -> Iterator[Run]:
        for member in self._members():
            yield from self._without_one(member)

    def _members(self) -> list[int]:
        found = {who for one in self.scored.values() for who in (*one.members, *one.recused)}
        return sorted(found)

    def _without_one(self, member: int) -> Iterator[Run]:
        yield self._compared(self._without(member), (Change(What.MEMBER, member),))

    def _without(self, member: int) -> dict[int, Judged]:
        """Return what the sheets of the others say, of the proposals where that can differ."""
        return {
            key: scoring.judge(self.rules, one.without(member))
            for key, one in self.scored.items()
            if member in one.members or member in one.recused
        }

    def _compared(self, fresh: Mapping[int, Judged], changes: tuple[Change, ...]) -> Run:
        judged = self.judged | fresh
        order = scoring.places(self.rules, self.entries, judged, self.rulings)
        claims = self.claims | {
            key: scoring.claim(self.rules, self.entries[key], one) for key, one in fresh.items()
        }
        return self._run(changes, order, self._shares(claims, order, self.budgets.official_yen))

    def _run(self, changes, order: Mapping[int, Place], shares: Mapping[int, Share]) -> Run:
        ranks = {k: p.rank for k, p in order.items() if p.rank != self.order[k].rank}
        return Run(changes, ranks, {k: s for k, s in shares.items() if self._differs(k, s)})

    def _differs(self, key: int, share: Share) -> bool:
        official = self.shares[key]
        return (share.outcome, share.amount_yen) != (official.outcome, official.amount_yen)

    # With another budget

    def with_other_budgets(self) -> Iterator[Run]:
        for by, budget_yen in ((-10, self.budgets.less_yen), (10, self.budgets.more_yen)):
            if budget_yen is not None:
                shares = self._shares(self.claims, self.order, budget_yen)
                yield self._run((Change(What.BUDGET, by=by),), {}, shares)

    # With one point more or less

    def with_other_points(self) -> Iterator[Run]:
        for key in self._keys_with_place():
            yield from self._with_other_points_of(key)

    def _keys_with_place(self) -> list[int]:
        return [key for key in self.entries if self.judged[key].has_place]

    def _with_other_points_of(self, key: int) -> Iterator[Run]:
        """Yield one run for all changes of one proposal's scores that come to the same."""
        alike: dict[tuple, tuple[Judged, Share, list[Change]]] = {}
        for judged, changes in _moves(self.rules, key, self.scored[key], self.judged[key]):
            claim = scoring.claim(self.rules, self.entries[key], judged)
            mark = self._mark(key, judged, claim)
            alike.setdefault(mark, (judged, claim, []))[2].extend(changes)
        official = self._mark(key, self.judged[key], self.claims[key])
        for mark, (judged, claim, changes) in alike.items():
            if mark == official:
                yield Run(tuple(changes), {}, {})
            else:
                yield self._moved(key, judged, claim, tuple(changes))

    def _mark(self, key: int, judged: Judged, claim: Share) -> tuple:
        """Return all of one proposal that decides where everybody stands and what they get.

        Points count by who has more, and who as many; criteria only between equal points.
        """
        above, equal = self._beside(key, judged.points)
        criteria = tuple(judged.by_criterion.values()) if equal else ()
        return claim, above, equal, criteria

    def _beside(self, key: int, points: Fraction) -> tuple[int, int]:
        """Return how many of the others have more points, and how many as many."""
        low, high = bisect_left(self.points, points), bisect_right(self.points, points)
        own = self.judged[key].points
        return len(self.points) - high - (own > points), high - low - (own == points)

    def _moved(self, key: int, judged: Judged, claim: Share, changes: tuple[Change, ...]) -> Run:
        """Return the run in which one proposal has other points; only those beside it can move."""
        low, high = sorted((judged.points, self.judged[key].points))
        first, last = bisect_left(self.points, low), bisect_right(self.points, high)
        near = {k: self.entries[k] for _points, k in self.placed[first:last]}
        fresh = {k: self.judged[k] for k in near} | {key: judged}
        inside = scoring.places(self.rules, near, fresh, self.rulings)
        before = len(self.points) - last
        moved = {k: replace(p, rank=p.rank + before) for k, p in inside.items() if p.rank}
        ranks = {k: p.rank for k, p in moved.items() if p.rank != self.order[k].rank}
        shares = self._given_again(moved, {k: self.claims[k] for k in sorted(near)} | {key: claim})
        return Run(changes, ranks, {k: s for k, s in shares.items() if self._differs(k, s)})

    def _given_again(
        self, moved: Mapping[int, Place], claims: Mapping[int, Share]
    ) -> dict[int, Share]:
        """Return what those get whose places were looked at again, and all after them, until what
        is left of the budget is again what officially was left there.
        """
        found = dict(claims)
        start = bisect_left(self.ranks, min(place.rank for place in moved.values()))
        # Those who now share a place held later ones: nobody of them is given to a second time.
        held = [self.order[key].rank or 0 for key in moved]
        after = bisect_right(self.ranks, max(*held, *(p.rank for p in moved.values())))
        till = self.tills[start]
        for given, left in scoring.giving(self.rules, scoring.competing(claims, moved), till):
            found |= given
            till = left
        for n in range(after, len(self.groups)):
            if till == self.tills[n]:
                break
            ((given, till),) = scoring.giving(self.rules, [self.groups[n]], till)
            found |= given
        return found


def _moves(
    rules: Rules, key: int, scored: Scored, official: Judged
) -> Iterator[tuple[Judged, list[Change]]]:
    """Yield each score of one proposal one point up and down, with what the sheets say then."""
    sheets = _Sheets(rules, scored)
    alike = defaultdict(list)
    for criterion in rules.criteria:
        for by in (-1, 1):
            for member, points, together in sheets.moved(criterion, by):
                change = Change(What.POINT, member, key, criterion.key, by)
                alike[points, criterion.key, together].append(change)
    for (points, criterion, together), changes in alike.items():
        by_criterion = {**official.by_criterion, criterion: together}
        yield scoring.judged_of(rules, official.counted, points, by_criterion), changes


class _Sheets:
    """The sheets of one proposal that count, put together again when one score changes.

    How they are put together asks only for the figures, not for whose they are: equal ones are
    reckoned once.
    """

    def __init__(self, rules: Rules, scored: Scored):
        self.rules, self.recused = rules, scored.entry.recused
        given = zip(scored.members, scored.entry.sheets, strict=True)
        whole = [(who, s, scoring.sheet_total(s, rules.criteria)) for who, s in given]
        self.sheets = [(who, s) for who, s, total in whole if total is not None]
        self.totals = [total for _who, _s, total in whole if total is not None]
        #: of each sheet the first one that has as many points
        self.first = [self.totals.index(total) for total in self.totals]
        self.known: dict[tuple, Fraction | None] = {}

    def moved(
        self, criterion: CriterionRule, by: int
    ) -> Iterator[tuple[int, Fraction | None, Fraction | None]]:
        """Yield, for each score that can move ``by`` points, whose it is, the points of the proposal
        then, and those for ``criterion``.
        """
        scores = [sheet[criterion.key] for _who, sheet in self.sheets]
        of_criterion: dict[int, Fraction | None] = {}
        for n, score in enumerate(scores):
            if not 0 <= score + by <= criterion.max_points:
                continue
            if score not in of_criterion:
                of_criterion[score] = self._together(scores, n, score + by)
            mark = self.first[n], criterion.weight, by
            if mark not in self.known:
                total = scoring.moved_total(self.totals[n], criterion, by)
                self.known[mark] = self._together(self.totals, n, total)
            yield self.sheets[n][0], self.known[mark], of_criterion[score]

    def _together(self, values: list, n: int, other) -> Fraction | None:
        changed = [*values[:n], other, *values[n + 1 :]]
        return scoring.together(self.rules, changed, recused=self.recused)


# What that says of each proposal


class Verdict(TextChoices):
    """How firm the place of one proposal is.

    Where the order without a member cannot be made, nothing is stable but as far as the others go.
    """

    DEPENDS = "depends", _("The outcome depends on")
    ONLY_PLACE = "only_place", _("The outcome is stable; only the place changes")
    ONLY_PLACE_AS_FAR = (
        "only_place_as_far",
        _("The outcome is stable in every order that could be made; only the place changes"),
    )
    STABLE = "stable", _("Stable")
    STABLE_AS_FAR = "stable_as_far", _("Stable in every order that could be made")
    TOO_FEW = "too_few", _("Too few sheets exist to tell")


@dataclass(slots=True)
class Effects:
    """Which changes make a difference to one proposal.

    :param members: without whom.
    :param own: criterion and points (-1, 1) → on how many of its sheets one point does.
    :param others: on a sheet of which other proposals one point does.
    :param budget: percent, -10 or 10.
    """

    members: set[int] = field(default_factory=set)
    own: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    others: set[int] = field(default_factory=set)
    budget: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.members or self.own or self.others or self.budget)

    def add(self, key: int, changes: Iterable[Change]) -> None:
        """Add what makes a difference to the proposal ``key``."""
        for change in changes:
            if change.what == What.MEMBER:
                self.members.add(change.member)
            elif change.what == What.BUDGET:
                self.budget.add(change.by)
            elif change.proposal == key:
                self.own[change.criterion, change.by] += 1
            else:
                self.others.add(change.proposal)


@dataclass(slots=True)
class Finding:
    """How firm the place and the outcome of one proposal are.

    :param best, worst: its places in all runs; ``None`` where it has none.
    :param few: whether too few sheets exist to say that it is stable.
    :param as_far: whether an order without a member could not be made, so that nobody knows what
        it would say of this proposal.
    :param outcome: what changes whether it gets money, and how much; ``place`` what changes nothing
        but its place.
    """

    rank: int | None
    best: int | None
    worst: int | None
    few: bool = False
    as_far: bool = False
    outcome: Effects = field(default_factory=Effects)
    place: Effects = field(default_factory=Effects)

    @property
    def verdict(self) -> str:
        if self.few:
            return Verdict.TOO_FEW
        if self.outcome:
            return Verdict.DEPENDS
        if self.place:
            return Verdict.ONLY_PLACE_AS_FAR if self.as_far else Verdict.ONLY_PLACE
        return Verdict.STABLE_AS_FAR if self.as_far else Verdict.STABLE


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What all runs of a round say.

    :param lacking: members without whom proposals would have fewer sheets than the rubric asks for,
        each with how many proposals; what the order would be without them cannot be said.
    """

    findings: Mapping[int, Finding]
    lacking: Mapping[int, int] = field(default_factory=dict)


def sensitivity(
    rules: Rules,
    scored: Mapping[int, Scored],
    given: Budgets,
    rulings: Sequence[Sequence[int]] = (),
    *,
    watched: Callable[[list[Part]], Iterable[Part]] = iter,
) -> Sensitivity:
    """Say of each proposal how firm its place and its outcome are; see :meth:`Official.runs`.

    :param given: what is left for the decision, and what a tenth of the budget makes of it.
    :param watched: yields the parts of the reckoning one by one, and may count them.
    """
    official = Official(rules, scored, given, rulings)
    findings = {key: _begun(official, key) for key in official.entries}
    lacking: dict[int, int] = {}
    for run in chain.from_iterable(part() for part in watched(official.parts())):
        if lost := run.without_place:
            lacking |= {change.member: len(lost) for change in run.changes}
            for key in lost:
                findings[key].few = True
        else:
            _take_in(findings, run)
    for finding in findings.values():
        finding.as_far = bool(lacking)
    return Sensitivity(findings, lacking)


def _begun(official: Official, key: int) -> Finding:
    judged, rank = official.judged[key], official.order[key].rank
    return Finding(rank, rank, rank, few=not judged.has_place or judged.counted < FEW_SHEETS)


def _take_in(findings: Mapping[int, Finding], run: Run) -> None:
    for key in {**run.ranks, **run.shares}:
        finding = findings[key]
        told = finding.outcome if key in run.shares else finding.place
        told.add(key, run.changes)
    for key, rank in run.ranks.items():
        finding = findings[key]
        if rank is not None and finding.rank is not None:
            finding.best = min(finding.best, rank)
            finding.worst = max(finding.worst, rank)
