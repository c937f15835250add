"""The rules of a rehearsal: each is set, each is labelled as invented, and calls are held by them."""

import pytest

from accounts.models import Role
from config.rehearsal import scenes
from config.rehearsal.program import ROUND_BUDGETS
from config.rehearsal.rules import CALENDAR, CITY_BUDGETS, COURSES, INVENTED, invent_edition
from config.rehearsal.stage import Stage
from grants.parameters import PARAMETERS, not_set_in, refuse_unreadable
from grants.rules import RuleSet, Status
from reviews.models import Rubric
from reviews.scoring import missing
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

YEAR = 2026


@pytest.mark.parametrize("course", COURSES)
def test_every_rule_of_an_invented_edition_is_set_or_does_not_apply(course):
    values = invent_edition(course, YEAR).frozen()

    assert values.keys() == PARAMETERS.keys()
    assert not_set_in(values) == 0
    assert {entry["status"] for entry in values.values()} == {Status.SET, Status.NOT_APPLICABLE}


@pytest.mark.parametrize("course", COURSES)
def test_every_rule_is_labelled_as_invented_and_can_be_read(course):
    for name, entry in invent_edition(course, YEAR).frozen().items():
        assert entry["source"].startswith(INVENTED), name
        assert bool(entry["value"]) == (entry["status"] == Status.SET), name
        if entry["value"]:
            refuse_unreadable(name, entry["value"])


@pytest.mark.parametrize("course", COURSES)
def test_instrument_of_an_edition_is_what_its_rule_says(course):
    edition = invent_edition(course, YEAR)
    rules = RuleSet(edition.frozen())

    assert rules.text("instrument") == edition.instrument
    signed = rules.status("agreement_parties") == Status.SET
    assert signed == (edition.instrument == "cost_share")


@pytest.mark.parametrize("course", COURSES)
def test_yearly_budget_is_enough_for_what_one_call_may_promise_for_a_year(course):
    rules = RuleSet(invent_edition(course, YEAR).frozen())

    assert rules.number("budget_yen") == CITY_BUDGETS[course]
    assert ROUND_BUDGETS[course] <= CITY_BUDGETS[course]


@pytest.mark.parametrize("course", COURSES)
def test_days_of_the_yearly_call_are_those_on_which_it_is_held(course):
    rules = RuleSet(invent_edition(course, YEAR).frozen())
    opens, closes, _referred, _scored, decided = CALENDAR[course]

    for name, (month, day) in (
        ("application_opens_on", opens), ("application_closes_on", closes), ("result_on", decided)
    ):  # fmt: skip
        assert rules.text(name).endswith(f"{month}月{day}日")


def test_rubric_of_a_call_is_that_of_the_rules():
    office, stage = factories.user(Role.OFFICE), Stage(YEAR, until=NOON)
    call = factories.call(seats=0, **_text_rules("rubric", "pass_mark"))

    scenes.seat_the_panel(stage, call, office=office, members=[factories.user(Role.PANEL)])

    rubric = Rubric.objects.get(round=call)
    criteria = rubric.criteria.order_by("position")
    assert [f"{c.label_ja}（{c.max_points}点）" for c in criteria] == (
        call.rules.text("rubric").splitlines()
    )
    assert rubric.pass_mark == call.rules.number("pass_mark") == 20
    assert rubric.aggregation == "mean"
    assert rubric.source.startswith(INVENTED)
    assert missing(rubric.rules()) == []


def _text_rules(*names: str) -> dict[str, str]:
    rules = RuleSet(invent_edition("startup", YEAR).frozen())
    return {name: rules.text(name) for name in names}
