"""The settlement is a pure function; it adds up in another way too."""

from dataclasses import dataclass, replace

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grants.amount_words import in_letter
from grants.categories import Category
from grants.rules import RuleSet
from reporting.settlement import imbalance, settle


@dataclass(frozen=True)
class Line:
    side: str
    amount_yen: int
    from_city: bool = False
    disallowed_yen: int = 0
    category: str = ""
    label: str = "印刷"
    disallowed_reason: str = "私的な支出"


def spending(amount_yen: int, thousandths: int) -> Line:
    """A line of which so many thousandths do not count."""
    return Line("expenditure", amount_yen, disallowed_yen=amount_yen * thousandths // 1000)


YEN = st.integers(min_value=0, max_value=2_000_000)
SPENDING = st.builds(spending, YEN, st.just(0) | st.integers(0, 1000))
INCOME = st.builds(Line, st.just("income"), YEN, st.booleans())
LINES = st.lists(SPENDING | INCOME, max_size=12)


@given(lines=LINES, granted=YEN)
def test_proposed_amount_is_never_above_the_grant_nor_negative(lines, granted):
    settlement = settle(lines, granted)

    assert 0 <= settlement.proposed_confirmed_yen <= granted


@given(lines=LINES, granted=YEN)
def test_proposed_amount_agrees_with_a_walk_over_the_lines(lines, granted):
    left = 0
    for line in lines:
        if line.side == "expenditure":
            left += line.amount_yen - line.disallowed_yen
        elif not line.from_city:
            left -= line.amount_yen
    expected = sorted((0, left, granted))[1] if granted >= 0 else 0

    assert settle(lines, granted).proposed_confirmed_yen == expected


@given(other=YEN, spent=YEN, granted=YEN)
def test_city_part_of_a_balanced_settlement_within_the_grant_is_what_is_proposed(
    other, spent, granted
):
    city = max(0, spent - other)
    lines = [
        Line("income", min(other, spent)),
        Line("income", city, from_city=True),
        Line("expenditure", spent),
    ]
    settlement = settle(lines, granted)

    assert settlement.balances
    if city <= granted:
        assert settlement.proposed_confirmed_yen == city == settlement.city_yen


@given(lines=LINES, granted=YEN)
def test_steps_come_to_the_proposed_amount(lines, granted):
    settlement = settle(lines, granted)
    amount = settlement.amount

    assert amount.of("costs") == settlement.spending_yen
    off = [step.amount_yen for step in amount.steps if step.code == "disallowed"]
    assert sum(off) == settlement.disallowed_yen
    assert amount.of("other_income") == settlement.income_yen - settlement.city_yen
    assert amount.of("granted") == granted
    assert amount.of("amount") == amount.yen == settlement.proposed_confirmed_yen


@given(
    lines=LINES, granted=YEN, cost=YEN, off=st.integers(0, 1000), more=st.integers(0, 1000),
    percent=st.integers(1, 100),
)  # fmt: skip
def test_a_disallowed_yen_never_raises_the_amount(lines, granted, cost, off, more, percent):
    food = Category("expenditure", "food", "飲食費", "limited", limit_percent=percent)
    rules = RuleSet({}, (food,))
    less, worse = sorted((off, more))

    before, after = (
        settle([*lines, replace(spending(cost, part), category="food")], granted, rules).amount.yen
        for part in (less, worse)
    )

    assert after <= before


def test_each_disallowed_line_is_a_step_with_its_name_and_reason():
    lines = [Line("expenditure", 9_000, disallowed_yen=4_000, label="懇親会"), spending(500, 0)]

    step = next(s for s in settle(lines, 90_000).amount.steps if s.code == "disallowed")

    assert (step.amount_yen, in_letter(step.code, step.told)) == (
        4_000, "対象と認めない経費（懇親会：私的な支出）",
    )  # fmt: skip
    assert "懇親会" in str(step.label) and "私的な支出" in str(step.label)


def test_rules_of_the_grant_decide_the_settlement_too():
    food = Category("expenditure", "food", "飲食費", "ineligible")
    said = {"subsidy_rate_percent": "50", "rounding_unit_yen": "1000"}
    rules = RuleSet({name: {"status": "set", "value": v} for name, v in said.items()}, (food,))
    lines = [
        Line("expenditure", 50_001), Line("expenditure", 9_000, category="food"),
        Line("expenditure", 8_000, disallowed_yen=8_000), Line("income", 9_000, category=""),
    ]  # fmt: skip

    settlement = settle(lines, 40_000, rules)

    assert settlement.needed_yen == 41_001
    assert settlement.proposed_confirmed_yen == 25_000  # half of 50,001; nothing is cut off
    assert "share" in str(settlement.why)


def test_why_names_the_one_case_that_holds():
    def why(*, spent, other, granted):
        return str(settle([Line("expenditure", spent), Line("income", other)], granted).why)

    said = [
        why(spent=100, other=10, granted=80),
        why(spent=90, other=10, granted=80),
        why(spent=50, other=10, granted=80),
        why(spent=50, other=60, granted=80),
    ]
    assert len(set(said)) == 4


@given(income=YEN, spent=YEN)
def test_imbalance_names_the_larger_side_and_the_gap(income, spent):
    with translation.override("en"):
        words = str(imbalance(income, spent))

    if income == spent:
        assert words == ""
    else:
        larger = "Income" if income > spent else "Expenditure"
        assert words.startswith(f"{larger} ({max(income, spent):,} yen)")
        assert f"{abs(income - spent):,} yen more than" in words
