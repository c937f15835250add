"""What does not fit in a report is said in words, with its numbers; what is not set says nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grants.early_starts import BY_NOTICE, NOT_ALLOWED, CountsFrom
from reporting.budget_beside import Beside, beside_budget
from reporting.checks import Line, Receipt, Told, findings

FIRST, LAST = date(2026, 12, 1), date(2027, 1, 31)
INCOME = Line("income-0", "income", "市の補助", 80_000, from_city=True)
SPENT = Line("expenditure-0", "expenditure", "印刷", 80_000)
FITS = Told(FIRST, LAST, LAST, 80_000, (INCOME, SPENT), today=LAST)


def receipt(yen: int = 80_000, *, paid_on: date = FIRST, has_file: bool = True) -> Receipt:
    return Receipt(1, paid_on, yen, has_file)


def spent(**changes) -> Told:
    return replace(FITS, lines=(INCOME, replace(SPENT, **changes)))


def begun(rule: str, accepted_on: date | None = None) -> Told:
    """A receipt of FIRST, where the grant was decided a day or more later."""
    decided = FIRST + timedelta(days=1 if accepted_on is None else 5)
    counts = CountsFrom(rule, decided, accepted_on)
    return replace(spent(receipts=(receipt(),)), counts_from=counts)


@pytest.mark.parametrize(
    ("told", "code", "place", "must", "said"),
    [
        (replace(FITS, completed_on=date(2026, 11, 30)), "before_the_first_day", "completed_on", True, "first day"),
        (replace(FITS, today=date(2027, 1, 30)), "not_ended", "completed_on", True, "31 January 2027"),
        (replace(FITS, completed_on=date(2027, 2, 1), today=date(2027, 3, 1)), "after_the_last_day", "completed_on", False, "31 January 2027"),
        (replace(FITS, lines=(INCOME,)), "nothing_spent", "settlement", True, "no expenditure"),
        (spent(amount_yen=81_000), "unbalanced", "settlement", True, "1,000 yen more than income"),
        (replace(FITS, granted_yen=79_500), "above_the_decision", "income-0", True, "500 yen above"),
        (replace(spent(planned_yen=60_000), far_percent=30), "far_from_budget", "expenditure-0", False, "20,000 yen (33.3 percent) more"),
        (replace(spent(planned_yen=100_000), far_percent=20), "far_from_budget", "expenditure-0", False, "20,000 yen (20 percent) less"),
        (spent(proofs="領収書"), "proof_missing", "expenditure-0", False, "領収書"),
        (spent(proofs="領収書", receipts=(receipt(has_file=False),)), "receipt_without_file", "expenditure-0", False, "no. 1"),
        (spent(receipts=(receipt(paid_on=date(2026, 11, 30)),)), "receipt_outside", "expenditure-0", False, "30 November 2026"),
        (spent(receipts=(receipt(paid_on=date(2027, 2, 1)),)), "receipt_outside", "expenditure-0", False, "1 February 2027"),
        (begun(NOT_ALLOWED), "receipt_before_decision", "expenditure-0", False, "before the decision on the grant, 2 December 2026. This course pays for nothing"),
        (begun(BY_NOTICE), "receipt_before_decision", "expenditure-0", False, "no earlier start"),
        (begun(BY_NOTICE, date(2026, 12, 2)), "receipt_before_decision", "expenditure-0", False, "the office accepted, 2 December 2026"),
        (spent(receipts=(receipt(79_000),)), "receipts_differ", "expenditure-0", False, "1,000 yen less"),
        (spent(receipts=(receipt(82_000),)), "receipts_differ", "expenditure-0", False, "2,000 yen more"),
    ],
)  # fmt: skip
def test_each_finding_says_where_and_by_how_much(told, code, place, must, said):
    with translation.override("en"):
        (found,) = findings(told)

        assert (found.code, found.place, found.must_be_mended) == (code, place, must)
        assert said in str(found.words)


@pytest.mark.parametrize(
    "told",
    [
        FITS,
        spent(proofs="領収書", receipts=(receipt(),)),
        begun(BY_NOTICE, FIRST),
        replace(begun(NOT_ALLOWED), counts_from=None),  # the rule is not set
        spent(planned_yen=1),  # far, but from when on that counts is not set
        replace(spent(), starts_on=None, ends_on=None, completed_on=None, today=None),
        replace(spent(planned_yen=None), far_percent=10),
        replace(spent(planned_yen=80_000), far_percent=0),
        replace(spent(planned_yen=71_112), far_percent=Decimal("12.5")),
    ],
)
def test_what_fits_or_is_not_set_says_nothing(told):
    assert findings(told) == []


@given(planned=st.integers(1, 10**6), real=st.integers(0, 10**6), percent=st.integers(1, 100))
def test_a_line_is_far_exactly_from_its_percent_on(planned, real, percent):
    beside = Beside(planned, real)

    assert beside.is_far(percent) == (abs(real - planned) >= planned * percent / 100)
    assert abs(beside.percent) * planned <= abs(beside.gap_yen) * 100


@given(days=st.integers(-400, 400))
def test_a_receipt_is_outside_exactly_when_its_day_is(days):
    paid_on = FIRST + timedelta(days=days)

    found = findings(spent(receipts=(receipt(paid_on=paid_on),)))

    assert [one.code for one in found] == ([] if FIRST <= paid_on <= LAST else ["receipt_outside"])


def test_budget_is_found_by_origin_and_else_by_side_and_name():
    class Row:
        def __init__(self, pk, label, yen, origin_id=None, side="expenditure"):
            self.pk, self.label, self.amount_yen = pk, label, yen
            self.origin_id, self.side = origin_id, side

    budget = [Row(1, "印刷", 500), Row(2, "印刷", 700), Row(3, "謝礼", 900)]
    lines = [Row(7, "印刷（名を変えた）", 1, origin_id=2), Row(8, "印刷", 2), Row(9, "謝礼", 3, origin_id=99),
             Row(10, "会場", 4)]  # fmt: skip

    assert [beside.planned_yen for beside in beside_budget(lines, budget)] == [700, 500, 900, None]


def test_a_small_gap_is_told_to_one_place():
    assert Beside(60_000, 61_000).percent == Decimal("1.6")
    assert Beside(60_000, 59_000).percent == Decimal("-1.6")
