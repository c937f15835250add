"""How firm an order is: every run is what the rules say of the changed figures, and nothing else."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import CriterionRule, Entry, GradeRule, Rules
from reviews.sensitivity import (
    FEW_SHEETS,
    Budgets,
    Change,
    Official,
    Scored,
    Verdict,
    What,
    budgets,
    sensitivity,
)
from reviews.sensitivity_inputs import Inputs, kept, read_back

RULES = Rules(
    criteria=(CriterionRule(1, 4), CriterionRule(2, 3, Decimal("1.5"), floor=1)),
    aggregation="mean",
    pass_mark=Decimal(3),
    pass_unit="points",
    quorum=2,
    recused_counts="as_mean",
    tie_rule="smaller_request",
    cut_rule="reserve",
    allocation="full",
)
GRADES = (GradeRule(Decimal(60), 100), GradeRule(Decimal(30), 50), GradeRule(Decimal(0), 0))

RUBRICS = st.builds(
    lambda **said: replace(
        RULES, **said, grades=GRADES if said["allocation"] == "grade" else (), rounding_unit_yen=10
    ),
    aggregation=st.sampled_from(["mean", "median", "trimmed"]),
    recused_counts=st.sampled_from(["left_out", "as_mean"]),
    tie_rule=st.sampled_from(["smaller_request", "criteria", "chair"]),
    cut_rule=st.sampled_from(["remainder", "reserve", "pass_only"]),
    allocation=st.sampled_from(["full", "assessed", "grade"]),
)
POINTS = st.tuples(st.integers(0, 4), st.none() | st.integers(0, 3))


@st.composite
def proposals(draw) -> dict[int, Scored]:
    """Up to five proposals scored by up to four members; some sheets lack a score."""
    found = {}
    for key in range(draw(st.integers(1, 5))):
        members = draw(st.lists(st.integers(1, 4), unique=True))
        recused = frozenset(draw(st.sets(st.integers(1, 4)))) - set(members)
        sheets = tuple(dict(enumerate(draw(POINTS), 1)) for _ in members)
        assessed = draw(st.none() | st.integers(1, 40))
        entry = Entry(draw(st.integers(1, 4)) * 10, sheets, len(recused), assessed)
        found[key] = Scored(entry, tuple(members), recused)
    return found


def changed(scored: dict[int, Scored], change: Change) -> dict[int, Entry]:
    """Make ``change`` by hand, without anything that the program knows of it."""
    entries = {key: one.entry for key, one in scored.items()}
    if change.what == What.MEMBER:
        for key, one in scored.items():
            left = [
                s for m, s in zip(one.members, one.entry.sheets, strict=True) if m != change.member
            ]
            recused = len(one.recused - {change.member})
            entries[key] = replace(one.entry, sheets=tuple(left), recused=recused)
    if change.what == What.POINT:
        one = scored[change.proposal]
        sheets = [dict(sheet) for sheet in one.entry.sheets]
        sheets[one.members.index(change.member)][change.criterion] += change.by
        entries[change.proposal] = replace(one.entry, sheets=tuple(sheets))
    return entries


def every_change(rules: Rules, scored: dict[int, Scored]) -> set[Change]:
    points = {
        Change(What.POINT, member, key, criterion.key, by)
        for key, one in scored.items()
        for member, sheet in zip(one.members, one.entry.sheets, strict=True)
        for criterion in rules.criteria
        for by in (-1, 1)
        if None not in sheet.values() and 0 <= sheet[criterion.key] + by <= criterion.max_points
        if scoring.judge(rules, one.entry).has_place
    }
    members = {m for one in scored.values() for m in (*one.members, *one.recused)}
    return points | {Change(What.MEMBER, m) for m in members} | {
        Change(What.BUDGET, by=by) for by in (-10, 10)
    }  # fmt: skip


@given(RUBRICS, proposals(), st.integers(0, 120), st.lists(st.permutations(range(5)), max_size=1))
def test_every_run_is_what_the_rules_say_of_the_changed_figures_from_scratch(
    rules, scored, budget_yen, rulings
):
    given = budgets(budget_yen, budget_yen)
    official = Official(rules, scored, given, rulings)
    entries = {key: one.entry for key, one in scored.items()}
    assert official.results() == scoring.results(
        rules, entries, budget_yen=budget_yen, rulings=rulings
    )
    runs, left = list(official.runs()), {-10: given.less_yen, 10: given.more_yen}
    for run in runs:
        for change in run.changes:
            scratch = scoring.results(
                rules,
                changed(scored, change),
                budget_yen=left.get(change.by, budget_yen),
                rulings=rulings,
            )
            before = official.results()
            assert run.ranks == {
                key: now.place.rank
                for key, now in scratch.items()
                if now.place.rank != before[key].place.rank
            }
            assert {k: (s.outcome, s.amount_yen) for k, s in run.shares.items()} == {
                key: (now.share.outcome, now.share.amount_yen)
                for key, now in scratch.items()
                if (now.share.outcome, now.share.amount_yen)
                != (before[key].share.outcome, before[key].share.amount_yen)
            }
    tried = [change for run in runs for change in run.changes]
    assert len(tried) == len(set(tried))
    assert set(tried) == every_change(rules, scored)


def scored(*totals: int, asks: int = 100) -> Scored:
    """A proposal whose members 1, 2, … gave ``totals`` of ten for the one criterion."""
    sheets = tuple({1: total} for total in totals)
    return Scored(Entry(asks, sheets), tuple(range(1, len(totals) + 1)))


ONE = replace(RULES, criteria=(CriterionRule(1, 10),), pass_mark=Decimal(0))


def verdicts(found) -> list[str]:
    return [finding.verdict for finding in found.findings.values()]


def test_who_rises_to_a_shared_place_is_given_money_once():
    rules = replace(RULES, tie_rule="criteria", cut_rule="remainder", allocation="grade",
                    grades=GRADES, rounding_unit_yen=10)  # fmt: skip
    two = {
        n: Scored(Entry(asks, ({1: 0, 2: 0}, {1: top, 2: 3})), (1, 2))
        for n, asks, top in [(0, 20, 2), (3, 10, 3)]
    }
    rises = Change(What.POINT, member=2, proposal=0, criterion=1, by=1)

    official = Official(rules, two, budgets(1, 1), [])
    (run,) = (run for run in official.runs() if rises in run.changes)

    assert (official.order[0].rank, run.ranks, run.shares) == (2, {0: 1}, {})


def test_a_member_who_is_nowhere_changes_nothing():
    entry = scored(5, 5, 5)
    assert entry.without(9) == entry.entry


def test_far_apart_and_within_the_budget_is_stable():
    found = sensitivity(ONE, {1: scored(9, 9, 9), 2: scored(2, 2, 2)}, budgets(1000, 1000))
    assert verdicts(found) == [Verdict.STABLE, Verdict.STABLE]
    assert not found.lacking


def test_a_changed_place_without_a_changed_outcome_is_told_apart():
    found = sensitivity(ONE, {1: scored(9, 5, 5), 2: scored(6, 6, 6)}, budgets(1000, 1000))
    first = found.findings[1]
    assert first.verdict == Verdict.ONLY_PLACE
    assert first.place.members == {1}
    assert (first.rank, first.best, first.worst) == (1, 1, 2)


def test_an_outcome_that_hangs_on_a_member_a_point_or_the_budget_says_on_which():
    found = sensitivity(ONE, {1: scored(9, 5, 5), 2: scored(6, 6, 6)}, budgets(100, 100))
    second = found.findings[2]
    assert second.verdict == Verdict.DEPENDS
    assert second.outcome.members == {1}
    assert second.outcome.budget == {-10}  # the first is then above it, and nobody comes after
    assert found.findings[1].outcome.budget == {-10}  # it becomes the reserve
    near = sensitivity(ONE, {1: scored(6, 6, 7), 2: scored(6, 6, 6)}, budgets(100, 100))
    assert near.findings[2].outcome.own == {(1, 1): 3}
    assert near.findings[2].outcome.others == {1}


@pytest.mark.parametrize("totals", [(5, 5), (5,), ()])
def test_few_sheets_say_nothing_of_how_firm_a_place_is(totals):
    found = sensitivity(replace(ONE, quorum=1), {1: scored(*totals)}, budgets(1000, 1000))
    assert verdicts(found) == [Verdict.TOO_FEW]


def test_an_order_for_which_too_few_sheets_would_be_left_is_left_out():
    rules = replace(ONE, quorum=3)
    found = sensitivity(rules, {1: scored(9, 9, 9), 2: scored(5, 5, 5, 6)}, budgets(1000, 1000))
    assert found.lacking == {1: 1, 2: 1, 3: 1}
    assert verdicts(found) == [Verdict.TOO_FEW, Verdict.STABLE_AS_FAR]


@given(RUBRICS, proposals(), st.integers(0, 120))
def test_verdicts_are_what_every_order_says_that_could_be_made(rules, scored, budget_yen):
    given = budgets(budget_yen, budget_yen)
    found = sensitivity(rules, scored, given)
    official = scoring.results(
        rules, {key: one.entry for key, one in scored.items()}, budget_yen=budget_yen
    )
    lacking, too_few = {}, {k for k, one in official.items() if one.judged.counted < FEW_SHEETS}
    too_few |= {key for key, one in official.items() if one.place.rank is None}
    places, outcomes = set(), set()
    for change in every_change(rules, scored):
        left = {-10: given.less_yen, 10: given.more_yen} if change.what == What.BUDGET else {}
        other = scoring.results(
            rules, changed(scored, change), budget_yen=left.get(change.by, budget_yen)
        )
        lost = {k for k in other if official[k].place.rank and not other[k].place.rank}
        if lost:
            lacking[change.member] = len(lost)
            too_few |= lost
            continue
        places |= {k for k in other if other[k].place.rank != official[k].place.rank}
        outcomes |= {k for k in other if paid(other[k]) != paid(official[k])}

    assert found.lacking == lacking
    for key, finding in found.findings.items():
        if key in too_few:
            expected = "too_few"
        elif key in outcomes:
            expected = "depends"
        else:
            expected = ("only_place" if key in places else "stable") + "_as_far" * bool(lacking)
        assert finding.verdict == expected


@given(RUBRICS, proposals(), st.integers(0, 120))
def test_what_is_kept_of_a_reckoning_is_read_back_as_it_was(rules, scored, budget_yen):
    inputs = Inputs(rules, scored, budgets(budget_yen, budget_yen), [[2, 1]])
    found = inputs.reckon()
    assert read_back(json.loads(json.dumps(kept(found)))) == found


def test_fingerprint_is_another_one_as_soon_as_anything_changes_on_which_the_order_rests():
    before = Inputs(ONE, {1: scored(5, 5), 2: scored(3)}, budgets(90, 100), [[2, 1]])
    other = [
        replace(before, rules=replace(ONE, quorum=1)),
        replace(before, rules=replace(ONE, pass_mark=Decimal(1))),
        replace(before, scored={1: scored(5, 6), 2: scored(3)}),
        replace(before, scored={1: scored(5, 5), 2: scored(3, asks=90)}),
        replace(before, scored={1: scored(5, 5)}),
        replace(before, scored={1: scored(5, 5), 2: replace(scored(3), members=(2,))}),
        replace(before, scored={1: scored(5, 5), 2: replace(scored(3), recused=frozenset({2}))}),
        replace(before, given=budgets(89, 100)),
        replace(before, given=budgets(90, 120)),
        replace(before, rulings=[[1, 2]]),
        replace(before, rulings=[]),
    ]
    same = replace(before, scored={2: scored(3), 1: scored(5, 5)})
    assert same.fingerprint() == before.fingerprint()
    assert len({before.fingerprint(), *(one.fingerprint() for one in other)}) == len(other) + 1


def paid(result: scoring.Result) -> tuple:
    return result.share.outcome, result.share.amount_yen


def test_tenth_of_the_budget_is_rounded_down_and_leaves_no_less_than_nothing():
    assert budgets(1005, 1005) == Budgets(1005, 905, 1105)
    assert budgets(3, 1000) == Budgets(3, 0, 103)
    assert budgets(None, None) == Budgets(None)
