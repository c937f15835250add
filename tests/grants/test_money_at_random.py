"""Whatever claims, payments, corrections, changes and decisions come in whatever order, all adds up."""

import random
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from grants import ledger_faults, services
from grants.models import Claim, Payment, ProjectYear
from reporting.models import Report
from tests import factories
from tests.factories import NOON
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.long]

#: How a person is told that something cannot be done now; any other error is a fault.
REFUSALS = (ValidationError, NotPossible, PermissionDenied, TransitionNotAllowed)
ACTS = 90


class Play:
    """Everything that can happen to the money of one project year; ``dice`` chooses the amounts."""

    def __init__(self, dice: random.Random):
        self.dice = dice
        self.pk = makers.granted_year(advance_percent=dice.choice(["50", "80", "100"])).pk
        self.group = makers.group_of(self.year)
        self.office = factories.anyone(Role.OFFICE)
        self.by_accounting = {"by": factories.user(Role.ACCOUNTING), "at": LATER}
        self.document = {"paid_on": LATER.date(), "document": "支出命令"}
        services.register_account(
            self.year.organization, factories.account(), by=self.group, at=NOON
        )

    @property
    def year(self) -> ProjectYear:
        return ProjectYear.objects.get(pk=self.pk)

    @property
    def report(self) -> Report:
        return Report.objects.get(project_year=self.pk)

    def one(self, rows):
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else self.nothing()

    def nothing(self):
        raise NotPossible("There is nothing of the kind.")

    def claims(self, *states):
        return Claim.objects.filter(project_year=self.pk, state__in=states)

    def claim(self):
        kind = self.dice.choice(Claim.Kind.values)
        claim = services.start_claim(self.year, kind=kind, by=self.group, at=LATER)
        self.send(claim, "submit", self.dice.choice([claim.room.most_yen, self.some_yen()]))

    def claim_another_amount(self):
        claim = self.one(self.claims("filed", "accepted"))
        claim = advance(claim, "send_back", by=self.office, at=LATER, reason="誤り")
        self.send(claim, "resubmit", self.some_yen())

    def send(self, claim, verb: str, yen: int):
        told = {"fields": {"amount_yen": yen, "reason": "準備"}, "edit_number": claim.edit_number}
        claim = services.save_claim(claim, **told, by=self.group, at=LATER)
        advance(advance(claim, verb, by=self.group, at=LATER), "accept", by=self.office, at=LATER)

    def some_yen(self) -> int:
        return self.dice.randint(1, 90_000)

    def drop(self):
        claim = self.one(self.claims("draft", "returned", "filed", "accepted"))
        advance(claim, "drop", by=self.office, at=LATER, reason="不要")

    def pay(self):
        services.pay_claim(self.one(self.claims("accepted")), **self.document, **self.by_accounting)

    def repay(self):
        yen = self.dice.choice([max(1, -self.year.balance_yen), self.some_yen()])
        told = {"amount_yen": yen, **self.document, **self.by_accounting}
        services.record_repayment(self.year, **told)

    def reverse(self):
        payment = self.one(Payment.objects.filter(year=self.pk))
        told = {"reason": "誤り", **self.document, **self.by_accounting}
        services.reverse_payment(payment, **told)

    def change(self):
        asked = self.dice.randint(10, 90) * 1000
        lines = [
            factories.line("income", "市の補助", asked, from_city=True),
            factories.line("expenditure", "会場", asked),
        ]
        told = {"granted_yen": self.dice.randint(10, asked // 1000) * 1000, "reason": "事情"}
        factories.changed(self.year, "approve", lines=lines, at=LATER, facts=told)

    def tell(self):
        if self.report.state == "returned":
            advance(self.report, "resubmit", by=self.group, at=LATER)
        else:
            makers.sent_report(self.year)

    def ask_again(self):
        told = {"reason": "補正", "due_on": date(2027, 3, 20)}
        advance(self.report, "send_back", by=self.office, at=LATER, **told)

    def confirm(self):
        yen = self.dice.randint(0, self.year.granted_yen or 0)
        factories.approved(self.year, "confirm", confirmed_yen=yen, at=LATER)

    def end(self):
        told = {"ground": "own_wish", "reason": "事情", "ended_on": date(2027, 1, 20)}
        factories.approved(self.year, "discontinue", at=LATER, **told)

    def revoke(self):
        factories.approved(self.year, "revoke", at=LATER, ground="false", reason="虚偽")

    def settle(self):
        advance(self.year, "settle", at=LATER, by=self.by_accounting["by"])


#: Name of an act → how often it is tried, of all; what ends a year comes seldom.
WEIGHTS = {
    "claim": 30, "claim_another_amount": 10, "drop": 10, "pay": 30, "repay": 20, "reverse": 15, "change": 15,
    "tell": 10, "ask_again": 8, "confirm": 4, "end": 1, "revoke": 1, "settle": 10,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_money_of_a_year_adds_up_after_every_act(seed):
    play, done = Play(random.Random(seed)), []
    for act in play.dice.choices(list(WEIGHTS), WEIGHTS.values(), k=ACTS):
        try:
            with transaction.atomic():
                getattr(play, act)()
        except REFUSALS:
            continue
        done.append(act)
        year = play.year
        assert [str(fault) for fault in ledger_faults.faults()] == [], done
        assert year.paid_yen >= 0, done
        if year.state in ("confirmed", "revoked"):
            owes = year.deadlines.open().filter(kind="repayment").exists()
            assert owes == (year.balance_yen < 0), done
    assert len(done) > 3
