"""Rules of a selection: exact, independent of the order of rows, and never a zero for a missing score."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import (
    Aggregation,
    Allocation,
    CriterionRule,
    CutRule,
    Entry,
    GradeRule,
    PassUnit,
    Reason,
    RecusedCounts,
    Rules,
    TieCode,
    TieRule,
)

#: Lacks nothing: two criteria of ten, everybody passes, the first above the budget is the reserve.
RULES = Rules(
    criteria=(CriterionRule(1, 10), CriterionRule(2, 10)),
    aggregation=Aggregation.MEAN,
    pass_mark=Decimal(0),
    pass_unit=PassUnit.POINTS,
    quorum=1,
    recused_counts=RecusedCounts.LEFT_OUT,
    tie_rule=TieRule.SMALLER_REQUEST,
    cut_rule=CutRule.RESERVE,
    allocation=Allocation.FULL,
)
GRADES = (GradeRule(Decimal(80), 100), GradeRule(Decimal(50), 60), GradeRule(Decimal(0), 0))


def sheet(*points: int | None) -> dict[int, int | None]:
    return dict(enumerate(points, 1))


def scored(*totals: int, asks: int = 100_000, **fields) -> Entry:
    """A proposal whose sheets give ``totals`` of twenty, as much as possible for the first criterion."""
    return Entry(asks, tuple(sheet(min(t, 10), max(t - 10, 0)) for t in totals), **fields)


def outcomes(found) -> dict[int, tuple]:
    return {
        key: (r.share.outcome, r.share.amount_yen, str(r.share.reason)) for key, r in found.items()
    }


# One sheet, and sheets together


@pytest.mark.parametrize(
    ("points", "total"),
    [((1, 2), 3), ((0, 0), 0), ((None, 5), None), ((5,), None), ((), None)],
)
def test_total_of_a_sheet_with_a_missing_score_is_missing(points, total):
    assert scoring.sheet_total(sheet(*points), RULES.criteria) == total


def test_weights_multiply_the_points_of_a_sheet_and_the_most_it_can_give():
    weighted = replace(RULES, criteria=(CriterionRule(1, 10, Decimal("1.5")), CriterionRule(2, 10)))
    assert scoring.sheet_total(sheet(3, 4), weighted.criteria) == Fraction(17, 2)
    assert weighted.most == 25


@pytest.mark.parametrize(
    ("aggregation", "totals", "filled", "together"),
    [
        ("mean", [30, 34, 41], 0, 35),
        ("median", [41, 30, 34], 0, 34),
        ("median", [30, 34, 35, 41], 0, Fraction(69, 2)),
        ("trimmed", [20, 30, 34, 41], 0, 32),
        ("trimmed", [20, 20, 41], 0, 20),
        ("trimmed", [20, 41], 0, None),
        ("median", [0, 0, 9], 1, Fraction(3, 2)),  # 0, 0, 3, 9
        ("trimmed", [0, 9], 1, Fraction(9, 2)),
        ("mean", [], 2, None),
        ("", [30], 0, None),
    ],
)
def test_sheets_are_put_together_by_the_rule(aggregation, totals, filled, together):
    assert scoring.combined(totals, aggregation, filled=filled) == together


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Fraction(1, 8), "0.13"),  # a half goes up, also where floats would round to even
        (Fraction(201, 200), "1.01"),  # 1.005, which a float holds as 1.00499…
        (Fraction(7), "7.00"),
    ],
)
def test_figures_are_shown_to_two_decimals_by_one_rule(points, shown):
    assert scoring.shown(points) == Decimal(shown)
    assert scoring.shown(None) is None


@pytest.mark.parametrize(
    ("points", "unit", "mark", "passes"),
    [
        (Fraction(14), "points", Decimal(14), True),
        (Fraction(1399999, 100000), "points", Decimal(14), False),
        (Fraction(14), "percent", Decimal(70), True),
        (Fraction(1399999, 100000), "percent", Decimal(70), False),
        (None, "points", Decimal(1), None),
        (Fraction(1), "", None, None),
    ],
)
def test_pass_mark_is_held_against_the_exact_points(points, unit, mark, passes):
    rules = replace(RULES, pass_mark=mark, pass_unit=unit)
    assert scoring.passes(points, rules) is passes


# What a rubric lacks


def test_empty_rubric_lacks_everything_that_its_rules_need():
    assert scoring.missing(Rules()) == [
        "criteria", "aggregation", "pass_mark", "quorum", "recused_counts", "tie_rule", "cut_rule",
        "allocation",
    ]  # fmt: skip
    assert scoring.missing(RULES) == []
    assert set(scoring.MISSING) == {*scoring.missing(Rules()), "grades", "rounding_unit_yen"}


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"recused_counts": ""}, []),  # a plain mean is the same either way
        ({"recused_counts": "", "aggregation": "median"}, ["recused_counts"]),
        ({"allocation": "grade"}, ["grades", "rounding_unit_yen"]),
        ({"allocation": "grade", "grades": GRADES[:2], "rounding_unit_yen": 1000}, ["grades"]),
        ({"allocation": "grade", "grades": GRADES, "rounding_unit_yen": 1000}, []),
    ],
)
def test_rubric_lacks_only_what_its_own_rules_need(change, lacks):
    assert scoring.missing(replace(RULES, **change)) == lacks


def test_rubric_that_lacks_something_proposes_nothing():
    found = scoring.results(replace(RULES, cut_rule=""), {1: scored(20)}, budget_yen=10**6)
    assert outcomes(found) == {1: ("", None, "rules_not_set")}


# Places and ties


def test_equal_points_are_parted_by_the_smaller_request():
    entries = {1: scored(9, asks=90_000), 2: scored(9, asks=60_000), 3: scored(10)}
    found = scoring.results(RULES, entries, budget_yen=10**6)
    assert {k: (r.place.rank, str(r.place.tie)) for k, r in found.items()} == {
        3: (1, ""), 2: (2, "smaller_request"), 1: (3, "smaller_request")
    }  # fmt: skip


def test_equal_points_are_parted_by_the_first_criterion_that_differs():
    entries = {
        1: Entry(1, (sheet(4, 5),)),
        2: Entry(1, (sheet(5, 4),)),
        3: Entry(1, (sheet(4, 5),)),
    }
    rules = replace(RULES, tie_rule=TieRule.CRITERIA)
    found = scoring.results(rules, entries, budget_yen=10**6, rulings=[[3, 1]])
    places = {k: (r.place.rank, str(r.place.tie), r.place.criterion) for k, r in found.items()}
    assert places == {2: (1, "criteria", 1), 3: (2, "chair", None), 1: (3, "chair", None)}


def test_tie_that_no_rule_ends_waits_for_the_chair_and_shares_its_place():
    rules = replace(RULES, tie_rule=TieRule.CHAIR)
    entries = {1: scored(9), 2: scored(9), 3: scored(8)}
    found = scoring.results(rules, entries, budget_yen=250_000)
    assert [(r.place.rank, str(r.place.tie)) for r in found.values()] == [
        (1, "open"), (1, "open"), (3, "")
    ]  # fmt: skip
    ruled = scoring.results(rules, entries, budget_yen=250_000, rulings=[[2, 1], [1, 2]])
    assert [r.place.rank for r in ruled.values()] == [2, 1, 3]
    stranger = scoring.results(rules, entries, budget_yen=250_000, rulings=[[1, 3]])
    assert stranger[1].place.tie == TieCode.OPEN


def test_tie_on_which_no_money_hangs_is_shared():
    rules = replace(RULES, tie_rule=TieRule.CHAIR, pass_mark=Decimal(10))
    found = scoring.results(rules, {1: scored(9), 2: scored(9)}, budget_yen=10**6)
    assert {(r.place.rank, str(r.place.tie)) for r in found.values()} == {(1, "shared")}


def test_means_that_look_alike_are_told_apart():
    entries = {1: scored(0, 0, 1), 2: scored(*[0] * 67, *[1] * 33)}
    found = scoring.results(RULES, entries, budget_yen=10**6)
    shown = {scoring.shown(r.judged.points) for r in found.values()}
    assert shown == {Decimal("0.33")}
    assert [r.place.rank for r in found.values()] == [1, 2]


def test_too_few_sheets_have_no_place_and_fail_nobody():
    found = scoring.results(
        replace(RULES, quorum=2), {1: scored(20), 2: scored(1, 1)}, budget_yen=10**6
    )
    assert (found[1].place.rank, found[2].place.rank) == (None, 1)
    assert outcomes(found)[1] == ("", None, "below_quorum")


# The cut and the money


@pytest.mark.parametrize(
    ("cut", "second", "third"),
    [
        ("remainder", ("select", 50_000, "remainder"), ("decline", None, "budget_used")),
        ("reserve", ("reserve", 100_000, "first_over"), ("decline", None, "budget_used")),
        ("pass_only", ("", None, "budget_short"), ("", None, "budget_short")),
    ],
)
def test_first_above_the_budget_is_dealt_with_by_the_cut_rule(cut, second, third):
    entries = {1: scored(20), 2: scored(15), 3: scored(10, asks=10_000)}
    found = scoring.results(replace(RULES, cut_rule=cut), entries, budget_yen=150_000)
    assert outcomes(found) == {1: ("select", 100_000, "full"), 2: second, 3: third}


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"pass_mark": Decimal(16)}, ("decline", None, "below_pass_mark")),
        ({"criteria": (CriterionRule(1, 10, floor=6), CriterionRule(2, 10))}, ("decline", None, "below_floor")),
    ],
)  # fmt: skip
def test_who_fails_gets_nothing_and_costs_nothing(change, first):
    entries = {1: Entry(100_000, (sheet(5, 10),)), 2: Entry(100_000, (sheet(8, 8),))}
    found = scoring.results(replace(RULES, **change), entries, budget_yen=100_000)
    assert outcomes(found) == {1: first, 2: ("select", 100_000, "full")}


def test_floor_that_is_just_reached_knocks_nobody_out():
    floor = replace(RULES, criteria=(CriterionRule(1, 10, floor=5), CriterionRule(2, 10)))
    on_it = scoring.judge(floor, Entry(1, (sheet(4, 9), sheet(6, 9))))
    below = scoring.judge(floor, Entry(1, (sheet(4, 9), sheet(5, 9))))
    assert (on_it.knocked_out, below.knocked_out) == ((), (1,))


def test_open_tie_on_the_line_leaves_it_and_all_after_it_to_people():
    rules = replace(RULES, tie_rule=TieRule.CHAIR)
    entries = {1: scored(20), 2: scored(9), 3: scored(9), 4: scored(1)}
    found = scoring.results(rules, entries, budget_yen=250_000)
    assert outcomes(found) == {
        1: ("select", 100_000, "full"), 2: ("", None, "tie_open"), 3: ("", None, "tie_open"),
        4: ("", None, "waits"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("percent_points", "asks", "share"),
    [
        (16, 80_000, ("select", 80_000, "by_grade")),
        (15, 81_999, ("select", 49_000, "by_grade")),
        (9, 80_000, ("decline", None, "nothing_by_grade")),
        (10, 1_000, ("decline", None, "nothing_by_grade")),  # 600 yen are rounded down to none
    ],
)
def test_rate_by_grade_is_rounded_down_to_the_unit_of_the_round(percent_points, asks, share):
    rules = replace(RULES, allocation=Allocation.GRADE, grades=GRADES, rounding_unit_yen=1000)
    found = scoring.results(rules, {1: scored(percent_points, asks=asks)}, budget_yen=10**6)
    assert outcomes(found) == {1: share}


def test_budget_that_is_not_set_covers_nothing_and_declines_nobody():
    found = scoring.results(RULES, {1: scored(20)}, budget_yen=None)
    assert outcomes(found) == {1: ("", None, "budget_not_set")}


# Rules that other cities published


def test_scores_converted_to_a_hundred_with_a_pass_mark_of_fifty():
    """In the manner of Obu City: whatever the rubric gives is held as percent against 50."""
    rules = replace(
        RULES, criteria=(CriterionRule(1, 30), CriterionRule(2, 30)), pass_mark=Decimal(50),
        pass_unit=PassUnit.PERCENT,
    )  # fmt: skip
    judged = [
        scoring.judge(rules, Entry(1, (sheet(a, b),))) for a, b in ((10, 20), (29, 0), (20, 20))
    ]
    assert [scoring.shown(j.percent) for j in judged] == [
        Decimal("50.00"), Decimal("48.33"), Decimal("66.67")
    ]  # fmt: skip
    assert [j.passed for j in judged] == [True, False, True]


def test_five_criteria_of_ten_without_the_highest_and_lowest_sheet_need_seventy_percent():
    """In the manner of Hachinohe City: of seven sheets five count, and 35 of 50 points pass."""
    rules = replace(
        RULES, criteria=tuple(CriterionRule(n, 10) for n in range(1, 6)), quorum=3,
        aggregation=Aggregation.TRIMMED, pass_mark=Decimal(70), pass_unit=PassUnit.PERCENT,
    )  # fmt: skip

    def judged(*per_criterion: int) -> scoring.Judged:
        return scoring.judge(rules, Entry(1, tuple(sheet(*[p] * 5) for p in per_criterion)))

    kept = judged(0, 7, 7, 7, 7, 7, 10)
    assert (kept.points, kept.percent, kept.passed) == (35, 70, True)
    lost = judged(0, 7, 7, 7, 7, 6, 10)
    assert (lost.points, lost.passed) == (34, False)


def test_twelve_criteria_of_five_and_fifteen_judges_have_a_mean_for_each_criterion():
    """In the manner of Mobara City, which publishes the mean of each criterion."""
    rules = replace(RULES, criteria=tuple(CriterionRule(n, 5) for n in range(1, 13)))
    sheets = tuple(sheet(*[(judge + n) % 6 for n in range(12)]) for judge in range(15))
    judged = scoring.judge(rules, Entry(1, sheets))

    by_hand = [Fraction(sum((judge + n) % 6 for judge in range(15)), 15) for n in range(12)]
    assert list(judged.by_criterion.values()) == by_hand
    assert [scoring.shown(judged.by_criterion[n]) for n in (1, 2)] == [
        Decimal("2.20"),
        Decimal("2.40"),
    ]
    assert (rules.most, judged.counted, judged.points) == (60, 15, sum(by_hand))


def test_budget_goes_by_points_with_assessed_amounts():
    """In the manner of Ayase City: by points within the budget, each with its assessed amount."""
    rules = replace(RULES, allocation=Allocation.ASSESSED, cut_rule=CutRule.REMAINDER)
    entries = {
        1: scored(12, asks=300_000, assessed_yen=250_000),
        2: scored(18, asks=200_000, assessed_yen=200_000),
        3: scored(15, asks=300_000, assessed_yen=180_000),
        4: scored(10, asks=100_000, assessed_yen=90_000),
    }
    found = scoring.results(rules, entries, budget_yen=500_000)
    assert outcomes(found) == {
        2: ("select", 200_000, "assessed"), 3: ("select", 180_000, "assessed"),
        1: ("select", 120_000, "remainder"), 4: ("decline", None, "budget_used"),
    }  # fmt: skip
    entries[3] = replace(entries[3], assessed_yen=None)
    found = scoring.results(rules, entries, budget_yen=500_000)
    assert outcomes(found) == {
        2: ("select", 200_000, "assessed"), 3: ("", None, "not_assessed"),
        1: ("", None, "waits"), 4: ("", None, "waits"),
    }  # fmt: skip


# What holds for all of them

POINTS = st.lists(st.integers(0, 150), min_size=1, max_size=15)
SHEETS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), max_size=5)
ENTRIES = st.dictionaries(
    st.integers(1, 12),
    st.builds(
        lambda asks, sheets, recused, part: Entry(
            asks, tuple(sheet(*s) for s in sheets), recused, part and max(1, asks * part // 10)
        ),
        st.integers(1, 300_000), SHEETS, st.integers(0, 2), st.none() | st.integers(1, 10),
    ),
    max_size=8,
)  # fmt: skip
ANY_RULES = st.builds(
    lambda **drawn: replace(
        RULES, pass_unit=PassUnit.PERCENT, grades=GRADES, rounding_unit_yen=1000, **drawn
    ),
    aggregation=st.sampled_from(Aggregation.values),
    pass_mark=st.sampled_from([Decimal(0), Decimal(50)]),
    quorum=st.integers(1, 3),
    recused_counts=st.sampled_from(RecusedCounts.values),
    tie_rule=st.sampled_from(TieRule.values),
    cut_rule=st.sampled_from(CutRule.values),
    allocation=st.sampled_from(Allocation.values),
    criteria=st.builds(
        lambda weight, floor: (CriterionRule(1, 10, weight, floor), CriterionRule(2, 10)),
        st.decimals("0.5", "3", places=2),
        st.none() | st.integers(0, 10),
    ),
)
BUDGETS = st.none() | st.integers(0, 900_000)


@given(POINTS, st.data(), st.integers(0, 50))
def test_more_points_on_one_sheet_add_their_share_to_the_mean(totals, data, more):
    place = data.draw(st.integers(0, len(totals) - 1))
    raised = [t + more if i == place else t for i, t in enumerate(totals)]
    added = scoring.combined(raised, "mean") - scoring.combined(totals, "mean")
    assert added == Fraction(more, len(totals))


@given(POINTS, st.integers(0, 5), st.sampled_from(Aggregation.values))
def test_points_lie_between_the_lowest_and_the_highest_sheet(totals, filled, aggregation):
    together = scoring.combined(totals, aggregation, filled=filled)
    assert together is None or min(totals) <= together <= max(totals)
    assert scoring.combined(totals, "mean", filled=filled) == scoring.combined(totals, "mean")


@given(ANY_RULES, ENTRIES, BUDGETS, st.randoms())
def test_order_of_rows_and_of_sheets_does_not_matter(rules, entries, budget, random):
    shuffled = {
        key: replace(entries[key], sheets=tuple(random.sample(entries[key].sheets, len(entries[key].sheets))))
        for key in random.sample(sorted(entries), len(entries))
    }  # fmt: skip
    first = scoring.results(rules, entries, budget_yen=budget)
    assert first == scoring.results(rules, shuffled, budget_yen=budget)


@given(ANY_RULES, ENTRIES.filter(bool), st.data(), st.integers(0, 3))
def test_recused_sheet_changes_no_other_proposal_but_by_the_order(rules, entries, data, recused):
    key = data.draw(st.sampled_from(sorted(entries)))
    one = replace(entries[key], sheets=entries[key].sheets[1:], recused=recused)
    before = scoring.results(rules, entries, budget_yen=None)
    after = scoring.results(rules, {**entries, key: one}, budget_yen=None)

    others = [k for k in entries if k != key]
    assert all(before[k].judged == after[k].judged for k in others)
    ranked = [k for k in others if before[k].place.rank]
    for a in ranked:
        for b in ranked:
            turned = (
                before[a].place.rank < before[b].place.rank,
                after[a].place.rank < after[b].place.rank,
            )
            assert turned[0] == turned[1]


@given(ANY_RULES, ENTRIES, BUDGETS)
def test_allocations_never_exceed_the_budget_nor_the_request(rules, entries, budget):
    found = scoring.results(rules, entries, budget_yen=budget)
    given = {k: r.share.amount_yen for k, r in found.items() if r.share.outcome == "select"}
    assert sum(given.values()) <= (budget or 0)
    assert all(0 < yen <= entries[k].requested_yen for k, yen in given.items())


@given(ANY_RULES, ENTRIES, BUDGETS, st.randoms())
def test_every_tie_ends_by_a_rule_or_by_the_order_of_the_chair(rules, entries, budget, random):
    chair = random.sample(sorted(entries), len(entries))
    found = scoring.results(rules, entries, budget_yen=budget, rulings=[chair])
    running = [r for r in found.values() if r.judged.in_the_running]

    assert len({r.place.rank for r in running}) == len(running)
    for one in running:
        equal = [o for o in running if o.judged.points == one.judged.points]
        assert len(equal) == 1 or one.place.tie
    assert Reason.TIE_OPEN not in {r.share.reason for r in found.values()}


@given(ANY_RULES, ENTRIES, BUDGETS)
def test_better_points_never_come_after_worse_ones(rules, entries, budget):
    found = scoring.results(rules, entries, budget_yen=budget)
    ranked = sorted((r for r in found.values() if r.place.rank), key=lambda r: r.place.rank)
    points = [r.judged.points for r in ranked]
    assert points == sorted(points, reverse=True)
    assert all(r.place.rank is None for r in found.values() if not r.judged.has_place)


@given(st.fractions(min_value=0, max_value=1000))
def test_what_is_shown_is_never_further_than_half_a_hundredth(points):
    assert abs(Fraction(scoring.shown(points)) - points) <= Fraction(1, 200)


@given(st.lists(st.integers(0, 10**9)))
def test_running_totals_end_with_the_sum(amounts):
    assert scoring.running_totals(amounts)[-1:] == ([sum(amounts)] if amounts else [])
