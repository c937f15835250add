"""Two clerks who change the year, or hand the same cases over, at the same moment."""

import pytest

from accounts.models import Role, User
from casework import handover, outbox, verification
from casework.models import Case, Event, Notice
from casework.services import advance, assign
from grants.models import ProjectYear, Round
from grants.rollover import Decisions, Status, digest_of, roll_over
from grants.rollover.doing import steps_of
from tests import factories
from tests.factories import NOON, TODAY
from tests.grants.test_rollover import MAY
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def world():
    """No worker is asked, for no broker runs here."""
    factories.sender()
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []


@pytest.fixture
def project() -> list[ProjectYear]:
    office, group = factories.user(Role.OFFICE), factories.member(factories.organization())
    call = factories.call(max_years="2")
    type(call.edition).objects.filter(pk=call.edition_id).update(first_fiscal_year=2026)
    proposal = factories.draft(by=group, round=call, years=2)
    proposal = advance(proposal, "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = advance(proposal, "prepare", by=office, at=NOON)
    return list(proposal.project_years.order_by("position"))


def changing(decisions: Decisions, by: User, seen: str | None = None):
    who = User.objects.get(pk=by.pk)

    def run():
        with outbox.delivered_by_hand():
            return roll_over(2027, decisions, seen=seen, by=who, at=NOON)

    return run


def decided(project) -> Decisions:
    call = project[0].proposal.round
    return Decisions({call.pk: MAY}, frozenset({project[1].pk}), TODAY, "継続決定書")


def test_of_two_changes_at_once_one_makes_and_the_other_finds_it_there(project):
    clerks = [factories.user(Role.OFFICE) for _ in range(2)]

    outcomes = race(*(changing(decided(project), clerk) for clerk in clerks))

    assert kinds(outcomes) == ["ok", "ok"]
    made = sorted(
        sum(step.status == Status.MAKE for step in steps)
        for steps in outcomes
        if isinstance(steps, list)
    )
    assert made == [0, 2]
    assert Round.objects.filter(fiscal_year=2027).count() == 1
    assert Event.objects.filter(case=project[1].pk, verb="plan").count() == 1


def test_of_two_who_saw_the_same_plan_the_second_is_shown_another(project):
    clerks = [factories.user(Role.OFFICE) for _ in range(2)]
    _facts, steps = steps_of(2027, decided(project), by=clerks[0], at=NOON)

    outcomes = race(*(changing(decided(project), clerk, digest_of(steps)) for clerk in clerks))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert Round.objects.filter(fiscal_year=2027).count() == 1


def test_project_is_opened_once_by_the_change_and_by_its_own_page(project):
    clerks = [factories.user(Role.OFFICE) for _ in range(2)]
    year, by = ProjectYear.objects.get(pk=project[1].pk), clerks[1]

    def alone():
        with outbox.delivered_by_hand():
            told = {"decided_on": TODAY, "document": "別の決定書"}
            return advance(year, "plan", by=by, at=NOON, **told)

    outcomes = race(changing(decided(project), clerks[0]), alone)

    assert len([o for o in outcomes if isinstance(o, Exception)]) <= 1
    assert Event.objects.filter(case=year.pk, verb="plan").count() == 1
    assert ProjectYear.objects.get(pk=year.pk).state == "planned"


def test_cases_handed_over_to_two_at_once_go_to_one_of_them(project):
    giver, *takers = [factories.user(Role.OFFICE) for _ in range(3)]
    for year in project:
        assign(year, giver, by=giver, at=NOON)
    ids = [year.pk for year in project]

    def passing(taker):
        a, b = User.objects.get(pk=giver.pk), User.objects.get(pk=taker.pk)

        def run():
            with outbox.delivered_by_hand():
                return handover.hand_over(ids, a, b, by=User.objects.get(pk=taker.pk), at=NOON)

        return run

    outcomes = race(*(passing(taker) for taker in takers))

    assert kinds(outcomes) == ["ok", "ok"]
    moved = sorted(len(done.moves) for done in outcomes if isinstance(done, handover.Handover))
    assert moved == [0, 2]
    assert len(set(Case.objects.filter(pk__in=ids).values_list("clerk", flat=True))) == 1
    assert Notice.objects.filter(kind="handed_over").count() == 1
