"""What reads all the money back finds each fault that is planted, and none where all adds up."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Role
from grants import ledger_faults, services
from grants.ledger_faults import Account
from grants.models import BudgetEntry, FundEntry, Payment, ProjectYear
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

#: An account that adds up: 80 granted and paid on account, 75 confirmed, 5 came back.
SOUND = {
    "state": "settled", "granted_yen": 80, "confirmed_yen": 75, "paid_yen": 80, "returned_yen": 5,
    "to_pay_yen": 0, "to_return_yen": 0, "on_account_yen": 80, "ceiling_yen": 80,
}  # fmt: skip


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ({}, []),
        ({"returned_yen": 4}, ["confirmed 75"]),
        ({"state": "confirmed", "returned_yen": 0, "to_return_yen": 5}, []),
        ({"returned_yen": 0, "to_return_yen": 5}, ["settled, but 0"]),
        ({"paid_yen": 70, "to_pay_yen": 10}, ["settled, but 10"]),
        ({"granted_yen": 74}, ["confirmed 75, but only 74"]),
        ({"ceiling_yen": 79}, ["paid on account 80"]),
        ({"ceiling_yen": None, "on_account_yen": 10**9}, []),
        ({"state": "granted", "confirmed_yen": None, "returned_yen": 0}, []),
    ],
)
def test_account_that_does_not_add_up_is_named(planted, words):
    found = list(ledger_faults.faults_of(Account(**{**SOUND, **planted})))

    assert len(found) == len(words)
    assert all(what.startswith(told) for what, told in zip(found, words, strict=True))


# In the database


@pytest.fixture
def year(db) -> ProjectYear:
    """A granted year of which 40,000 of 80,000 yen may be, and are, paid on account."""
    year = makers.granted_year(advance_percent="50")
    factories.paid(year, 40_000)
    assert list(ledger_faults.faults()) == []
    return year


def _pay(year, kind: str, yen: int, **told) -> Payment:
    claim = None if kind in ("repayment", "reversal") else factories.claim_behind(year, kind)
    return Payment.objects.create(
        year=year, kind=kind, claim=claim, amount_yen=yen, paid_on=TODAY, document="d",
        by=factories.anyone(Role.ACCOUNTING), at=NOON, **told,
    )  # fmt: skip


def pay_too_much(year):
    _pay(year, "advance", 1)


def pay_beforehand_where_the_course_pays_nothing_so(year):
    call = year.proposal.round
    call.frozen_rules["advance_percent"] = {"status": "not_applicable", "value": ""}
    call.save()


def pay_more_than_was_ever_decided(year):
    _pay(year, "balance", 40_001)


def grant_more_than_the_history_says(year):
    ProjectYear.objects.filter(pk=year.pk).update(granted_yen=90_000)


def lose_a_payment(year):
    """Take a line out of the ledger, as somebody with the keys of the database could."""
    name, table = Payment._meta.db_table, ""
    if connection.vendor == "postgresql":
        table = f" ON {name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}_no_delete{table}")
        cursor.execute(f"DELETE FROM {name}")


def claim_another_amount(year):
    year.claims.update(amount_yen=39_999)


def explain_another_amount(year):
    kept = year.reckoning
    kept["steps"][0]["amount_yen"] -= 50_000
    ProjectYear.objects.filter(pk=year.pk).update(reckoning=kept)


def settle_with_money_open(year):
    case = {"sqlite": "casework_case_state_announced", "postgresql": None}[connection.vendor]
    with connection.cursor() as cursor:
        table = "" if case else " ON casework_case"
        cursor.execute(f"DROP TRIGGER casework_case_state_announced{table}")
    ProjectYear.objects.filter(pk=year.pk).update(state="settled")


def confirm_more_than_was_decided(year):
    without_check(ProjectYear, "year_confirmed_within_the_grant")
    ProjectYear.objects.filter(pk=year.pk).update(confirmed_yen=80_001)


def reverse_another_amount(year):
    _pay(year, "reversal", 39_999, of=year.payments.get(), reason="r")


def reverse_a_reversal(year):
    reversal = _pay(year, "reversal", 40_000, of=year.payments.get(), reason="r")
    _pay(year, "reversal", 40_000, of=reversal, reason="r")


def plan_less_than_is_decided(year):
    _enter(year, "reduction", -9_000_000)


def give_without_a_taker(year):
    _enter(year, "transfer", -1)


def use_more_than_the_fund_holds(year):
    FundEntry.objects.create(
        kind="use", amount_yen=1, fiscal_year=2026, on=TODAY, document="d", by=year.events.first().by,
        at=NOON,
    )  # fmt: skip


def reverse_another_amount_of_the_fund(year):
    told = {"fiscal_year": 2026, "on": TODAY, "document": "d", "by": year.events.first().by}
    gift = FundEntry.objects.create(kind="gift", amount_yen=2, at=NOON, **told)
    FundEntry.objects.create(kind="reversal", amount_yen=1, of=gift, reason="r", at=NOON, **told)


def _enter(year, kind: str, yen: int) -> None:
    BudgetEntry.objects.create(
        edition=year.proposal.round.edition, fiscal_year=2026, kind=kind, amount_yen=yen,
        financed_by="general", voted_on=TODAY, document="d", by=year.events.first().by, at=NOON,
    )  # fmt: skip


def without_check(model, name: str) -> None:
    """Take a check of the database away until the test is rolled back, as a damaged file would."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.fixture
def checks_again():
    """What SQLite is told to let pass it would let pass in later tests, too."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (pay_too_much, [
            "{case}: paid on account 40001, but at most 40000", "{case}: the ledger says 1, the history —",
            "{case}: no claim says the same", "{case}: claim ",
        ]),
        (pay_beforehand_where_the_course_pays_nothing_so, ["{case}: paid on account 40000, but at most 0"]),
        (pay_more_than_was_ever_decided, [
            "{case}: the group holds 80001, but at most 80000", "{case}: the ledger says 40001, the history —", "{case}: no claim says the same",
            "{case}: claim ",
        ]),
        (grant_more_than_the_history_says, ["{case}: granted is 90000, but 80000 by the history"]),
        (lose_a_payment, [
            "{case}: the ledger says —, the history 40000", "{case}: claim {case}-C1 stands at paid, but was paid 0",
        ]),
        (claim_another_amount, ["{case}: no claim says the same"]),
        (explain_another_amount, ["{case}: the explanation says"]),
        (settle_with_money_open, ["{case}: settled, but 40000"]),
        (confirm_more_than_was_decided, [
            "{case}: confirmed 80001, but only 80000", "{case}: confirmed is 80001, but — by the history",
        ]),
        (reverse_another_amount, [
            "{case}: the reversal of 40000 says 39999", "{case}: the ledger says 39999, the history —", "{case}: claim {case}-C1 stands at paid, but was paid 0",
        ]),
        (reverse_a_reversal, [
            "{case}: a reversal was itself reversed", "{case}: the ledger says 40000, the history —", "{case}: the ledger says 40000, the history —",
            "{case}: claim {case}-C1 stands at paid, but was paid 0",
        ]),
        (plan_less_than_is_decided, ["Budget startup 2026: planned 0, but 80000"]),
        (give_without_a_taker, ["Budget startup 2026: the transfer of -1"]),
        (use_more_than_the_fund_holds, ["Fund: stood at -1"]),
        (reverse_another_amount_of_the_fund, ["Fund: the reversal of 2 says 1", "Fund 2026: change is 1 by SQL, 0 by its rows"]),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found_and_named(year, plant, words, checks_again):
    plant(year)

    found = [str(fault) for fault in ledger_faults.faults()]

    assert len(found) == len(words)
    for told, begins in zip(found, words, strict=True):
        assert told.startswith(begins.format(case=year.number)), told


def test_sums_that_sql_and_python_compute_differently_are_named():
    by_rows = {"planned": 3, "decided": 2}

    assert list(ledger_faults.differences(by_rows, by_rows)) == []
    assert list(ledger_faults.differences({"planned": 3, "decided": 1}, by_rows)) == [
        "decided is 1 by SQL, 2 by its rows"
    ]


def test_command_names_differences_and_ends_with_an_error(year):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "1 project years read; 0 differences." in out.getvalue()
    pay_too_much(year)

    with pytest.raises(CommandError, match="does not add up"):
        call_command("verify_ledger", stdout=out)

    assert str(year.number) in out.getvalue()


def test_balance_of_a_year_is_read_with_a_constant_number_of_queries(
    year, django_assert_max_num_queries
):
    services.enter_in_fund(
        kind="gift", amount_yen=1, fiscal_year=2026, on=TODAY, document="d",
        by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip

    with django_assert_max_num_queries(23):
        assert list(ledger_faults.faults()) == []
