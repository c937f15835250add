"""The bank account of a group: typed in as people type, kept so that only accounting reads it."""

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import Change, MemberRole, Role
from casework import retention
from casework.errors import NotPossible
from casework.models import Notice
from casework.retention import classes
from grants import bank_secrets, services
from grants.forms.bank import BankAccountForm, holder_kana
from grants.models import BankAccount, Claim
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

NUMBER = "7654321"

TYPED = {
    "bank_name": "架空銀行", "bank_code": "９９９８", "branch_name": "架空支店", "branch_code": "997",
    "account_kind": "ordinary", "account_number": "７６５－４３２１", "holder_kana": "かくうのかい",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


# What is typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("エンガワのかい", "ｴﾝｶﾞﾜﾉｶｲ"),
        ("ｴﾝｶﾞﾜ ﾉ ｶｲ", "ｴﾝｶﾞﾜ ﾉ ｶｲ"),
        ("シャ）ヨット　ハーバー", "ｼﾔ)ﾖﾂﾄ ﾊ-ﾊﾞ-"),
        ("ｔｏｋｙｏクラブ", "TOKYOｸﾗﾌﾞ"),
    ],
)
def test_holder_is_written_as_banks_write_it(typed, kept):
    assert holder_kana(typed) == kept
    assert holder_kana(kept) == kept


@pytest.mark.parametrize("typed", ["縁側の会", "エンガワ会", "エンガワ★"])
def test_holder_that_is_not_in_kana_is_refused_in_plain_words(typed):
    with pytest.raises(ValidationError, match="bank book"):
        holder_kana(typed)


def test_full_width_digits_are_taken_and_other_numbers_refused():
    form = BankAccountForm(TYPED)
    assert form.is_valid() and form.account() == factories.account()

    wrong = BankAccountForm({**TYPED, "account_number": "12345", "bank_code": "12a4"})
    assert wrong.errors["account_number"] == [
        "Write 7 digits. Put zeros in front of a shorter number."
    ]
    assert set(wrong.errors) == {"account_number", "bank_code"}


# Who reads it


@pytest.fixture
@remembered
def claim(db) -> Claim:
    return factories.claimed(makers.granted_year(), amount_yen=50_000)


def everything_stored() -> str:
    """Return all that the database holds, as text."""
    return "\n".join(
        str(row) for model in apps.get_models() for row in model._base_manager.values_list()
    )


def test_database_and_logs_hold_no_digits_of_an_account(as_person, claim, caplog):
    caplog.set_level(logging.DEBUG)
    client = as_person(makers.group_of(claim))
    url = reverse("grants:bank-account", args=[claim.organization_id])
    assert client.post(url, {**TYPED, "holder_kana": "会"}).status_code == 422
    assert client.post(url, TYPED).status_code == 302
    shown = client.get(url).content.decode()
    accounting = as_person(factories.user(Role.ACCOUNTING))
    read = accounting.get(reverse("grants:claim-account", args=[claim.pk]))
    services.pay_claim(
        claim, paid_on=TODAY, document="支出命令", by=factories.anyone(Role.ACCOUNTING), at=NOON
    )

    assert NUMBER in read.content.decode() and read["Cache-Control"] == "no-store"
    for text in (everything_stored(), caplog.text, shown):
        assert text
        for hidden in (NUMBER, "ｶｸｳﾉｶｲ", "架空銀行"):
            assert hidden not in text
    assert NUMBER not in repr(factories.account())


def test_only_accounting_reads_an_account_and_each_reading_is_written_down(claim):
    others = [factories.user(role) for role in Role if role not in (Role.ACCOUNTING, Role.SYSTEM)]
    for person in (*others, makers.group_of(claim), factories.user()):
        with pytest.raises(PermissionDenied):
            services.read_account(claim, by=person, at=NOON)
    accounting = factories.member(claim.organization)  # of the group itself, too
    accounting.duty_set.create(role=Role.ACCOUNTING)
    accounting.acting_on = None

    for _time in range(2):
        assert services.read_account(claim, by=accounting, at=NOON) == factories.account()

    read = Change.objects.filter(what="bank_account_read", organization=claim.organization)
    assert [row.by for row in read] == [accounting] * 2


def test_only_an_owner_of_the_group_or_accounting_registers_one(claim):
    group, owner = claim.organization, makers.group_of(claim)
    editor = factories.member(group, MemberRole.EDITOR)
    for person in (editor, factories.user(Role.OFFICE), factories.member(factories.organization())):
        with pytest.raises(PermissionDenied):
            services.register_account(group, factories.account(), by=person, at=NOON)

    accounting = factories.user(Role.ACCOUNTING)
    with pytest.raises(ValidationError, match="Name the paper"):
        services.register_account(group, factories.account(), by=accounting, at=NOON)
    made = services.register_account(
        group, factories.account(), document="請求書 11月20日", by=accounting, at=NOON
    )
    assert (made.document, made.by) == ("請求書 11月20日", accounting)
    told = Notice.objects.get(kind="bank_account_entered")
    assert told.recipient == owner and "請求書 11月20日" in told.body
    assert NUMBER not in told.body and NUMBER[-4:] not in told.body
    assert BankAccount.objects.current().filter(organization=group).count() == 1


def test_claim_stays_with_the_account_it_was_sent_with(claim):
    first = claim.bank_account
    newer = services.register_account(
        claim.organization, factories.account(account_number="1112223"),
        by=makers.group_of(claim), at=NOON,
    )  # fmt: skip

    accounting = factories.user(Role.ACCOUNTING)
    assert services.read_account(claim, by=accounting, at=NOON).account_number == NUMBER
    first.refresh_from_db()
    assert (first.replaced_at, newer.replaced_at) == (NOON, None)


def test_account_of_another_key_is_said_to_be_unreadable(claim, settings):
    settings.BANK_KEY = "another key"

    with pytest.raises(NotPossible, match="cannot be read"):
        services.read_account(claim, by=factories.user(Role.ACCOUNTING), at=NOON)


# How long it is kept


def test_account_is_destroyed_once_all_it_was_used_for_is_over(claim):
    kept = classes()["bank_accounts"]
    services.register_account(
        claim.organization, factories.account(), by=makers.group_of(claim), at=NOON
    )
    far = TODAY + timedelta(days=4000)
    assert list(kept.due(far)) == []  # the claim, and the project, are not over
    for case in claim.organization.cases.all():
        type(case).objects.filter(pk=case.pk).update(closed_at=NOON)

    due = kept.due(far)
    assert due.count() == 2 and claim.bank_account in due
    assert list(kept.due(TODAY - timedelta(days=1))) == []
    kept.destroy(due, by=factories.user(Role.APPROVER), at=NOON)

    assert list(BankAccount.objects.values_list("secret", "destroyed_at")) == [("", NOON)] * 2
    assert list(kept.due(far)) == [] and not BankAccount.objects.current().exists()
    with pytest.raises(NotPossible):
        bank_secrets.decrypt("")
    assert not retention.held(kept, BankAccount.objects.all()).exists()


def test_page_leads_back_to_the_claim_and_shows_the_last_digits_to_the_owner(as_person, claim):
    group = claim.organization
    url = f"{reverse('grants:bank-account', args=[group.pk])}?claim={claim.pk}"
    client = as_person(makers.group_of(claim))

    answer = client.post(url, TYPED, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("casework:case", args=[claim.pk])
    page = answer.content.decode()
    assert "＊＊＊4321" in page and NUMBER not in page

    accounting = as_person(factories.user(Role.ACCOUNTING))
    assert "name its paper" in accounting.get(url).content.decode()
    assert accounting.post(url, TYPED).status_code == 422
    page = accounting.post(url, {**TYPED, "document": "請求書"}, follow=True).content.decode()
    assert "4321" not in page
    page = client.get(reverse("grants:bank-account", args=[group.pk])).content.decode()
    assert "Who entered an account" in page and "請求書" in page and "4321" not in page


def test_paid_claim_offers_no_form_to_pay_it(as_person, claim):
    year = claim.project_year
    factories.paid(year, claim.amount_yen, claim.payment_kind)

    url = reverse("grants:claim-pay", args=[claim.pk])
    answer = as_person(factories.anyone(Role.ACCOUNTING)).get(url, follow=True)

    assert "This claim was paid on 20 November 2026" in answer.content.decode()
