"""Claims (請求書): what can be claimed, how a claim is paid, and what stops it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership, Role
from accounts.services import add_officer
from casework.errors import NotPossible
from casework.models import Deadline, Notice
from casework.services import advance, correct
from casework.typesetting import typeset
from grants import claims, printing, services
from grants.models import Claim, Payment, ProjectYear
from grants.rules import RuleSet
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


# What can be claimed: rules alone, without a database


@dataclass
class Line:
    pk: int
    kind: str
    amount_yen: int
    of_id: int | None = None


class Lines(list):
    def all(self):
        return self


@dataclass
class Year:
    """A project year of a subsidy as the rules read one."""

    state: str
    granted_yen: int | None
    percent: str | None
    status: str = "set"
    confirmed_yen: int | None = None
    payments: Lines = field(default_factory=Lines)
    signatures: Lines = field(default_factory=Lines)
    by_agreement: bool = False

    ledger = ProjectYear.ledger

    @property
    def rules(self) -> RuleSet:
        return RuleSet({claims.RULE: {"status": self.status, "value": self.percent}})

    @property
    def balance_yen(self) -> int:
        owed = self.granted_yen if self.confirmed_yen is None else self.confirmed_yen
        undone = {line.of_id for line in self.payments}
        return (owed or 0) - sum(
            line.amount_yen
            for line in self.payments
            if line.of_id is None and line.pk not in undone
        )


YEN = st.integers(min_value=0, max_value=500_000)


@given(granted=YEN, percent=st.integers(0, 100), paid=st.lists(YEN, max_size=4))
def test_advance_never_passes_the_share_of_the_course_nor_what_the_ledger_leaves(
    granted, percent, paid
):
    lines = Lines(Line(pk, "advance", yen) for pk, yen in enumerate(paid))
    year = Year("granted", granted, str(percent), payments=lines)

    room = claims.room(year, claims.ADVANCE)

    assert 0 <= room.most_yen <= max(granted * percent // 100 - sum(paid), 0)
    assert room.most_yen <= max(granted - sum(paid), 0)
    assert (room.most_yen == 0) == bool(room.why_not)


def test_reversed_payment_leaves_its_room_again():
    lines = Lines([Line(1, "advance", 40_000), Line(2, "reversal", 40_000, of_id=1)])

    room = claims.room(Year("granted", 80_000, "50", payments=lines), claims.PREPAYMENT)

    assert room.most_yen == 40_000


@pytest.mark.parametrize(
    ("year", "kind", "most_yen", "why", "is_set"),
    [
        (Year("granted", 80_000, None, "not_set"), "advance", 80_000, "", False),
        (
            Year("granted", 80_000, "", "not_applicable"),
            "advance",
            0,
            "pays nothing in advance",
            True,
        ),
        (Year("granted", 80_000, "0"), "prepayment", 0, "pays nothing in advance", True),
        (Year("granted", 80_001, "33.3"), "advance", 26_640, "", True),
        (Year("applied", None, "50"), "advance", 0, "Nothing is granted yet", True),
        (Year("granted", 80_000, "50"), "balance", 0, "once the amount is confirmed", True),
        (Year("confirmed", 80_000, "50", confirmed_yen=75_000), "advance", 0, "any more", True),
        (Year("confirmed", 80_000, "50", confirmed_yen=75_000), "balance", 75_000, "", True),
    ],
)
def test_room_says_how_much_or_why_not(year, kind, most_yen, why, is_set):
    room = claims.room(year, kind)

    assert (room.most_yen, room.is_set) == (most_yen, is_set)
    assert why in str(room.why_not) and bool(why) == bool(room.why_not)


# A claim and its payment


@pytest.fixture
def accounting(db):
    return factories.user(Role.ACCOUNTING)


@pytest.fixture
def office(db):
    return factories.user(Role.OFFICE)


def fresh(case):
    return type(case)._base_manager.get(pk=case.pk)


def open_kinds(case) -> set[str]:
    return set(Deadline.objects.open().filter(case=case).values_list("kind", flat=True))


@remembered
def written(year, amount_yen: int, kind: str = "advance", **fields) -> Claim:
    """A claim that its group wrote and has not sent; the group has a bank account."""
    group = makers.group_of(year)
    if not year.organization.bank_accounts.exists():
        services.register_account(year.organization, factories.account(), by=group, at=NOON)
    claim = services.start_claim(year, kind=kind, by=group, at=NOON)
    said = {"amount_yen": amount_yen, "reason": "会場の予約金", **fields}
    return services.save_claim(claim, fields=said, edit_number=0, by=group, at=NOON)


def pay(claim, by, at=NOON) -> Payment:
    return services.pay_claim(fresh(claim), paid_on=at.date(), document="支出命令", by=by, at=at)


def test_pages_lead_from_the_claim_to_the_payment(as_person, clock, office, accounting):
    year = makers.granted_year(advance_percent="70", claim_days="30")
    group = makers.group_of(year)
    client = as_person(group)
    page = whole_page(client, year)
    assert "What can be claimed now" in page and "56,000" in page

    answer = client.post(reverse("grants:claim-start", args=[year.pk]), {"kind": "advance"})
    claim = Claim.objects.get()
    edit = reverse("grants:claim-edit", args=[claim.pk])
    assert answer.url == edit and (claim.amount_yen, claim.number) == (56_000, f"{year.number}-C1")
    data = {"edit_number": "0", "amount_yen": "３０，０００", "reason": "会場の予約金"}
    assert client.post(edit, data, headers={"X-Autosave": "1"}).json()["edit_number"] == 1
    assert client.post(edit, data).status_code == 409
    send = reverse("casework:move", args=[claim.pk, "submit"])
    client.post(send)
    assert fresh(claim).state == "draft"  # it is not known where to pay
    services.register_account(year.organization, factories.account(), by=group, at=NOON)
    client.post(send)

    claim = fresh(claim)
    assert (claim.state, claim.instalment, claim.claimed_on) == ("filed", 1, TODAY)
    as_person(office).post(reverse("casework:move", args=[claim.pk, "accept"]))
    due = claim.deadlines.open().get(kind="claim_paid")
    assert (due.due_on, due.owed_by) == (TODAY + timedelta(days=30), "accounting")
    url = reverse("grants:claim-pay", args=[claim.pk])
    assert "30,000 yen" in as_person(accounting).get(url).content.decode()
    clock(NOON + timedelta(hours=1))
    client.post(url, {"paid_on": "2026-11-20", "document": "支出命令"})

    payment = year.payments.get()
    assert (payment.claim, payment.amount_yen, payment.kind) == (claim, 30_000, "advance")
    assert fresh(claim).state == "paid" and open_kinds(claim) == set()
    assert client.post(url, {"paid_on": "2026-11-20", "document": "x"}).status_code == 422
    assert group.notices.filter(case=claim, kind__in=("claim_accepted", "claim_paid")).count() == 2


def test_instalments_are_numbered_and_stay_within_the_share(accounting):
    year = makers.granted_year(advance_percent="70")
    group = makers.group_of(year)
    pay(factories.claimed(year, amount_yen=30_000), accounting)

    second = written(fresh(year), 26_001)
    with pytest.raises(NotPossible, match="still missing"):
        advance(second, "submit", by=group, at=NOON)
    assert [str(line) for line in second.missing_parts()] == [
        "At most 26,000 yen can be claimed now."
    ]
    second = services.save_claim(
        second, fields={"amount_yen": 26_000, "reason": "材料費"}, edit_number=1, by=group, at=NOON
    )
    second = advance(second, "submit", by=group, at=NOON)
    assert second.instalment == 2
    pay(advance(second, "accept", by=factories.anyone(Role.OFFICE), at=NOON), accounting)

    with pytest.raises(ValidationError, match="has been paid"):
        services.start_claim(fresh(year), kind="prepayment", by=group, at=NOON)


@pytest.mark.django_db
def test_no_two_claims_bear_the_same_number_of_instalment(accounting, office):
    year = makers.granted_year(advance_percent="70")
    first, _second = (pay(factories.claimed(year, amount_yen=10_000), accounting) for _n in "12")
    services.reverse_payment(
        first, reason="誤り", paid_on=TODAY, document="更正", by=accounting, at=NOON
    )
    advance(first.claim, "drop", by=office, at=NOON, reason="二重の請求")

    third = factories.claimed(year, amount_yen=10_000)

    counting = Claim.objects.exclude(state="dropped").values_list("instalment", flat=True)
    assert (third.instalment, sorted(counting)) == (3, [2, 3])


@pytest.mark.django_db
def test_share_that_is_not_set_has_no_ceiling_but_the_grant_and_the_page_says_so(as_person):
    year = makers.granted_year(advance_percent=None)
    claim = written(year, 80_000)

    page = as_person(makers.group_of(year)).get(reverse("grants:claim-edit", args=[claim.pk]))

    assert claim.missing_parts() == []
    assert (
        "Not set" in page.content.decode()
        and "The office decides on the claim" in page.content.decode()
    )


def test_only_an_accepted_claim_is_paid_by_accounting_alone_and_once(office, accounting):
    year = makers.granted_year()
    claim = advance(written(year, 50_000), "submit", by=makers.group_of(year), at=NOON)
    with pytest.raises(ValidationError, match="not to be paid"):
        pay(claim, accounting)
    claim = advance(claim, "accept", by=office, at=NOON)
    for role in (Role.OFFICE, Role.APPROVER, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            pay(claim, factories.user(role))

    pay(claim, accounting)

    with pytest.raises(ValidationError, match="not to be paid"):
        pay(claim, accounting)
    assert fresh(year).paid_yen == 50_000


def test_reversal_brings_the_claim_back_with_its_date(accounting):
    year = makers.granted_year(claim_days="30")
    claim = factories.claimed(year, amount_yen=50_000)
    payment = pay(claim, accounting)

    services.reverse_payment(
        payment, reason="日付", paid_on=TODAY, document="更正", by=accounting, at=NOON
    )

    assert (fresh(claim).state, open_kinds(claim)) == ("accepted", {"claim_paid"})
    pay(claim, accounting)
    assert (fresh(claim).state, fresh(year).paid_yen) == ("paid", 50_000)


def test_confirmation_ends_the_advance_and_asks_for_the_claim_of_the_balance(as_person, accounting):
    year = makers.granted_year(claim_filing_days=None)
    group = makers.group_of(year)
    advance_claim = factories.claimed(year, amount_yen=50_000)
    makers.sent_report(year)
    year = factories.approved(fresh(year), "confirm", at=makers.LATER, confirmed_yen=75_000)

    assert fresh(advance_claim).state == "dropped"
    owed = year.deadlines.open().get(kind="claim")
    assert (owed.due_on, owed.owed_by) == (None, "organization")
    shown = as_person(group).get("/my/").context
    assert "Claim the 75,000 yen" in str(shown["notes"][year.pk])
    claim = factories.claimed(year, "balance", at=makers.LATER)
    assert (claim.amount_yen, claim.instalment) == (75_000, None)
    assert "claim" not in open_kinds(year)
    with pytest.raises(NotPossible):  # of an account that is not even
        advance(fresh(year), "settle", by=accounting, at=makers.LATER)
    pay(claim, accounting, at=makers.LATER)
    year = advance(fresh(year), "settle", by=accounting, at=makers.LATER)
    assert year.state == "settled"


def test_claim_on_paper_counts_from_the_day_it_was_received(office):
    year = makers.granted_year(claim_days="30")
    Membership.objects.filter(organization=year.organization).delete()
    ProjectYear.objects.filter(pk=year.pk).update(on_paper=True)
    claim = services.start_claim(fresh(year), kind="advance", by=office, at=NOON)
    said = {"amount_yen": 50_000, "reason": "会場の予約金"}
    claim = services.save_claim(claim, fields=said, edit_number=0, by=office, at=NOON)
    later = NOON + timedelta(days=5)

    claim = advance(claim, "submit", by=office, at=later, received_on=TODAY + timedelta(days=2))
    claim = advance(claim, "accept", by=office, at=later)

    assert claim.claimed_on == TODAY + timedelta(days=2)
    assert claim.deadlines.get(kind="claim_paid").due_on == TODAY + timedelta(days=32)


def test_one_claim_at_a_time_and_a_draft_is_the_groups_alone(as_person, office):
    year = makers.granted_year()
    claim = written(year, 50_000)

    with pytest.raises(ValidationError, match="open already"):
        services.start_claim(year, kind="prepayment", by=makers.group_of(year), at=NOON)
    assert as_person(office).get(reverse("casework:case", args=[claim.pk])).status_code == 404
    page = whole_page(as_person(office), year)
    assert reverse("casework:case", args=[claim.pk]) not in page
    advance(claim, "withdraw", by=makers.group_of(year), at=NOON)
    assert services.start_claim(year, kind="prepayment", by=makers.group_of(year), at=NOON)


@pytest.mark.django_db
def test_printed_claim_can_be_signed_and_holds_no_account():
    year = makers.granted_year(advance_percent="70")
    draft = pdf_text(typeset("claim", printing.claim_sheet(written(year, 30_000), today=TODAY)))
    assert "請求書" in draft and "30,000円" in draft and "口座番号" in draft and "署名" in draft

    sent = advance(Claim.objects.get(), "submit", by=makers.group_of(year), at=NOON)
    printed = pdf_text(typeset("claim", printing.claim_sheet(sent, today=TODAY)))

    assert (
        "概算払（第1回）" in printed
        and "登録済みの口座" in printed
        and "令和8年11月20日" in printed
    )
    assert factories.account().account_number not in draft + printed


@pytest.mark.django_db
def test_printed_claim_keeps_the_representative_under_whom_it_was_sent():
    year = makers.granted_year(advance_percent="70")
    group, writer = year.organization, makers.group_of(year)
    told = {"post": "会長", "is_representative": True, "by": writer, "at": NOON}
    add_officer(group, name="架空 甲", valid_from=TODAY - timedelta(days=9), **told)
    sent = advance(written(year, 30_000), "submit", by=writer, at=NOON)
    add_officer(group, name="架空 乙", valid_from=TODAY, **told)  # told later, from that very day

    assert printing.claim_sheet(sent, today=TODAY)["head"]["name"] == "架空 甲"
    Claim.objects.filter(pk=sent.pk).update(claimed_on=None)
    unsent = Claim.objects.get(pk=sent.pk)
    assert printing.claim_sheet(unsent, today=TODAY)["head"]["name"] == "架空 乙"


@pytest.mark.django_db
def test_each_step_of_a_claim_is_told_in_its_own_words():
    year = makers.granted_year(advance_percent="70")
    office, group = factories.anyone(Role.OFFICE), makers.group_of(year)
    claim = factories.claimed(year, amount_yen=30_000)
    claim = advance(claim, "send_back", by=office, at=NOON, reason="日付の誤り")
    claim = advance(claim, "resubmit", by=group, at=NOON)
    claim = advance(claim, "accept", by=office, at=NOON)
    accounting = factories.user(Role.ACCOUNTING)
    later = NOON + timedelta(hours=1)  # no letter of the year leaves in this moment
    services.pay_claim(claim, paid_on=TODAY, document="支出命令", by=accounting, at=later)

    told = Notice.objects.filter(case=claim, recipient__in=(office, group)).order_by("pk")
    kinds = list(told.values_list("kind", flat=True))
    assert kinds == [
        "claim_filed", "claim_accepted", "claim_returned", "claim_filed", "claim_accepted",
        "claim_paid",
    ]  # fmt: skip
    words = {notice.kind: notice.body for notice in told}
    assert "30,000円" in words["claim_paid"] and "令和8年11月20日" in words["claim_paid"]
    assert "日付の誤り" in words["claim_returned"]
    assert Notice.objects.with_done().get(kind="claim_returned").is_done
    assert not Notice.objects.filter(case=claim, kind="case_moved").exists()


@pytest.mark.django_db
def test_withdrawn_claim_does_not_come_back_beside_another():
    year = makers.granted_year(advance_percent="70")
    office, group = factories.anyone(Role.OFFICE), makers.group_of(year)
    first = advance(written(year, 30_000), "withdraw", by=group, at=NOON)
    services.start_claim(year, kind="advance", by=group, at=NOON)

    with pytest.raises(NotPossible, match="Another claim"):
        correct(first, reason="誤り", by=office, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "with_claim"), [("advance", False), ("repayment", True)])
def test_database_pays_out_on_a_claim_alone(kind, with_claim):
    year = makers.granted_year(advance_percent="70")
    claim = factories.claim_behind(year, "advance") if with_claim else None

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            year=year, kind=kind, claim=claim, amount_yen=1, paid_on=TODAY, document="d",
            by=factories.anyone(Role.ACCOUNTING), at=NOON,
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fiscal_year", "paid_on", "is_paid"),
    [
        (2026, date(2027, 3, 31), True),
        (2026, date(2027, 5, 31), True),
        (2026, date(2027, 6, 1), False),
        (2027, date(2027, 3, 31), False),
        (2027, date(2027, 4, 1), True),
    ],
)
def test_money_of_a_year_is_paid_in_its_books_alone(accounting, fiscal_year, paid_on, is_paid):
    year = makers.granted_year(advance_percent="50")
    claim = factories.claimed(year, amount_yen=30_000)
    ProjectYear.objects.filter(pk=year.pk).update(fiscal_year=fiscal_year)
    at = NOON + timedelta(days=300)
    told = {"paid_on": paid_on, "document": "支出命令", "by": accounting, "at": at}

    if is_paid:
        assert services.pay_claim(claim, **told).paid_on == paid_on
        return
    with pytest.raises(ValidationError, match="until its books close on"):
        services.pay_claim(claim, **told)
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_payment_is_not_before_its_claim_was_accepted(accounting, office):
    year = makers.granted_year(advance_percent="50")
    later = NOON + timedelta(days=3)
    claim = factories.claimed(year, amount_yen=30_000, at=later)
    told = {"document": "支出命令", "by": accounting, "at": later}

    with pytest.raises(ValidationError, match="23 November 2026.*the claim was accepted"):
        services.pay_claim(claim, paid_on=later.date() - timedelta(days=1), **told)
    with pytest.raises(ValidationError, match="the grant was decided"):
        services.pay_claim(claim, paid_on=TODAY - timedelta(days=1), **told)

    assert services.pay_claim(claim, paid_on=later.date(), **told).amount_yen == 30_000


@pytest.mark.django_db
def test_claim_of_a_year_to_come_says_from_when_it_is_paid(as_person, clock):
    year = makers.granted_year(advance_percent="50")
    ProjectYear.objects.filter(pk=year.pk).update(fiscal_year=2027)
    year = fresh(year)
    words = "The grant is paid from that day on, not before."
    group = as_person(makers.group_of(year))

    for part in ("money", "content"):
        page = group.get(reverse("casework:case-part", args=[year.pk, part])).text
        assert words in page
    claim = factories.claimed(year, amount_yen=30_000)
    assert words in whole_page(group, claim)
