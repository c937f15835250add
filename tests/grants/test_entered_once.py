"""A button of the office or of accounting that is pressed twice enters one line of money, not two."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from grants.models import BudgetEntry, FundEntry, Payment, ProjectYear
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db

TOLD = "recorded a moment ago"


def pressed_twice(client, path: str, data: dict) -> list[int]:
    """Return the answers to the same page, sent twice, and to one that was loaded anew."""
    loaded = client.get(path).context["form"]["after"].value()
    answers = [client.post(path, {**data, "after": loaded}) for _press in range(2)]
    assert TOLD in answers[1].text
    anew = client.get(path).context["form"]["after"].value()
    assert anew > loaded
    return [answer.status_code for answer in (*answers, client.post(path, {**data, "after": anew}))]


def test_entry_of_the_budget_is_there_once(as_person):
    client = as_person(factories.user(Role.OFFICE))
    data = {
        "edition": factories.edition().pk, "fiscal_year": "2026", "kind": "initial",
        "amount_yen": "300000", "financed_by": "general", "voted_on": "2026-03-20", "document": "予算書",
    }  # fmt: skip

    assert pressed_twice(client, reverse("grants:budget-new"), data) == [302, 422, 302]
    assert BudgetEntry.objects.count() == 2  # the second one on purpose


def test_budget_is_moved_once(as_person):
    office = factories.user(Role.OFFICE)
    giver, taker = factories.edition(), factories.edition("revitalization")
    factories.services.enter_budget(
        giver, fiscal_year=2026, kind="initial", amount_yen=900_000, voted_on=date(2026, 3, 20),
        document="予算書", by=office, at=NOON,
    )  # fmt: skip
    data = {
        "giver": giver.pk, "taker": taker.pk, "fiscal_year": "2026", "financed_by": "general",
        "amount_yen": "100000", "voted_on": "2026-10-01", "document": "流用",
    }  # fmt: skip

    answers = pressed_twice(as_person(office), reverse("grants:budget-transfer"), data)

    assert answers == [302, 422, 302]
    assert BudgetEntry.objects.filter(kind="transfer").count() == 4


def test_line_of_the_fund_is_there_once(as_person):
    client = as_person(factories.user(Role.OFFICE))
    data = {
        "kind": "gift", "amount_yen": "5000", "on": "2026-11-01", "fiscal_year": "2026", "document": "寄附",
    }  # fmt: skip

    assert pressed_twice(client, reverse("grants:fund-new"), data) == [302, 422, 302]
    assert FundEntry.objects.count() == 2


@remembered
def to_pay_back(confirmed_yen: int, **rules) -> ProjectYear:
    year = makers.granted_year(advance_percent="100", **rules)
    factories.paid(year, 80_000)
    makers.sent_report(year)
    return factories.approved(
        ProjectYear.objects.get(pk=year.pk), "confirm", confirmed_yen=confirmed_yen, at=LATER
    )


def test_part_of_a_repayment_is_there_once(as_person):
    year = to_pay_back(50_000)
    data = {"amount_yen": "10000", "paid_on": "2026-11-20", "document": "納入通知"}
    client = as_person(factories.user(Role.ACCOUNTING))

    assert pressed_twice(client, reverse("grants:payment-new", args=[year.pk]), data) == [302, 422, 302]  # fmt: skip
    assert Payment.objects.filter(kind="repayment").count() == 2


def test_same_money_on_another_day_is_another_line(as_person):
    """What differs was typed, and is no second press of the same button."""
    year = to_pay_back(50_000)
    client, path = as_person(factories.user(Role.ACCOUNTING)), reverse("grants:payment-new", args=[year.pk])  # fmt: skip
    data = {"amount_yen": "10000", "paid_on": "2026-11-20", "document": "納入通知", "after": "0"}

    client.post(path, data)
    client.post(path, {**data, "document": "納入通知 2"})

    assert Payment.objects.filter(kind="repayment").count() == 2
