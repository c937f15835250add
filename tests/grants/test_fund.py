"""The fund: its ledger, its targets, and what everyone reads of it."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from grants import reference_data, services
from grants.fund import FundYear, years_of_fund
from grants.models import FundEntry, FundTarget, FundTargetChange
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def enter(office, kind: str, yen: int, year: int = 2026, on: date = TODAY, **told) -> FundEntry:
    return services.enter_in_fund(
        kind=kind, amount_yen=yen, fiscal_year=year, on=on, document="調書", by=office, at=NOON,
        **told,
    )  # fmt: skip


def reverse_entry(office, entry, on: date = TODAY) -> FundEntry:
    return services.reverse_fund_entry(
        entry, reason="桁の誤り", on=on, document="振替", by=office, at=NOON
    )


def told(year: FundYear) -> tuple:
    return (year.fiscal_year, year.gift_yen, year.used_yen, year.balance_yen)


def test_balance_at_the_end_of_each_year_is_a_sum_over_the_ledger(office):
    edition = factories.edition()
    enter(office, "gift", 300_000, 2024, date(2024, 12, 1))
    enter(office, "interest", 50, 2024, date(2025, 5, 31))
    wrong = enter(office, "gift", 9_000, 2025, date(2025, 6, 1))
    late = enter(office, "gift", 1_000, 2026)
    enter(office, "use", 100_000, 2026, edition=edition)
    reverse_entry(office, wrong)  # the books of 2025 have closed
    reverse_entry(office, late)

    years = years_of_fund(fictitious=False)

    assert [told(year) for year in years] == [
        (2024, 300_000, 0, 300_050), (2025, 9_000, 0, 309_050), (2026, -9_000, 100_000, 200_050),
    ]  # fmt: skip


def test_year_without_a_line_is_not_recorded_and_not_zero(office):
    services.set_fund_target(fiscal_year=2022, amount_yen=100, source="資料", by=office, at=NOON)
    enter(office, "gift", 40, 2024, date(2024, 12, 1))
    enter(office, "gift", 10, 2026)

    years = years_of_fund(fictitious=False)

    assert [told(year) for year in years] == [
        (2022, None, None, None), (2023, None, None, None), (2024, 40, 0, 40),
        (2025, None, None, 40), (2026, 10, 0, 50),
    ]  # fmt: skip
    assert {year.reached_percent for year in years} == {None}


@pytest.mark.parametrize(
    ("kind", "year", "on", "allowed"),
    [
        ("gift", 2026, date(2026, 4, 10), True),
        ("gift", 2025, date(2026, 4, 10), False),
        ("interest", 2025, date(2026, 5, 31), True),
        ("interest", 2025, date(2026, 6, 1), False),
        ("interest", 2027, date(2026, 6, 1), False),
        ("other", 2026, date(2026, 11, 21), False),  # tomorrow
    ],
)
def test_gift_belongs_to_the_year_of_its_receipt_others_until_the_books_close(
    office, kind, year, on, allowed
):
    factories.edition(fund_posting="year_of_receipt")

    if not allowed:
        with pytest.raises(ValidationError):
            enter(office, kind, 100, year, on)
    else:
        enter(office, kind, 100, year, on)

    assert FundEntry.objects.exists() == allowed


def test_fund_is_never_used_beyond_what_it_holds_at_the_end_of_any_year(office):
    gift = enter(office, "gift", 100, 2024, date(2024, 12, 1))
    enter(office, "use", 70, 2026)

    with pytest.raises(ValidationError, match="At most 30 yen"):
        enter(office, "use", 31, 2025, date(2025, 12, 1))
    with pytest.raises(ValidationError, match="At most 30 yen"):
        reverse_entry(office, gift)
    with pytest.raises(ValidationError, match="At most 0 yen"):
        enter(office, "use", 1, fictitious=True)  # invented lines are a fund of their own

    assert FundEntry.objects.count() == 2


def test_line_is_reversed_once_and_never_changed(office):
    entry = enter(office, "gift", 100)
    reversal = reverse_entry(office, entry)

    for again in (entry, reversal):
        with pytest.raises(ValidationError, match="reversed already"):
            reverse_entry(office, again)
    with pytest.raises(DatabaseError), transaction.atomic():
        FundEntry.objects.filter(pk=entry.pk).update(amount_yen=1)
    assert FundEntry.objects.sums() == {2026: {"gift": 0}}


@given(gift=st.integers(0, 10**9), target=st.integers(1, 10**9))
def test_percent_reached_is_rounded_down_and_says_100_only_when_it_is(gift, target):
    goal = FundTarget(fiscal_year=2026, amount_yen=target)
    year = FundYear(2026, {"gift": gift}, gift, goal)

    assert (year.reached_percent >= 100) == (gift >= target)


# What documents say


def test_reference_data_knows_one_target_and_claims_no_gift():
    reference_data.load(at=NOON)
    assert reference_data.load(at=NOON) == []

    (year,) = years_of_fund(fictitious=False)

    assert (year.fiscal_year, year.target.amount_yen) == (2021, 1_000_000)
    assert "資料3" in year.target.source
    assert year.gift_yen is None


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "かまくらエール基金"), ("en", "not recorded")],
)
def test_everyone_reads_the_fund(client, office, language, words):
    reference_data.load(at=NOON)
    enter(office, "gift", 12_345)
    client.cookies["django_language"] = language

    page = client.get(reverse("grants:fund")).content.decode()

    assert words in page and "12,345" in page and "つながる鎌倉エール基金" in page
    assert 'class="bars-gift"' in page and 'class="bars-mark"' in page
    assert "調書" not in page


def test_empty_fund_says_that_nothing_is_recorded_and_nothing_is_set(as_person):
    page = as_person(factories.user()).get(reverse("grants:fund")).content.decode()

    assert "Nothing is recorded yet" in page and "Not set" in page


def test_invented_lines_are_told_in_a_demonstration_only(client, office):
    enter(office, "gift", 10)
    enter(office, "gift", 5, fictitious=True)
    path = "/open-data/fund.json"

    (real,) = json.loads(client.get(path).getvalue())
    with override_settings(DEMO=True):
        (shown,) = json.loads(client.get(path).getvalue())

    assert (real["gift_yen"], real["fictitious"]) == (10, False)
    assert (shown["gift_yen"], shown["fictitious"]) == (15, True)


# The office keeps it


def test_office_keeps_the_ledger_on_pages(as_person, office):
    client, edition = as_person(office), factories.edition()
    new, ledger = reverse("grants:fund-new"), reverse("grants:fund-ledger")
    data = {
        "kind": "gift", "amount_yen": "１，０００", "on": "2026-11-20", "fiscal_year": "2026",
        "document": "調書",
    }  # fmt: skip
    assert client.post(new, {**data, "edition": edition.pk}).status_code == 422
    assert client.post(new, data).status_code == 302
    entry = FundEntry.objects.get()
    undo = reverse("grants:fund-reverse", args=[entry.pk])
    correction = {"reason": "誤り", "on": "2026-11-20", "document": "振替"}
    assert client.post(undo, correction).status_code == 302
    assert client.get(undo).status_code == 403
    client.post(new, {**data, "kind": "interest", "amount_yen": "7"})
    target = {"fiscal_year": "2026", "amount_yen": "5000", "source": "計画"}
    for amount in ("5000", "6000"):
        client.post(reverse("grants:fund-target"), {**target, "amount_yen": amount})

    page = client.get(ledger)

    assert [(line.kind, line.signed_yen) for line in page.context["page"]] == [
        ("interest", 7), ("reversal", -1_000), ("gift", 1_000),
    ]  # fmt: skip
    last = FundEntry.objects.get(kind="interest")
    assert reverse("grants:fund-reverse", args=[last.pk]) in page.content.decode()
    (year,) = page.context["years"]
    assert (year.gift_yen, year.target.amount_yen) == (0, 6_000)
    assert client.post(new, {**data, "kind": "reversal"}).status_code == 422


def test_targets_keep_what_they_were(as_person, office):
    for amount, source in ((5_000, "計画"), (5_000, "計画"), (6_000, "改訂計画")):
        services.set_fund_target(
            fiscal_year=2026, amount_yen=amount, source=source, by=office, at=NOON
        )

    kept = FundTargetChange.objects.order_by("pk").values_list("old_yen", "new_yen", "new_source")
    assert list(kept) == [(None, 5_000, "計画"), (5_000, 6_000, "改訂計画")]
    shown = as_person(office).get(reverse("grants:fund-ledger")).text
    assert "Changes of targets" in shown and "改訂計画" in shown
    with pytest.raises(DatabaseError), transaction.atomic():
        FundTargetChange.objects.update(new_yen=1)
