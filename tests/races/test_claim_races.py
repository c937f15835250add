"""Two people of accounting, or of a group, who press the same button at the same moment."""

import pytest

from accounts.models import Role, User
from casework import outbox, verification
from grants import ledger_faults, services
from grants.models import BudgetEntry, Claim, CourseEdition, Payment, ProjectYear
from tests import factories
from tests.factories import NOON, TODAY
from tests.races.threads import kinds, race
from tests.reporting import makers

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def world():
    """No worker is asked, for no broker runs here."""
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []
    assert [str(fault) for fault in ledger_faults.faults()] == []


def paying(claim: Claim, by: User):
    mine, who = Claim.objects.get(pk=claim.pk), User.objects.get(pk=by.pk)

    def run():
        with outbox.delivered_by_hand():
            return services.pay_claim(mine, paid_on=TODAY, document="伝票", by=who, at=NOON)

    return run


def starting(year: ProjectYear, kind: str, by: User):
    mine, who = ProjectYear.objects.get(pk=year.pk), User.objects.get(pk=by.pk)

    def run():
        with outbox.delivered_by_hand():
            return services.start_claim(mine, kind=kind, by=who, at=NOON)

    return run


def test_claim_that_two_pay_at_once_is_paid_once():
    claim = factories.claimed(makers.granted_year(), amount_yen=50_000)
    clerks = [factories.user(Role.ACCOUNTING) for _ in range(2)]

    outcomes = race(*(paying(claim, clerk) for clerk in clerks))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert Payment.objects.get().amount_yen == claim.project_year.paid_yen == 50_000
    assert Claim.objects.get().state == "paid"


def test_of_two_claims_begun_at_once_one_is_there():
    year = makers.granted_year()
    group = makers.group_of(year)

    outcomes = race(*(starting(year, kind, group) for kind in ("advance", "prepayment")))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert Claim.objects.count() == 1


def test_entry_of_the_budget_that_is_pressed_twice_at_once_is_there_once():
    """Two entries of it would let twice as much be granted."""
    edition, office = factories.edition(), factories.user(Role.OFFICE)
    said = {
        "fiscal_year": 2026, "kind": BudgetEntry.Kind.INITIAL, "amount_yen": 300_000,
        "voted_on": TODAY, "document": "予算書", "after": 0, "at": NOON,
    }  # fmt: skip

    def entering():
        mine, who = CourseEdition.objects.get(pk=edition.pk), User.objects.get(pk=office.pk)
        return lambda: services.enter_budget(mine, by=who, **said)

    outcomes = race(*(entering() for _press in range(2)))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert BudgetEntry.objects.get().amount_yen == 300_000
