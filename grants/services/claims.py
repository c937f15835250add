"""Claims (請求書) of a group, and the bank account on which it wants to be paid."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import MemberRole, Membership, Organization, User
from accounts.permissions import owns_organization, require
from accounts.services import record_reading
from accounts.services.record import record as record_deed
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.errors import NotPossible
from casework.outbox import post
from casework.services import locked
from grants import bank_secrets
from grants.bank_secrets import Account
from grants.claims import BALANCE, KIND_JA, room
from grants.models import BankAccount, Claim, ProjectYear

from .on_a_year import may_edit_on_year, open_on_year


@transaction.atomic
def start_claim(year: ProjectYear, *, kind: str, by, at: datetime) -> Claim:
    """Begin a claim of ``kind`` for a project year; one at a time is written, checked or paid.

    It begins with what can be claimed, where the course or the confirmed amount says how much.

    :param kind: of ``Claim.Kind``.
    :raises PermissionDenied: if ``by`` does not write for the group.
    :raises ValidationError: if nothing of this kind can be claimed now, or a claim is open.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.write", year)
    if year.claims.filter(closed_at=None).exists():
        raise ValidationError(_("A claim is open already. It is paid or closed first."))
    found = room(year, kind)
    if found.why_not:
        raise ValidationError(found.why_not)
    claim = Claim(
        project_year=year,
        payment_kind=kind,
        amount_yen=found.most_yen if kind == BALANCE or found.is_set else 0,
    )
    return open_on_year(claim, called=KIND_JA[kind], mark="C", by=by, at=at)


@transaction.atomic
def save_claim(claim: Claim, *, fields: dict, edit_number: int, by, at: datetime) -> Claim:
    """Save what the group wrote, if nobody saved since the page was loaded.

    :param fields: ``amount_yen`` (``None`` is saved as 0) and ``reason``.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the claim has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the claim is not being written.
    """
    claim = locked(claim)
    if not may_edit_on_year(claim, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.write")
    take_next(claim, edit_number)
    claim.amount_yen, claim.reason = fields["amount_yen"] or 0, fields["reason"]
    claim.save()
    return claim


@transaction.atomic
def register_account(
    organization: Organization, account: Account, *, by, at: datetime, document: str = ""
) -> BankAccount:
    """Keep the bank account of a group, encrypted, in the place of the one so far.

    Claims that were sent before stay with the account they were sent with. Whoever pays does not
    replace an account unseen: accounting names the paper, and the group is told, without digits.

    :param document: of accounting: the paper of the group that says so.
    :raises PermissionDenied: if ``by`` is neither an owner of the group nor of accounting.
    :raises ValidationError: if accounting names no paper.
    """
    require(by.act_on(japan_date(at)), "grants.enter_bank_account", organization)
    is_own = owns_organization(by, organization)
    if not (is_own or document):
        words = _("Name the paper of the group that says so, such as its claim with its day.")
        raise ValidationError({"document": words})
    Organization.objects.select_for_update().get(pk=organization.pk)
    BankAccount.objects.current().filter(organization=organization).update(replaced_at=at)
    made = BankAccount.objects.create(
        organization=organization, secret=bank_secrets.encrypt(account), by=by, at=at,
        document="" if is_own else document,
    )  # fmt: skip
    record_deed("bank_account_entered", by=by, at=at, organization=organization, account=made.pk)
    if not is_own:
        _tell_the_group(made)
    return made


def _tell_the_group(made: BankAccount) -> None:
    """Tell the owners that accounting entered an account; which one, no notice says."""
    owners = Membership.objects.valid_on(japan_date(made.at)).filter(
        organization=made.organization_id, role=MemberRole.OWNER
    )
    for person in User.objects.filter(pk__in=owners.values("user"), is_active=True).order_by("pk"):
        post(
            "bank_account_entered", to=person, at=made.at, key=f"bank-{made.pk}-{person.pk}",
            path=f"/organizations/{made.organization_id}/bank-account/", group=made.organization,
            document=made.document,
        )  # fmt: skip


@transaction.atomic
def read_account(claim: Claim, *, by, at: datetime) -> Account:
    """Return the bank account on which ``claim`` is paid; the reading is written down.

    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises NotPossible: if the claim names none, or it cannot be read any more.
    """
    require(by.act_on(japan_date(at)), "grants.read_bank_account")
    if claim.bank_account is None:
        raise NotPossible(_("This claim names no registered bank account. Look at the paper."))
    account = bank_secrets.decrypt(claim.bank_account.secret)
    record_reading("bank_account_read", [claim.organization], by=by, at=at, own_too=True)
    return account
