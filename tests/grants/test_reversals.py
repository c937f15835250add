"""A line of the ledger that was entered by mistake is undone by another line (訂正仕訳)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework import reminders
from casework.errors import NotPossible
from casework.ladders import reckon
from casework.models import Notice
from casework.models.notice import REMINDING
from casework.services import advance, correct
from grants import services
from grants.balance_dates import CLAIMED
from grants.models import Claim, Payment, ProjectYear
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def accounting():
    return factories.user(Role.ACCOUNTING)


@pytest.fixture
@remembered
def year() -> ProjectYear:
    return makers.granted_year()


@remembered
def pay(year, by, amount: int, kind="advance", *, paid_on=None, at=NOON) -> Payment:
    return factories.paid(year, amount, kind, by=by, paid_on=paid_on, at=at)


def undo(payment, by, *, paid_on=None, at=NOON) -> Payment:
    return services.reverse_payment(
        payment, reason="桁の誤り", paid_on=paid_on or at.date(), document="更正命令", by=by, at=at
    )


def fresh(year) -> ProjectYear:
    return ProjectYear.objects.get(pk=year.pk)


def test_reversal_undoes_the_whole_line_and_both_stay(year, accounting):
    wrong = pay(year, accounting, 80_000)

    reversal = undo(wrong, accounting)

    assert (fresh(year).paid_yen, fresh(year).balance_yen) == (0, 80_000)
    assert (wrong.signed_yen, reversal.signed_yen) == (80_000, -80_000)
    event = year.events.get(verb="reverse_payment")
    assert event.facts["of"] == wrong.pk and "桁の誤り" not in str(event.facts)
    pay(year, accounting, 8_000)
    assert fresh(year).paid_yen == 8_000


def test_nobody_owes_what_came_back_though_the_account_is_settled_later(accounting):
    year = makers.granted_year(advance_percent="99", repayment_days="10", settlement_days="10")
    pay(year, accounting, 79_000)
    makers.sent_report(year)
    year = factories.approved(fresh(year), "confirm", confirmed_yen=75_000, at=LATER)
    owed = year.deadlines.open().get(kind="repayment")

    line = factories.paid(
        year, kind="repayment", by=accounting, at=LATER + timedelta(days=9), paid_on=(LATER + timedelta(days=9)).date(),
    )  # fmt: skip

    owed.refresh_from_db()
    assert owed.met_on == line.paid_on and not owed.is_late(makers.LATER + timedelta(days=30))
    assert fresh(year).state == "confirmed"
    undo(line, accounting, at=LATER + timedelta(days=9))
    assert fresh(year).deadlines.open().filter(kind="repayment").exists()


def test_year_whose_one_payment_was_a_mistake_can_be_withdrawn(year, accounting):
    undo(pay(year, accounting, 80_000), accounting)

    assert advance(fresh(year), "withdraw", by=makers.group_of(year), at=NOON).state == "withdrawn"


def test_line_is_reversed_once_and_a_reversal_never(year, accounting):
    wrong = pay(year, accounting, 80_000)
    reversal = undo(wrong, accounting)

    for line in (wrong, reversal):
        with pytest.raises(ValidationError, match="reversed already"):
            undo(line, accounting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            year=year, kind="reversal", amount_yen=1, paid_on=TODAY, document="x", by=accounting,
            at=NOON,
        )  # fmt: skip


def test_nothing_comes_back_before_it_went_out(accounting):
    """What was reversed never went out; of two payments the second day may be the first that counts."""
    year = makers.granted_year(advance_percent="100")
    undo(pay(year, accounting, 80_000), accounting)
    for yen, at in ((30_000, NOON), (50_000, NOON + timedelta(days=11))):
        pay(fresh(year), accounting, yen, at=at)
    makers.sent_report(year)
    year = factories.approved(fresh(year), "confirm", confirmed_yen=30_000, at=LATER)
    told = {"document": "納入通知", "by": accounting, "at": LATER}

    with pytest.raises(ValidationError, match=r"before 1 December 2026: only then had so much"):
        services.record_repayment(year, amount_yen=50_000, paid_on=date(2026, 11, 30), **told)
    services.record_repayment(year, amount_yen=20_000, paid_on=TODAY, **told)
    with pytest.raises(ValidationError, match="before 1 December 2026"):
        services.record_repayment(year, amount_yen=30_000, paid_on=date(2026, 11, 30), **told)
    services.record_repayment(year, amount_yen=30_000, paid_on=date(2026, 12, 1), **told)

    assert fresh(year).balance_yen == 0


@pytest.mark.parametrize(("beforehand", "confirmed"), [(True, 0), (False, 50_000)])
def test_claim_that_was_paid_once_is_not_paid_more_than_then_nor_than_now(
    accounting, beforehand, confirmed
):
    year = makers.granted_year(advance_percent="50")
    kind, most = ("advance", 40_000) if beforehand else ("balance", confirmed)
    if not beforehand:
        makers.sent_report(year)
        year = factories.approved(fresh(year), "confirm", confirmed_yen=confirmed)
    payment = pay(year, accounting, most, kind)
    undo(payment, accounting)

    with pytest.raises(NotPossible, match="still missing"):
        factories.claimed_anew(Claim.objects.get(pk=payment.claim_id), 80_000)

    claim = Claim.objects.get(pk=payment.claim_id)
    assert (claim.state, claim.room.most_yen) == ("returned", most)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.APPROVER, Role.AUDITOR])
def test_only_accounting_reverses(year, accounting, role):
    wrong = pay(year, accounting, 80_000)

    with pytest.raises(PermissionDenied):
        undo(wrong, factories.user(role))


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=1)])
def test_day_is_neither_to_come_nor_before_what_it_rests_on(year, accounting, day):
    with pytest.raises(ValidationError, match="The day cannot lie"):
        pay(year, accounting, 80_000, paid_on=day)
    wrong = pay(year, accounting, 80_000)
    with pytest.raises(ValidationError, match="The day cannot lie"):
        undo(wrong, accounting, paid_on=day)


def test_repayment_is_reversed_before_what_was_paid(year, accounting):
    advance_paid = pay(year, accounting, 80_000)
    factories.approved(year, "revoke", reason="虚偽の申請")
    repaid = pay(year, accounting, 80_000, "repayment")

    with pytest.raises(ValidationError, match="Reverse the repayment first"):
        undo(advance_paid, accounting)
    undo(repaid, accounting)
    assert fresh(year).balance_yen == -80_000


def test_what_was_really_paid_is_entered_whatever_the_state_is_now(year, accounting):
    wrong = pay(year, accounting, 80_000)
    factories.approved(year, "revoke", reason="虚偽の申請")
    with pytest.raises(ValidationError, match="nothing is paid in advance any more"):
        pay(year, accounting, 1_000)
    undo(wrong, accounting)

    with pytest.raises(NotPossible, match="still missing"), transaction.atomic():
        pay(year, accounting, 80_001)
    pay(year, accounting, 8_000)

    assert fresh(year).balance_yen == -8_000


@pytest.mark.parametrize(
    ("advance_yen", "before", "after"),
    [
        (80_000, "repayment", "repayment"),
        (75_000, "", ""),
        (70_000, *2 * ("settlement",)),
    ],
)
def test_whoever_owes_after_a_correction_has_a_date(year, accounting, advance_yen, before, after):
    mistaken = pay(year, accounting, advance_yen)
    makers.sent_report(year)
    factories.approved(fresh(year), "confirm", at=makers.LATER, confirmed_yen=75_000)
    assert owed(year) == before

    undo(mistaken, accounting, at=makers.LATER)

    assert owed(year) == "settlement"
    pay(year, accounting, advance_yen, at=makers.LATER)
    assert owed(year) == after


def owed(year) -> str:
    """Return which side owes the balance by a date."""
    money = year.deadlines.open().filter(kind__in=["settlement", "repayment"])
    return " ".join(money.values_list("kind", flat=True))


def test_settled_account_is_opened_before_a_line_is_reversed(year, accounting):
    makers.sent_report(year)
    year = factories.approved(fresh(year), "confirm", at=makers.LATER, confirmed_yen=75_000)
    paid = pay(year, accounting, 75_000, "balance", at=makers.LATER)
    office = factories.user(Role.OFFICE)
    advance(fresh(year), "settle", by=office, at=makers.LATER)

    with pytest.raises(ValidationError, match="settled"):
        undo(paid, accounting, at=makers.LATER)


def test_page_reverses_and_the_ledger_says_so(as_person, year, accounting):
    wrong = pay(year, accounting, 80_000)
    client = as_person(accounting)
    case = reverse("casework:case-part", args=[year.pk, "money"])
    url = reverse("grants:payment-reverse", args=[year.pk, wrong.pk])
    assert url in client.get(case).content.decode()
    data = {"reason": "桁の誤り", "paid_on": "2026-11-20", "document": "更正命令"}
    assert client.post(url, {**data, "paid_on": "2026-11-21"}).status_code == 422
    assert client.post(url, {**data, "reason": ""}).status_code == 422

    assert client.post(url, data).status_code == 302

    page = client.get(case).content.decode()
    assert "Reversed: this entry does not count." in page and "Reason: 桁の誤り" in page
    assert url not in page
    assert client.post(url, data).status_code == 422
    assert year.claims.get().state == "accepted"


def test_payment_before_the_grant_was_decided_is_refused_from_outside_too(year, accounting):
    with pytest.raises(ValidationError, match="20 November 2026"):
        pay(year, accounting, 80_000, paid_on=date(2026, 4, 1))


def reminded(at) -> None:
    reckon()
    rows = reminders.in_batches(reminders.due(at.date()))
    reminders.sweep(rows, today=at.date(), at=at)


def rows(year, kind: str) -> list[tuple]:
    found = year.deadlines.filter(kind=kind).order_by("pk")
    return list(found.values_list("due_on", "met_on", "closed_because"))


def test_repayment_meets_its_date_and_its_reversal_lets_it_be_owed_again():
    year = makers.granted_year(repayment_days="14")
    pay(year, accounting := factories.anyone(Role.ACCOUNTING), 80_000)
    factories.approved(year, "revoke", reason="虚偽の申請")
    due = TODAY + timedelta(days=14)
    assert rows(year, "repayment") == [(due, None, "")]

    part = pay(year, accounting, 30_000, "repayment")
    assert owed(year) == "repayment"
    later = NOON + timedelta(days=5)
    rest = pay(year, accounting, 50_000, "repayment", paid_on=TODAY + timedelta(days=2), at=later)

    assert (owed(year), rows(year, "repayment")) == ("", [(due, TODAY + timedelta(days=2), "")])
    reminded(later + timedelta(days=30))
    assert not Notice.objects.filter(case=year, kind__in=REMINDING).exists()

    undo(rest, accounting, at=later)
    assert rows(year, "repayment") == [(due, None, "")]
    undo(part, accounting, at=later)
    pay(year, accounting, 80_000, "repayment", at=later)
    assert rows(year, "repayment") == [(due, later.date(), "")]


def test_reminder_that_waits_is_taken_back_by_the_repayment_and_goes_again_after_its_reversal():
    year = makers.granted_year(repayment_days="14")
    pay(year, accounting := factories.anyone(Role.ACCOUNTING), 80_000)
    factories.approved(year, "revoke", reason="虚偽の申請")
    late = NOON + timedelta(days=15)
    reminded(late)
    waiting = Notice.objects.filter(case=year, kind="deadline_overdue", state="queued")
    assert waiting.exists()

    repaid = pay(year, accounting, 80_000, "repayment", at=late)
    assert not waiting.exists()

    undo(repaid, accounting, at=late)
    assert waiting.exists()


def test_group_reads_that_nothing_is_owed_any_more(as_person):
    year = makers.granted_year(repayment_days="14")
    pay(year, accounting := factories.anyone(Role.ACCOUNTING), 80_000)
    factories.approved(year, "revoke", reason="虚偽の申請")
    pay(year, accounting, 80_000, "repayment")

    page = as_person(makers.group_of(year)).get(reverse("casework:case", args=[year.pk]))

    assert "Nothing has to be paid back any more." in page.content.decode()


def test_accepted_claim_has_the_one_date_of_its_payment():
    year = makers.granted_year(settlement_days="30", claim_days="14")
    accounting, office = factories.anyone(Role.ACCOUNTING), factories.anyone(Role.OFFICE)
    makers.sent_report(year)
    year = factories.approved(fresh(year), "confirm", at=makers.LATER, confirmed_yen=75_000)
    due = makers.LATER.date() + timedelta(days=30)
    assert rows(year, "settlement") == [(due, None, "")]

    claim = factories.claimed(year, "balance", at=makers.LATER)
    assert rows(year, "settlement") == [(due, None, CLAIMED)]
    advance(claim, "send_back", by=office, at=makers.LATER, reason="口座の誤り")
    assert rows(year, "settlement") == [(due, None, "")]

    correct(Claim.objects.get(pk=claim.pk), reason="誤り", by=office, at=makers.LATER)
    assert rows(year, "settlement") == [(due, None, CLAIMED)]
    advance(claim, "send_back", by=office, at=makers.LATER, reason="口座の誤り")
    group = makers.group_of(year).act_on(makers.LATER.date())
    claim = advance(Claim.objects.get(pk=claim.pk), "resubmit", by=group, at=makers.LATER)
    advance(claim, "accept", by=office, at=makers.LATER)
    payment = pay(year, accounting, 75_000, "balance", at=makers.LATER)
    assert owed(year) == "" and payment.claim.pk == claim.pk
    undo(payment, accounting, at=makers.LATER)
    assert owed(year) == ""
    assert claim.deadlines.open().get().kind == "claim_paid"
