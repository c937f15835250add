"""A place that becomes free: offered, taken in time or lapsed, and never beyond the budget."""

from datetime import timedelta

import pytest
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework.errors import NotPossible
from casework.models import Deadline
from casework.moves import form_for
from casework.services import advance
from grants.models import Proposal, Round
from tests import factories
from tests.casework.cases import group_of, in_selection
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]

LATE = NOON + timedelta(days=8)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def reserve() -> Proposal:
    return factories.approved(in_selection(), "reserve", assessed_yen=70_000)


@pytest.fixture
@remembered
def offered(reserve, office) -> Proposal:
    return advance(reserve, "offer", by=office, at=NOON)


def test_offer_keeps_the_amount_that_was_decided(reserve, office):
    assert not form_for(reserve, "offer", today=TODAY).fields

    assert advance(reserve, "offer", by=office, at=NOON, assessed_yen=1).assessed_yen == 70_000


def test_place_that_is_taken_is_confirmed_by_the_letter_of_a_selection(offered):
    taken = advance(offered, "take", by=group_of(offered), at=NOON)

    assert taken.state == "selected"
    letter = taken.letters.order_by("-pk").first()
    assert letter.kind == "selected"
    assert "70,000円" in str(letter.data)


def test_place_is_taken_until_its_date_and_lapses_after_it(offered, office):
    with pytest.raises(NotPossible, match="has not passed"):
        advance(offered, "lapse", by=office, at=NOON, reason="回答なし")
    with pytest.raises(NotPossible, match="has passed"):
        advance(offered, "take", by=group_of(offered).act_on(LATE.date()), at=LATE)

    lapsed = advance(offered, "lapse", by=office, at=LATE, reason="回答なし")

    assert lapsed.state == "lapsed"
    assert not lapsed.deadlines.open().exists()


def test_place_without_a_date_can_be_taken_at_any_time(offered):
    Deadline.objects.filter(case=offered, kind="offer").update(due_on=None, due_at=None)

    taken = advance(offered, "take", by=group_of(offered).act_on(LATE.date()), at=LATE)

    assert taken.state == "selected"


@pytest.mark.parametrize(("budget", "possible"), [(149_999, False), (150_000, True), (None, True)])
def test_place_is_offered_while_the_budget_of_the_round_covers_it(
    reserve, office, budget, possible
):
    chosen = in_selection(round=reserve.round)
    factories.approved(chosen, "select", assessed_yen=80_000)
    Round.objects.filter(pk=reserve.round_id).update(budget_yen=budget)

    if possible:
        assert advance(reserve, "offer", by=office, at=NOON).state == "offered"
    else:
        with pytest.raises(NotPossible, match="left of the budget"):
            advance(reserve, "offer", by=office, at=NOON)


def test_nobody_takes_a_place_that_was_not_offered(reserve):
    with pytest.raises(TransitionNotAllowed):
        advance(reserve, "take", by=group_of(reserve), at=NOON)
