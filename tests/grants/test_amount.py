"""The amount is a pure function of lines, rules and limits; whatever they are, it holds its bounds."""

import json

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grants.amount import AT_MOST, COMES_TO, Amount, Limit, Line, reckon
from grants.amount_words import IN_LETTERS, LABELS, WHY, in_letter
from grants.categories import OF_COSTS, OF_INCOME, Category, Treatment
from grants.rules import RuleSet

YEN = st.integers(min_value=0, max_value=2_000_000)
MAYBE_YEN = st.none() | YEN
COSTS = ("消耗品", "謝礼", "食費", "使用料", "")
INCOME = ("会費", "自己資金", "補助", "")


def category(side: str, code: str, treatment: str, yen: int | None, percent: int) -> Category:
    """A limited category has both limits, or one."""
    if treatment != Treatment.LIMITED:
        return Category(side, code, code, treatment)
    share = percent if yen is None or percent % 2 else None
    return Category(side, code, code, treatment, limit_yen=yen, limit_percent=share)


def categories_of(side: str, codes: tuple[str, ...], treatments: tuple[str, ...]):
    one = st.tuples(st.sampled_from(treatments), MAYBE_YEN, st.integers(1, 100))
    return st.tuples(*(one for _code in codes)).map(
        lambda said: tuple(category(side, code, *t) for code, t in zip(codes, said, strict=True))
    )


CATEGORIES = st.just(()) | st.tuples(
    categories_of("expenditure", COSTS[:-1], OF_COSTS),
    categories_of("income", INCOME[:-1], OF_INCOME),
).map(lambda sides: (*sides[0], *sides[1]))


def spent(amount_yen: int, category: str, thousandths: int) -> Line:
    """A cost of which so many thousandths are not allowed."""
    return Line("expenditure", amount_yen, False, category, amount_yen * thousandths // 1000)


SPENT = st.builds(spent, YEN, st.sampled_from(COSTS), st.just(0) | st.integers(0, 1000))
CAME_IN = st.builds(Line, st.just("income"), YEN, st.booleans(), st.sampled_from(INCOME))
LINES = st.lists(SPENT | CAME_IN, max_size=10)
#: The value of each rule: not set, or what it may say.
SAID = st.fixed_dictionaries({
    "subsidy_rate_percent": st.none() | st.integers(0, 100) | st.sampled_from(["2/3", "1/2", "66.5"]),
    "subsidy_rate_of": st.none() | st.sampled_from(["costs", "costs_less_income"]),
    "rounding_unit_yen": st.none() | st.sampled_from([0, 1, 100, 1000]),
})  # fmt: skip
CODES = ("cap", "cap_total", "assessed", "request", "free_budget")
LIMITS = st.tuples(*(MAYBE_YEN for _code in CODES)).map(
    lambda most: tuple(Limit(code, yen) for code, yen in zip(CODES, most, strict=True))
)


def rules_of(said: dict, categories: tuple[Category, ...] = ()) -> RuleSet:
    entries = {
        name: {"status": "not_set" if value is None else "set", "value": str(value)}
        for name, value in said.items()
    }
    return RuleSet(entries, categories)


def test_words_are_there_for_every_step():
    shown_only = {"categories", "rate", "rounding"}  # what is not set stands in no letter

    assert set(LABELS) == set(IN_LETTERS) | shown_only
    assert set(CODES) < set(WHY) <= set(LABELS)


@given(lines=LINES, said=SAID, categories=CATEGORIES, limits=LIMITS, cut_off=st.booleans())
def test_amount_stays_within_every_limit_that_is_set(lines, said, categories, limits, cut_off):
    amount = reckon(lines, rules_of(said, categories), limits, cut_off=cut_off)

    assert 0 <= amount.yen <= amount.of("uncovered") <= amount.of("eligible") <= amount.of("costs")
    assert all(limit.most_yen is None or amount.yen <= limit.most_yen for limit in limits)
    if (share := rules_of(said).share("subsidy_rate_percent")) is not None:
        assert amount.yen <= amount.of("eligible") * share
    if cut_off and said["rounding_unit_yen"]:
        assert amount.yen % said["rounding_unit_yen"] == 0


@given(lines=LINES, said=SAID, categories=CATEGORIES, limits=LIMITS)
def test_uncovered_is_what_counts_less_what_is_taken_off(lines, said, categories, limits):
    known = {category.code: category for category in categories}
    amount = reckon(lines, rules_of(said, categories), limits)
    off = 0
    for line in lines:
        kept = known.get(line.category)
        if line.side == "income" and not line.from_city:
            off += 0 if kept and kept.treatment == Treatment.NOT_DEDUCTED else line.amount_yen

    assert amount.of("uncovered") == max(0, amount.of("eligible") - off)


@given(lines=LINES, said=SAID, categories=CATEGORIES)
def test_limited_category_is_never_more_than_its_share_of_what_counts(lines, said, categories):
    amount = reckon(lines, rules_of(said, categories))
    for one in categories:
        if one.treatment != Treatment.LIMITED:
            continue
        spent = sum(ln.counted_yen for ln in lines
                    if ln.side == "expenditure" and ln.category == one.code)  # fmt: skip
        above = sum(step.amount_yen for step in amount.steps
                    if step.told.get("name") == one.code and step.code.startswith("above"))  # fmt: skip
        if one.limit_yen is not None:
            assert spent - above <= one.limit_yen
        if one.limit_percent is not None:
            assert (spent - above) * 100 <= amount.of("eligible") * one.limit_percent


@given(lines=LINES, said=SAID, categories=CATEGORIES, limits=LIMITS, more=YEN, cost=SPENT)
def test_amount_never_falls_when_a_cost_rises(lines, said, categories, limits, more, cost):
    rules = rules_of(said, categories)
    raised = Line(cost.side, cost.amount_yen + more, False, cost.category, cost.disallowed_yen)

    before, after = (reckon([*lines, line], rules, limits).yen for line in (cost, raised))
    assert before <= after


@given(lines=LINES, said=SAID, categories=CATEGORIES, limits=LIMITS)
def test_steps_add_up_also_once_they_were_kept(lines, said, categories, limits):
    amount = reckon(lines, rules_of(said, categories), limits)
    so_far = 0
    for step in amount.steps:
        so_far = step.after(so_far)
        if step.sign == COMES_TO:
            assert step.amount_yen == so_far

    kept = json.loads(json.dumps(amount.kept()))
    assert Amount.read(kept) == amount
    assert kept["amount_yen"] == amount.yen == amount.of("amount") == so_far
    assert amount.but("free_budget").yen == amount.yen


def test_what_is_not_set_is_skipped_and_said():
    amount = reckon(
        [Line("expenditure", 123_456)],
        rules_of({}),
        [Limit("cap", None), Limit("request", 200_000)],
    )

    assert amount.yen == 123_456
    assert [step.code for step in amount.steps if not step.is_set] == [
        "categories", "rate", "cap", "rounding",
    ]  # fmt: skip


def test_what_does_not_apply_is_not_said():
    silent = {name: {"status": "not_applicable", "value": ""}
              for name in ("subsidy_rate_percent", "rounding_unit_yen")}  # fmt: skip
    amount = reckon([Line("expenditure", 100)], RuleSet(silent))

    assert not {"rate", "rounding"} & {step.code for step in amount.steps}


def test_share_is_taken_of_what_the_rule_says():
    lines = [Line("expenditure", 100_000), Line("income", 20_000)]

    def share(of):
        return reckon(lines, rules_of({"subsidy_rate_percent": 50, "subsidy_rate_of": of}))

    assert [share(of).yen for of in ("costs", None, "costs_less_income")] == [
        50_000,
        50_000,
        40_000,
    ]
    assert len({share(of).decided_by.code for of in ("costs", None, "costs_less_income")}) == 3


@pytest.mark.parametrize(
    ("share", "costs", "amount", "code", "said"),
    [
        ("2/3", 300_000, 200_000, "share_of_costs", "2/3 of the costs that count"),
        ("2/3", 299_999, 199_999, "share_of_costs", "2/3 of the costs that count"),
        ("1/3", 1_000, 333, "share_of_costs", "1/3 of the costs that count"),
        ("66.5", 1_000, 665, "rate_of_costs", "66.5 % of the costs that count"),
        ("90", 1_111, 999, "rate_of_costs", "90 % of the costs that count"),
    ],
)
def test_share_is_exact_also_as_a_fraction(share, costs, amount, code, said):
    rules = rules_of({"subsidy_rate_percent": share, "subsidy_rate_of": "costs"})

    found = reckon([Line("expenditure", costs)], rules)

    with translation.override("en"):
        assert str(found.decided_by.label) == said
    assert (found.yen, found.decided_by.code) == (amount, code)
    assert in_letter(code, found.decided_by.told).startswith("対象経費の")


#: costs, income, limits → the amount, and the code of what decided it; no category, no rate.
@pytest.mark.parametrize(
    ("spent", "income", "most", "rounding", "amount", "decided"),
    [
        (120_000, 20_000, {"cap": 100_000, "request": 100_000}, None, 100_000, "uncovered"),
        (150_000, 20_000, {"cap": 100_000, "request": 130_000}, None, 100_000, "cap"),
        (95_500, 10_000, {"cap": 100_000, "request": 85_500}, 1000, 85_000, "uncovered"),
        (95_500, 10_000, {"cap": 100_000, "request": 85_500}, None, 85_500, "uncovered"),
        (95_500, 10_000, {"cap": None, "request": 80_500}, 1, 80_500, "request"),
        (95_500, 10_000, {"request": 80_500, "free_budget": 300}, 1000, 0, "free_budget"),
        (10_000, 20_000, {"request": 80_500}, None, 0, "uncovered"),
        (0, 0, {"request": 80_500}, 1000, 0, "uncovered"),
    ],
)
def test_amount_and_what_decides_it(spent, income, most, rounding, amount, decided):
    lines = [Line("expenditure", spent), Line("income", income), Line("income", 99, from_city=True)]
    limits = [Limit(code, yen) for code, yen in most.items()]

    found = reckon(lines, rules_of({"rounding_unit_yen": rounding}), limits)

    assert (found.yen, found.decided_by.code) == (amount, decided)
    assert str(found.why)


def test_categories_decide_what_counts():
    categories = (
        Category("expenditure", "supplies", "消耗品費", "eligible"),
        Category("expenditure", "fees", "謝礼", "limited", limit_percent=20),
        Category("expenditure", "print", "印刷製本費", "limited", limit_yen=10_000),
        Category("expenditure", "food", "飲食費", "ineligible"),
        Category("income", "own", "自己資金", "not_deducted"),
        Category("income", "ticket", "参加費", "deducted"),
        Category("income", "other", "県の補助金", "other_subsidy"),
    )
    lines = [
        Line("expenditure", 70_000, category="supplies"),
        Line("expenditure", 30_000, category="fees"),
        Line("expenditure", 12_345, category="print"),
        Line("expenditure", 5_000, category="food"),
        Line("expenditure", 4_000, category="supplies", disallowed_yen=4_000),
        Line("income", 9_000, category="own"),
        Line("income", 8_000, category="ticket"),
        Line("income", 7_000, category="other"),
        Line("income", 80_000, from_city=True),
    ]

    amount = reckon(
        lines, rules_of({"rounding_unit_yen": 1000}, categories), [Limit("request", 90_000)]
    )

    # 80,000 counts besides the fees, which are 20 % of all with at most a quarter of that
    assert [(step.code, step.amount_yen) for step in amount.steps] == [
        ("costs", 121_345), ("above_percent", 10_000), ("above_yen", 2_345), ("ineligible", 5_000),
        ("disallowed", 4_000), ("eligible", 100_000), ("deducted", 8_000), ("other_subsidy", 7_000),
        ("uncovered", 85_000), ("rate", None), ("request", 90_000), ("cut_off", 0), ("amount", 85_000),
    ]  # fmt: skip
    assert in_letter("above_yen", amount.steps[2].told) == "印刷製本費（10,000円を超える額）"
    assert AT_MOST not in {step.sign for step in amount.steps if step.code.startswith("above")}
