"""加算金 and 延滞金: fixed by the repayment, paid or waived, and only then the account is settled."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.errors import NotPossible
from casework.models import Notice
from casework.services import advance
from grants import ledger_faults, services
from grants.charges import ADDITIONAL, LATE
from grants.charges_owed import owed
from grants.models import ChargeEntry, ProjectYear
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: 40 days after the payment, 26 after the date for paying back.
LATE_AT = NOON + timedelta(days=40)
#: 80,000 yen × 10.95 % × 41 days / 365, and × 26 days / 365.
ADDITIONAL_YEN, LATE_YEN = 984, 624
SET = {
    "repayment_days": "14", "additional_charge_percent": "10.95", "late_charge_percent": "10.95",
    "charge_year_days": "365",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@remembered
def revoked(**rules) -> ProjectYear:
    year = makers.granted_year(**rules)
    factories.paid(year, 80_000)
    return factories.approved(fresh(year), "revoke", reason="虚偽の申請")


@remembered
def repaid(**rules) -> ProjectYear:
    """A revoked year of which all came back, late."""
    year = revoked(**(rules or SET))
    factories.paid(year, 80_000, "repayment", at=LATE_AT)
    return fresh(year)


def fresh(year) -> ProjectYear:
    return ProjectYear.objects.get(pk=year.pk)


def open_yen(year, *, on=None) -> list[int]:
    return [one.open_yen for one in owed(fresh(year), today=on or LATE_AT.date())]


def paid(year, which: str, yen: int, *, at=LATE_AT) -> ChargeEntry:
    return services.record_charge(
        year, which=which, amount_yen=yen, paid_on=at.date(), document="領収",
        by=factories.anyone(Role.ACCOUNTING), at=at,
    )  # fmt: skip


def waived(year, which: str, *, by=None) -> ChargeEntry:
    return services.waive_charge(
        year, which=which, reason="災害のため", document="決裁1号",
        by=by or factories.anyone(Role.OFFICE), at=LATE_AT,
    )  # fmt: skip


def settle(year) -> ProjectYear:
    return advance(fresh(year), "settle", by=factories.anyone(Role.OFFICE), at=LATE_AT)


def test_charge_runs_until_all_is_back_and_is_fixed_from_then_on():
    year = revoked(**SET)
    (running,) = [one for one in owed(year, today=TODAY) if one.which == ADDITIONAL]
    assert not running.is_fixed
    with pytest.raises(ValidationError, match="still runs"):
        paid(year, ADDITIONAL, 1, at=NOON)

    factories.paid(year, 80_000, "repayment", at=LATE_AT)

    later = LATE_AT.date() + timedelta(days=300)
    assert open_yen(year) == open_yen(year, on=later) == [ADDITIONAL_YEN, LATE_YEN]
    told = Notice.objects.filter(case=year, kind="charge_owed")
    assert {"1,608" in notice.body for notice in told} == {True}


def test_account_is_settled_only_once_each_charge_is_paid_or_waived():
    year = repaid()
    with pytest.raises(NotPossible, match="neither paid nor waived"):
        settle(year)

    paid(year, ADDITIONAL, 900)
    with pytest.raises(ValidationError, match="At most 84 yen"):
        paid(year, ADDITIONAL, 85)
    paid(year, ADDITIONAL, 84)
    with pytest.raises(NotPossible):
        settle(year)
    waived(year, LATE)

    assert settle(year).state == "settled"
    assert (fresh(year).balance_yen, fresh(year).paid_yen, open_yen(year)) == (0, 0, [0, 0])
    assert list(ledger_faults.faults()) == []
    assert year.events.get(verb="waive_charge").facts["amount_yen"] == LATE_YEN


def test_wrong_entry_is_reversed_and_repayment_only_after_it():
    year = repaid()
    accounting = factories.anyone(Role.ACCOUNTING)
    entry = paid(year, ADDITIONAL, ADDITIONAL_YEN)
    told = {"reason": "誤り", "paid_on": LATE_AT.date(), "document": "更正", "by": accounting}
    repayment = year.payments.get(kind="repayment")
    with pytest.raises(ValidationError, match="Reverse those entries first"):
        services.reverse_payment(repayment, **told, at=LATE_AT)

    services.reverse_charge(entry, **told, at=LATE_AT)

    assert open_yen(year) == [ADDITIONAL_YEN, LATE_YEN]
    with pytest.raises(ValidationError, match="reversed already"):
        services.reverse_charge(entry, **told, at=LATE_AT)
    services.reverse_payment(repayment, **told, at=LATE_AT)
    assert list(ledger_faults.faults()) == []


@pytest.mark.parametrize("lacks", ["additional_charge_percent", "charge_year_days"])
def test_charge_whose_rate_is_not_set_is_not_asked_for(lacks):
    year = repaid(**{k: v for k, v in SET.items() if k not in (lacks, "late_charge_percent")})

    assert owed(year, today=LATE_AT.date()) == []
    assert settle(year).state == "settled"


def test_accounting_records_and_the_office_waives():
    year = repaid()

    with pytest.raises(PermissionDenied):
        waived(year, LATE, by=factories.anyone(Role.ACCOUNTING))
    with pytest.raises(PermissionDenied):
        services.record_charge(
            year, which=LATE, amount_yen=1, paid_on=TODAY, document="d",
            by=factories.anyone(Role.OFFICE), at=LATE_AT,
        )  # fmt: skip


def test_verification_finds_a_charge_that_the_history_does_not_tell():
    year = repaid()
    accounting = factories.anyone(Role.ACCOUNTING)
    ChargeEntry.objects.create(
        year=year, which=LATE, kind="paid", amount_yen=LATE_YEN + 1, paid_on=TODAY, document="d",
        by=accounting, at=LATE_AT,
    )  # fmt: skip

    words = " ".join(str(fault) for fault in ledger_faults.faults())

    assert "the history —" in words and f"comes to {LATE_YEN}" in words


@pytest.mark.parametrize("page", ["charge-pay", "charge-waive"])
def test_page_without_an_open_charge_says_why_there_is_no_form(as_person, page):
    year, role = makers.granted_year(), "ACCOUNTING" if page == "charge-pay" else "OFFICE"

    said = as_person(factories.anyone(Role[role])).get(
        reverse(f"grants:{page}", args=[year.pk])
    ).text  # fmt: skip

    assert "Nothing is open now." in said and 'name="document"' not in said


def test_pages_show_what_is_owed_and_record_it(as_person, clock):
    clock(LATE_AT)
    year = repaid()
    money = reverse("casework:case-part", args=[year.pk, "money"])
    accounting, office = factories.anyone(Role.ACCOUNTING), factories.anyone(Role.OFFICE)
    client = as_person(accounting)
    page = client.get(money).content.decode()
    assert "Fixed on the day of the repayment" in page
    assert reverse("grants:charge-waive", args=[year.pk]) not in page
    url = reverse("grants:charge-pay", args=[year.pk])
    assert url in page and client.get(url).status_code == 200
    data = {
        "which": ADDITIONAL,
        "amount_yen": "999999",
        "paid_on": TODAY.isoformat(),
        "document": "d",
    }
    assert client.post(url, data).status_code == 422

    waive = reverse("grants:charge-waive", args=[year.pk])
    office_client = as_person(office)
    assert office_client.get(url).status_code == 403
    assert (
        office_client.post(waive, {"which": LATE, "reason": "", "document": "d"}).status_code == 422
    )
    said = {"which": LATE, "reason": "災害のため", "document": "決裁1号"}
    assert office_client.post(waive, said).status_code == 302
    entry = year.charge_entries.get()
    assert (entry.kind, entry.amount_yen) == ("waived", LATE_YEN)
    undo = reverse("grants:charge-reverse", args=[year.pk, entry.pk])
    assert undo in office_client.get(money).content.decode()
    assert office_client.get(undo).status_code == 200
    page = as_person(makers.group_of(year)).get(reverse("casework:case", args=[year.pk]))
    assert "of 984 yen to the city" in page.content.decode()


def test_settled_year_still_says_what_was_charged(as_person, clock):
    clock(LATE_AT)
    year = repaid()
    for which in (ADDITIONAL, LATE):
        waived(year, which)
    settle(year)

    money = reverse("casework:case-part", args=[year.pk, "money"])
    assert "Waived" in as_person(factories.anyone(Role.OFFICE)).get(money).content.decode()


def test_database_keeps_the_entries():
    entry = waived(repaid(), LATE)

    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM grants_chargeentry WHERE id = %s", [entry.pk])


def date_of(year, kind="charge"):
    return year.deadlines.filter(kind=kind).order_by("-pk").first()


def test_fixed_charge_is_owed_by_a_date_that_its_payment_meets_and_a_reversal_opens_again():
    year = revoked(**SET, charge_days="20")
    assert date_of(year) is None
    factories.paid(year, 80_000, "repayment", at=LATE_AT)

    owed_by = date_of(year)
    assert owed_by.ends_on == LATE_AT.date() + timedelta(days=20)
    told = Notice.objects.filter(case=year, kind="charge_owed").first()
    assert "令和9年1月19日までに納めてください。" in told.body

    paid(year, ADDITIONAL, ADDITIONAL_YEN)
    assert date_of(year).met_at is None
    last = paid(year, LATE, LATE_YEN)
    assert date_of(year).met_on == LATE_AT.date()

    services.reverse_charge(
        last, reason="誤記", paid_on=LATE_AT.date(), document="訂正",
        by=factories.anyone(Role.ACCOUNTING), at=LATE_AT,
    )  # fmt: skip
    again = date_of(year)
    assert (again.pk, again.met_at) == (owed_by.pk, None)


def test_waived_charge_is_owed_by_no_date():
    year = repaid(**SET, charge_days="20")

    waived(year, ADDITIONAL)
    assert date_of(year).closed_at is None
    waived(year, LATE)

    assert date_of(year).closed_at and date_of(year).met_at is None


def test_date_of_a_charge_is_not_set_where_the_rules_do_not_say(as_person):
    year = repaid()

    assert date_of(year).ends_on is None
    client = as_person(makers.group_of(year))
    box = client.get(reverse("casework:case", args=[year.pk])).context
    assert box["next_deadline"].kind == "charge"
    assert "Pay the charges" in box["what_to_do"]
    page = client.get(reverse("casework:case-part", args=[year.pk, "money"])).content.decode()
    assert "The office sets the date, and tells it." in page


def test_reversed_repayment_takes_the_date_of_the_charge_away():
    year = repaid(**SET, charge_days="20")
    services.reverse_payment(
        year.payments.get(kind="repayment"), reason="誤記", paid_on=LATE_AT.date(),
        document="訂正", by=factories.anyone(Role.ACCOUNTING), at=LATE_AT,
    )  # fmt: skip
    assert date_of(year).closed_because == "the ledger was corrected"

    factories.paid(year, 80_000, "repayment", at=LATE_AT + timedelta(days=3))

    assert date_of(year).ends_on == LATE_AT.date() + timedelta(days=23)


def test_office_sets_the_date_and_accounting_records_the_charge_from_the_first_page(as_person):
    year = repaid()
    office, accounting = factories.anyone(Role.OFFICE), factories.anyone(Role.ACCOUNTING)
    case = reverse("casework:case", args=[year.pk])

    desk = as_person(office).get("/office/").context
    assert "without a date" in str(desk["notes"][year.pk])
    shown = as_person(office).get(case).context
    assert [str(page.label) for page in shown["work"]] == ["Set the date of the charges"]
    assert as_person(office).get(shown["work"][0].url).status_code == 200
    shown = as_person(accounting).get(case).context
    assert [page.url for page in shown["work"]] == [reverse("grants:charge-pay", args=[year.pk])]


def test_page_of_a_repayment_begins_with_what_has_to_come_back(as_person):
    year = revoked(**SET)

    page = as_person(factories.anyone(Role.ACCOUNTING)).get(f"/years/{year.pk}/payments/new/")

    assert page.context["form"].initial["amount_yen"] == 80_000
    assert "80,000 yen have to come back." in page.content.decode()
