"""Rules of the order: exact, independent of the order of rows, and never a zero for a missing score."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import ranking

POINTS = st.lists(st.integers(0, 150), min_size=1, max_size=15)
MEANS = st.dictionaries(
    st.integers(), st.none() | st.fractions(min_value=0, max_value=150), max_size=12
)


@pytest.mark.parametrize(
    ("points", "total"),
    [([1, 2, 3], 6), ([0, 0], 0), ([None, 5], None), ([], None), ([None, None], None)],
)
def test_total_of_a_sheet_with_a_missing_score_is_missing(points, total):
    assert ranking.total(points) == total


@pytest.mark.parametrize(
    ("totals", "shown"),
    [
        ([0, 0, 1], "0.33"),
        ([0, 1, 1], "0.67"),
        ([0] * 7 + [1], "0.13"),  # 0.125: a half goes up, also where floats would round to even
        ([1] * 199 + [2], "1.01"),  # 1.005, which a float holds as 1.00499…
        ([7], "7.00"),
    ],
)
def test_mean_is_shown_to_two_decimals_by_one_rule(totals, shown):
    assert ranking.shown(ranking.mean(totals)) == Decimal(shown)


def test_no_sheets_have_no_mean_and_no_place():
    assert ranking.mean([]) is None
    assert ranking.shown(None) is None
    assert ranking.ranks({1: None, 2: Fraction(0)}) == {1: None, 2: 1}


def test_equal_means_share_a_place_and_the_next_is_left_out():
    means = {1: Fraction(5), 2: Fraction(9), 3: Fraction(5), 4: Fraction(1)}
    assert ranking.ranks(means) == {2: 1, 1: 2, 3: 2, 4: 4}


def test_means_that_look_alike_are_told_apart():
    near = {1: Fraction(1, 3), 2: Fraction(33, 100)}
    assert ranking.shown(near[1]) == ranking.shown(near[2])
    assert ranking.ranks(near) == {1: 1, 2: 2}


@pytest.mark.parametrize(
    ("mean", "mark", "passes"),
    [
        (Fraction(35), Decimal("35"), True),
        (Fraction(3499999, 100000), Decimal("35"), False),
        (None, Decimal("1"), None),
        (Fraction(1), None, None),
    ],
)
def test_pass_mark_is_held_against_the_exact_mean(mean, mark, passes):
    assert ranking.passes(mean, mark) is passes


@given(POINTS, st.data(), st.integers(0, 50))
def test_more_points_on_one_sheet_add_their_share_to_the_mean(totals, data, more):
    place = data.draw(st.integers(0, len(totals) - 1))
    raised = [t + more if i == place else t for i, t in enumerate(totals)]
    assert ranking.mean(raised) == ranking.mean(totals) + Fraction(more, len(totals))


@given(POINTS, st.randoms())
def test_order_of_the_sheets_does_not_matter(totals, random):
    shuffled = random.sample(totals, len(totals))
    assert ranking.mean(shuffled) == ranking.mean(totals)


@given(MEANS)
def test_place_is_one_more_than_how_many_are_better(means):
    places = ranking.ranks(means)
    for key, mean in means.items():
        better = [m for m in means.values() if m is not None and mean is not None and m > mean]
        assert places[key] == (None if mean is None else 1 + len(better))


@given(MEANS, st.integers())
def test_leaving_one_out_never_turns_two_others_around(means, gone):
    places, fewer = (
        ranking.ranks(means),
        ranking.ranks({k: m for k, m in means.items() if k != gone}),
    )
    ranked = [k for k in fewer if fewer[k] is not None]
    for one in ranked:
        for other in ranked:
            assert (places[one] < places[other]) == (fewer[one] < fewer[other])


@given(st.fractions(min_value=0, max_value=1000))
def test_what_is_shown_is_never_further_than_half_a_hundredth(mean):
    assert abs(Fraction(ranking.shown(mean)) - mean) <= Fraction(1, 200)


@given(st.lists(st.integers(0, 10**9)))
def test_running_totals_end_with_the_sum(amounts):
    assert ranking.running_totals(amounts)[-1:] == ([sum(amounts)] if amounts else [])
