"""A balanced plan: every proposal gets its sheets, nobody who is barred, and no plan is more even."""

from collections import Counter
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from reviews.assignment import balanced

PAIRS = st.sets(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=6)


def every_plan(each: int, barred, existing):
    """Return the loads of every way to give four proposals ``each`` sheets of three members."""
    choices = []
    for proposal in range(1, 5):
        have = sum(p == proposal for p, _member in existing)
        free = [m for m in (1, 2, 3) if (proposal, m) not in barred | existing]
        number = min(max(each - have, 0), len(free))
        choices.append([[(proposal, m) for m in some] for some in combinations(free, number)])
    for chosen in product(*choices):
        loads = Counter(dict.fromkeys((1, 2, 3), 0))
        loads.update(member for _proposal, member in existing)
        loads.update(member for pairs in chosen for _proposal, member in pairs)
        yield sorted(loads.values(), reverse=True)


@given(st.integers(1, 3), PAIRS, PAIRS)
def test_plan_gives_each_what_it_can_have_and_no_other_plan_is_more_even(each, barred, existing):
    plan = balanced(each, [1, 2, 3, 4], [1, 2, 3], barred=barred, existing=existing)

    assert not set(plan.pairs) & (barred | existing)
    assert len(set(plan.pairs)) == len(plan.pairs)
    for proposal in range(1, 5):
        sheets = [pair for pair in {*plan.pairs, *existing} if pair[0] == proposal]
        assert len(sheets) + plan.lacking.get(proposal, 0) >= each
        if proposal in plan.lacking:
            assert all((proposal, m) in barred | {*sheets} for m in (1, 2, 3))
    # Sorted from the largest: the largest load first, then the next, and so the spread.
    assert sorted(plan.loads.values(), reverse=True) == min(every_plan(each, barred, existing))


@given(st.permutations([1, 2, 3, 4]), st.permutations([1, 2, 3]), PAIRS)
def test_plan_does_not_depend_on_the_order_of_rows(proposals, members, barred):
    asked = balanced(2, proposals, members, barred=barred)
    assert asked == balanced(2, [1, 2, 3, 4], [1, 2, 3], barred=barred)


@given(PAIRS, st.data())
def test_handing_out_a_part_of_a_plan_never_asks_to_take_a_sheet_back(barred, data):
    plan = balanced(2, [1, 2, 3, 4], [1, 2, 3], barred=barred)
    part = data.draw(st.sets(st.sampled_from(plan.pairs))) if plan.pairs else set()
    rest = balanced(2, [1, 2, 3, 4], [1, 2, 3], barred=barred, existing=part)
    assert len(rest.pairs) == len(plan.pairs) - len(part)
    assert sorted(rest.loads.values()) == sorted(plan.loads.values())


def test_member_who_cannot_get_more_keeps_what_exists():
    plan = balanced(1, [1], [2], existing=[(1, 9), (5, 2)])
    assert plan.pairs == ()
    assert plan.loads == {2: 1, 9: 1}
    assert balanced(1, [], []).pairs == ()
