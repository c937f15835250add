"""The settlement is a pure function; it adds up in another way too."""

from dataclasses import dataclass

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reporting.settlement import settle


@dataclass(frozen=True)
class Line:
    side: str
    amount_yen: int
    from_city: bool = False
    eligible: bool = True


YEN = st.integers(min_value=0, max_value=2_000_000)
SPENDING = st.builds(Line, st.just("expenditure"), YEN, st.just(False), st.booleans())
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
            left += line.amount_yen if line.eligible else 0
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
def test_steps_read_from_top_to_bottom_give_the_proposed_amount(lines, granted):
    spent, left_out, other, needed, most, proposed = settle(lines, granted).steps

    assert needed.amount_yen == max(0, spent.amount_yen - left_out.amount_yen - other.amount_yen)
    assert proposed.amount_yen == min(needed.amount_yen, most.amount_yen)
    assert [step.sign for step in (left_out, other, needed, proposed)] == ["−", "−", "=", "="]


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
        words = str(settle([Line("income", income), Line("expenditure", spent)], 0).imbalance)

    if income == spent:
        assert words == ""
    else:
        larger = "Income" if income > spent else "Expenditure"
        assert words.startswith(f"{larger} ({max(income, spent):,} yen)")
        assert f"{abs(income - spent):,} yen more than" in words
