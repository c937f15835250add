"""The charges (加算金・延滞金) of a project year: what came of them, and what the office waives."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import locked, record
from grants.charge_dates import follow_the_charges
from grants.charges_owed import OwedCharge, owed
from grants.models import ChargeEntry, ProjectYear

from .once import refuse_twice
from .payments import refuse_wrong_day

Kind = ChargeEntry.Kind


@transaction.atomic
def record_charge(
    year: ProjectYear,
    *,
    which: str,
    amount_yen: int,
    paid_on: date,
    document: str,
    after: int | None = None,
    by,
    at: datetime,
) -> ChargeEntry:
    """Record that a charge came, whole or in part; it does not touch the balance of the grant.

    :param which: of ``ChargeEntry.Which``.
    :param paid_on: Japan date.
    :param after: the newest entry when the page was loaded, see :func:`.once.refuse_twice`.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if the charge is not fixed yet, or less is open, or the day is wrong, or
        it was recorded a moment ago.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    same = {"which": which, "amount_yen": amount_yen, "paid_on": paid_on, "document": document}
    refuse_twice(year.charge_entries.filter(kind=Kind.PAID), after, **same)
    found = _fixed(year, which, at=at)
    refuse_wrong_day(paid_on, earliest=found.charge.periods[0].first, at=at)
    if amount_yen > found.open_yen:
        words = _("At most %(most)s yen can be entered: that is what is open of this charge.")
        raise ValidationError({"amount_yen": words % {"most": f"{found.open_yen:,}"}})
    return _enter(
        year, "pay_charge", which=which, kind=Kind.PAID, amount_yen=amount_yen, paid_on=paid_on,
        document=document, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def waive_charge(
    year: ProjectYear, *, which: str, reason: str, document: str, by, at: datetime
) -> ChargeEntry:
    """Waive what is open of a charge, by a decision on paper that is named, with the reason.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the charge is not fixed yet, or nothing of it is open.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.handle", year)
    found = _fixed(year, which, at=at)
    return _enter(
        year, "waive_charge", which=which, kind=Kind.WAIVED, amount_yen=found.open_yen,
        paid_on=japan_date(at), document=document, reason=reason, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def reverse_charge(
    entry: ChargeEntry, *, reason: str, paid_on: date, document: str, by, at: datetime
) -> ChargeEntry:
    """Undo a line of the charges that was entered by mistake, whole and once; both lines stay.

    :raises PermissionDenied: if ``by`` could not have entered it.
    :raises ValidationError: if it is a reversal, or reversed, or the account is settled.
    """
    year = locked(entry.year)
    needed = "grants.record_payment" if entry.kind == Kind.PAID else "grants.handle"
    require(by.act_on(japan_date(at)), needed, year)
    if entry.kind == Kind.REVERSAL or year.charge_entries.filter(of=entry).exists():
        raise ValidationError(_("This entry is a reversal, or is reversed already."))
    if year.stage.final:
        words = _("The account is settled. The office takes that back (訂正) first.")
        raise ValidationError(words)
    refuse_wrong_day(paid_on, earliest=entry.paid_on, at=at)
    return _enter(
        year, "reverse_charge", which=entry.which, kind=Kind.REVERSAL, amount_yen=entry.amount_yen,
        paid_on=paid_on, document=document, reason=reason, of=entry, by=by, at=at,
    )  # fmt: skip


def _fixed(year: ProjectYear, which: str, *, at: datetime) -> OwedCharge:
    found = next((one for one in owed(year, today=japan_date(at)) if one.which == which), None)
    if year.stage.final or found is None or not (found.open_yen or year.balance_yen < 0):
        raise ValidationError(_("Nothing of this charge is open."))
    if not found.is_fixed:
        words = _("This charge still runs. It is fixed once all that has to come back is recorded.")
        raise ValidationError(words)
    return found


def _enter(year: ProjectYear, verb: str, *, by, at: datetime, **fields) -> ChargeEntry:
    entry = ChargeEntry.objects.create(year=year, by=by, at=at, **fields)
    told = {"reason": entry.reason} if entry.reason else {}
    record(
        year, verb, by=by, at=at, charge=entry.pk, which=entry.which, amount_yen=entry.amount_yen,
        **told,
    )  # fmt: skip
    follow_the_charges(year, at=at, met_on=entry.paid_on if entry.kind == Kind.PAID else None)
    return entry
