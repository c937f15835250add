"""The list of claims that accounting pays, and the file of it for the city's accounting system."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.permissions import require
from accounts.services import record_reading
from casework.calendar import japan_date
from casework.desks import with_next_date
from casework.errors import NotPossible
from casework.models import Case, Event
from casework.parties import Party, listed
from casework.services import record
from casework.tables import BOM, cell, csv_lines
from casework.verbs import name_verbs

from . import bank_secrets, city_settings
from .bank_secrets import Account
from .bank_transfer import Transfer, transfer_file
from .claims import KIND_JA
from .forms.bank import ACCOUNT_KINDS_JA
from .forms.claims import ClaimFilterForm
from .models import AccountingColumn, Claim, Payment

#: What the list can be narrowed to: code → label, states of claims.
STANDS = {
    "to_pay": (_("To be paid"), ("accepted",)),
    "paid": (_("Claim paid"), ("paid",)),
    "checked": (_("With the office or the group"), ("filed", "returned")),
    "all": (_("All"), ("filed", "returned", "accepted", "paid", "dropped", "withdrawn")),
}

#: Encodings of the file: code → label.
ENCODINGS = {"utf-8": _("UTF-8 (with BOM)"), "cp932": _("Shift_JIS (CP932)")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the list is asked for.

    :param kind: of ``Claim.Kind``; empty for all.
    :param fiscal_year: ``None`` for all.
    """

    stands: str = "to_pay"
    kind: str = ""
    fiscal_year: int | None = None

    @classmethod
    def of(cls, form: ClaimFilterForm) -> "Asked":
        """Read a form; what is wrong in it asks for what is usual."""
        form.is_valid()
        told = getattr(form, "cleaned_data", {})
        return cls(told.get("stands") or "to_pay", told.get("kind") or "", told.get("fiscal_year"))


def claims_for(user, asked: Asked) -> QuerySet[Claim]:
    """Return the claims that ``user`` may see and asks for, what is due first before the others."""
    found = Claim.objects.visible_to(user).filter(state__in=STANDS[asked.stands][1])
    if asked.kind:
        found = found.filter(payment_kind=asked.kind)
    if asked.fiscal_year:
        found = found.filter(fiscal_year=asked.fiscal_year)
    standing = Payment.objects.filter(claim=OuterRef("pk"), reversal=None).order_by("-pk")
    found = found.annotate(paid_on=Subquery(standing.values("paid_on")[:1]))
    found = found.select_related("organization", "project_year", "bank_account")
    return with_next_date(found, owed_by=Party.ACCOUNTING).order_by("next_due", "claimed_on", "pk")


def filter_form(data, user) -> ClaimFilterForm:
    """Return the form that narrows the list, with what there is to choose."""
    stands = [(code, label) for code, (label, _states) in STANDS.items()]
    return ClaimFilterForm(data, stands=stands, years=_fiscal_years(user))


def _fiscal_years(user) -> list[int]:
    found = Claim.objects.visible_to(user).filter(filed_at__isnull=False)
    return list(found.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())


# The columns


@transaction.atomic
def save_columns(columns: list[dict], *, by, at: datetime) -> None:
    """Put ``columns`` in the place of those there are, in their order.

    :param columns: dicts of ``header, content, fixed_text``.
    :raises PermissionDenied: if ``by`` is not of accounting.
    """
    require(by.act_on(japan_date(at)), "grants.export_payments")
    AccountingColumn.objects.all().delete()
    AccountingColumn.objects.bulk_create(
        AccountingColumn(position=position, by=by, at=at, **column)
        for position, column in enumerate(columns, start=1)
    )


def columns() -> list[AccountingColumn]:
    return list(AccountingColumn.objects.order_by("position"))


def last_change() -> datetime | None:
    return AccountingColumn.objects.aggregate(at=Max("at"))["at"]


# The file

#: Content of a column → what stands there of a claim and of its account, if it names one.
_CELLS: dict[str, Callable[[Claim, Account | None], object]] = {
    "claim": lambda claim, account: claim.number or str(claim.pk),
    "fiscal_year": lambda claim, account: claim.fiscal_year,
    "course": lambda claim, account: claim.project_year.proposal.round.edition.label_ja,
    "project": lambda claim, account: claim.project_year.title,
    "group": lambda claim, account: claim.organization.name if claim.organization else "",
    "kind": lambda claim, account: KIND_JA[claim.payment_kind],
    "instalment": lambda claim, account: claim.instalment,
    "amount_yen": lambda claim, account: claim.amount_yen,
    "claimed_on": lambda claim, account: claim.claimed_on,
    "due_on": lambda claim, account: claim.next_due,
    "bank_code": lambda claim, account: account and account.bank_code,
    "bank_name": lambda claim, account: account and account.bank_name,
    "branch_code": lambda claim, account: account and account.branch_code,
    "branch_name": lambda claim, account: account and account.branch_name,
    "account_kind": lambda claim, account: account and ACCOUNT_KINDS_JA[account.account_kind],
    "account_number": lambda claim, account: account and account.account_number,
    "holder_kana": lambda claim, account: account and account.holder_kana,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that an encoding cannot write.

    :param row: from 1; 0 is the line of headings.
    :param column: its heading, or its number where it has none.
    :param characters: what cannot be written.
    """

    row: int
    column: str
    characters: str


@sensitive_variables()
@transaction.atomic
def take_out(
    found: QuerySet[Claim], wanted: list[AccountingColumn], encoding: str, *, by, at: datetime
) -> bytes | list[Fault]:
    """Return the file of these claims, or every cell that ``encoding`` cannot write; then no file.

    The claims are read once, so that what is written down as taken out is what the file holds.

    :param encoding: of ``ENCODINGS``.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises NotPossible: if an account was encrypted with another key.
    """
    require(by.act_on(japan_date(at)), "grants.export_payments")
    related = ("organization", "bank_account", "project_year__proposal__round__edition")
    claims = list(found.select_related(*related))
    lines = [_row(claim, wanted) for claim in claims]
    if wrong := faults(wanted, lines, encoding):
        return wrong
    _write_down(claims, by=by, at=at)
    return b"".join(file(wanted, lines, encoding))


def _write_down(claims: list[Claim], *, by, at: datetime) -> None:
    """Write down of which groups ``by`` takes the bank accounts out."""
    groups = [claim.organization for claim in claims if claim.bank_account and claim.organization]
    record_reading("bank_accounts_exported", groups, by=by, at=at, own_too=True)


def _row(claim: Claim, wanted: list[AccountingColumn]) -> list:
    """Return the cells of a claim; an account that is not registered leaves its cells empty."""
    kept = claim.bank_account
    account = bank_secrets.decrypt(kept.secret) if kept and kept.secret else None
    return [_cell(column, claim, account) for column in wanted]


def _cell(column: AccountingColumn, claim: Claim, account: Account | None) -> object:
    if column.content == AccountingColumn.Content.FIXED:
        return column.fixed_text
    return _CELLS[column.content](claim, account)


def faults(wanted: list[AccountingColumn], found: Iterable[list], encoding: str) -> list[Fault]:
    """Return every cell that ``encoding`` cannot write; then nothing is exported."""
    lines = [[column.header for column in wanted]]
    names = [column.header or str(column.position) for column in wanted]
    return [
        Fault(number, name, "".join(wrong))
        for source, first in ((lines, 0), (found, 1))
        for number, row in enumerate(source, start=first)
        for name, value in zip(names, row, strict=True)
        if (wrong := [c for c in dict.fromkeys(cell(value)) if not _can_write(c, encoding)])
    ]


def _can_write(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def file(
    wanted: list[AccountingColumn], found: Iterable[Iterable], encoding: str
) -> Iterator[bytes]:
    """Yield the lines of the file; without any heading there is no line of headings.

    :param encoding: of ``ENCODINGS``, in which every cell can be written.
    """
    header = [column.header for column in wanted]
    lines = csv_lines(header, found)
    first = next(lines)
    mark = BOM if encoding == "utf-8" else ""
    yield (mark + first.removeprefix(BOM) if any(header) else mark).encode(encoding)
    for line in lines:
        yield line.encode(encoding)


# The file for the bank


#: The line of history of a claim that a file for the bank held.
TRANSFERRED = "put_into_transfer"
name_verbs(put_into_transfer=_("Taken out in a file for the bank"))


#: Claims to be paid that name no registered account, and those that a transfer can pay.
WITHOUT_ACCOUNT = Q(state="accepted") & (Q(bank_account=None) | Q(bank_account__secret=""))
TO_TRANSFER = Q(state="accepted") & ~Q(bank_account=None) & ~Q(bank_account__secret="")


def with_files(found: QuerySet[Claim]) -> QuerySet[Claim]:
    """Tell of each claim as ``in_a_file`` whether a file for the bank held it since it is to be paid.

    A payment that was reversed is made anew.
    """
    reopened = Event.objects.filter(case=OuterRef("case"), verb="reopen").order_by("-pk")
    held = Event.objects.filter(
        case=OuterRef("pk"),
        verb=TRANSFERRED,
        pk__gt=Coalesce(Subquery(reopened.values("pk")[:1]), 0),
    )
    return found.annotate(in_a_file=Exists(held))


@sensitive_variables()
@transaction.atomic
def bank_file(claims: list[Claim], *, on: date, by, at: datetime) -> bytes:
    """Return the file by which the bank pays ``claims`` on a day; whose accounts it holds is written down.

    Nothing is recorded as paid by it: accounting records each payment once the bank has paid. The
    history of each claim keeps that it was in a file, so that no second one is taken out unseen.

    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises NotPossible: if a setting is missing, there is nothing to pay, the day has passed, an
        account was encrypted with another key, or something does not fit into the file.
    """
    require(by.act_on(japan_date(at)), "grants.export_payments")
    payer, line_end, missing = city_settings.payer()
    if payer is None:
        words = _("Not set yet: %(settings)s.")
        raise NotPossible(words % {"settings": listed(missing)})
    if on < japan_date(at):
        raise NotPossible(_("The day of the transfer has passed."))
    claims = _still_to_pay(claims)
    transfers = [
        Transfer(bank_secrets.decrypt(claim.bank_account.secret), claim.amount_yen, claim.pk)
        for claim in claims
    ]
    try:
        made = transfer_file(payer, transfers, on=on, line_end=line_end)
    except ValueError:
        raise NotPossible(
            _("The file cannot be made: nothing is to be paid, or something does not fit into it.")
        ) from None
    _write_down(claims, by=by, at=at)
    for claim in claims:
        record(claim, TRANSFERRED, by=by, at=at, on=on)
    return made


def _still_to_pay(claims: list[Claim]) -> list[Claim]:
    """Lock the claims by their ids, and keep what nobody has paid or sent back meanwhile."""
    ids = [claim.pk for claim in claims]
    list(Case.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    still = set(Claim.objects.filter(TO_TRANSFER, pk__in=ids).values_list("pk", flat=True))
    return [claim for claim in claims if claim.pk in still]
