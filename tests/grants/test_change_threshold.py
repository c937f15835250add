"""Whether a change needs an approval, and what is charged on money that comes back: rules alone."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import charges
from grants.change_threshold import MAJOR, MINOR, UNSET, WEIGHTS, Plan, weigh
from grants.charges import Flow, Rate
from grants.rules import RuleSet

FREE = dict.fromkeys(
    ("change_of_content_approved", "change_of_schedule_approved", "change_of_amount_approved"), "no"
)


def ruled(**values) -> RuleSet:
    return RuleSet(
        {
            name: {"status": "set", "value": value, "source": "試験"}
            for name, value in values.items()
        }
    )


def plan(
    *costs: int, asked: int = 50_000, content: str = "内容", ends_on: str = "2027-01-31"
) -> Plan:
    lines = tuple(("expenditure", f"費目{n}", "", yen, "") for n, yen in enumerate(costs))
    return Plan(content, "2026-12-01", ends_on, lines, asked)


@pytest.mark.parametrize(
    ("after", "values", "outcome", "code"),
    [
        (plan(80_000, 20_000), {}, UNSET, "budget_not_set"),
        (plan(80_000, 20_000), {"change_threshold_percent": "20"}, UNSET, "budget_not_set"),
        (plan(80_000, 20_000), {"change_threshold_percent": "20", "change_threshold_of": "line"}, MAJOR, "line_above"),
        (plan(72_000, 28_000), {"change_threshold_percent": "20", "change_threshold_of": "total"}, MINOR, "total_within"),
        (plan(60_000, 60_001), {"change_threshold_percent": "20", "change_threshold_of": "total"}, MAJOR, "total_above"),
        (plan(60_000, 60_000), {"change_threshold_percent": "20", "change_threshold_of": "total"}, MINOR, "total_within"),
        (plan(60_000, 40_000, content="別"), {}, UNSET, "content_not_set"),
        (plan(60_000, 40_000, content="別"), FREE, MINOR, "content_free"),
        (plan(60_000, 40_000, ends_on="2027-02-01"), {"change_of_schedule_approved": "yes"}, MAJOR, "schedule_always"),
        (plan(60_000, 40_000, asked=50_001), FREE, MAJOR, "more"),
        (plan(60_000, 40_000, asked=40_000), FREE, MINOR, "less_free"),
    ],
)  # fmt: skip
def test_verdict_says_why_with_its_numbers(after, values, outcome, code):
    verdict = weigh(plan(60_000, 40_000), after, ruled(**values))

    assert (verdict.outcome, [reason.code for reason in verdict.reasons]) == (outcome, [code])
    assert str(verdict.reasons[0].words)


def test_plan_that_stays_changes_nothing():
    assert weigh(plan(1, 2), plan(1, 2), ruled()).reasons == ()


YEN = st.integers(0, 1_000_000)


@given(st.lists(YEN, min_size=1, max_size=4), st.lists(YEN, min_size=1, max_size=4),
       st.integers(0, 100), st.integers(0, 100), st.sampled_from(["total", "line"]))  # fmt: skip
def test_higher_threshold_never_makes_a_change_heavier(before, after, low, high, of):
    low, high = sorted((low, high))
    strict, lax = (
        weigh(
            plan(*before), plan(*after),
            ruled(**FREE, change_threshold_percent=str(percent), change_threshold_of=of),
        ).outcome
        for percent in (low, high)
    )  # fmt: skip

    assert WEIGHTS.index(lax) <= WEIGHTS.index(strict)


@given(YEN, YEN, st.lists(YEN, min_size=1, max_size=3))
def test_asking_for_more_is_always_decided(before, more, costs):
    found = weigh(plan(*costs, asked=before), plan(*costs, asked=before + more + 1), ruled(**FREE))

    assert found.outcome == MAJOR


# Charges


DAY = date(2026, 6, 1)
STATE = Rate(Decimal("10.95"), 365)


def test_rate_of_the_state_law_comes_to_thirty_yen_a_day_on_a_hundred_thousand():
    found = charges.additional([Flow(DAY, 100_000)], [], STATE, until=DAY + timedelta(days=9))

    assert (found.yen, found.periods[0].days) == (300, 10)


def test_late_charge_begins_after_the_date():
    told = {"due_on": DAY, "until": DAY}
    assert charges.late(100_000, [], STATE, **told).yen == 0
    told["until"] = DAY + timedelta(days=1)
    assert charges.late(100_000, [], STATE, **told).yen == 30


def test_rate_or_year_that_is_not_set_charges_nothing():
    assert charges.rate_of(ruled(late_charge_percent="10.95"), charges.LATE) is None
    assert charges.rate_of(ruled(charge_year_days="365"), charges.LATE) is None
    both = ruled(late_charge_percent="10.95", charge_year_days="365")
    assert charges.rate_of(both, charges.LATE) == Rate(Decimal("10.95"), 365, 1, "試験")


FLOWS = st.lists(
    st.builds(Flow, st.dates(DAY, DAY + timedelta(days=60)), st.integers(1, 500_000)), max_size=4
)


@given(FLOWS, FLOWS, st.integers(0, 80), st.sampled_from([1, 1_000]))
def test_periods_come_to_what_every_day_comes_to(received, repaid, days, unit):
    rate, until = Rate(Decimal("7.3"), 365, unit), DAY + timedelta(days=days)

    found = charges.additional(received, repaid, rate, until=until)

    by_day = Fraction()
    for n in range(days + 1):
        day = DAY + timedelta(days=n)
        held = sum(flow.amount_yen for flow in received if flow.on <= day)
        back = sum(flow.amount_yen for flow in repaid if flow.on < day)
        left = max(held - back, 0)
        by_day += Fraction(73, 10) * (left - left % unit) / 36_500
    assert found.yen == int(by_day)
