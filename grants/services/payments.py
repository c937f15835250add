"""The ledger of a project year: money that went out or came back, and its corrections."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import closing_day, first_day, japan_date
from casework.notice_words import in_words as day_in_words
from casework.outbox import tell
from casework.parties import Party
from casework.services import follow, locked, record
from grants.agreements import refuse_unsigned
from grants.balance_dates import follow_the_balance
from grants.charge_dates import CHARGE, follow_the_charges
from grants.charges_owed import fixed_yen
from grants.early_starts import decided_on
from grants.models import Claim, Payment, ProjectYear
from grants.models.ledger_line import standing
from guideline.models import fiscal_year_name

from .once import refuse_twice


@transaction.atomic
def pay_claim(claim: Claim, *, paid_on: date, document: str, by, at: datetime) -> Payment:
    """Record that an accepted claim was paid, whole; a second click finds it paid and pays nothing.

    :param paid_on: Japan date of the payment.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if the claim is not accepted, or no such payment is possible now, or the
        amount is more than what is open, or not all parties have signed the yearly agreement, or the
        day lies in the future, before the claim was accepted, or out of the fiscal year's books.
    """
    year = locked(claim.project_year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    claim = locked(claim)
    claim.project_year = year
    if claim.state != "accepted":
        raise ValidationError(
            _("This claim is not to be paid: it stands at “%(state)s”.")
            % {"state": claim.get_state_display()}
        )
    refuse_wrong_day(paid_on, earliest=None, at=at)
    _refuse_outside_the_books(year, paid_on)
    _refuse_before_what_it_rests_on(claim, paid_on)
    _refuse_more_than_the_room(claim)
    refuse_unsigned(year)
    payment = _enter(
        year, kind=claim.payment_kind, amount_yen=claim.amount_yen, claim=claim, paid_on=paid_on,
        document=document, by=by, at=at,
    )  # fmt: skip
    follow(claim, "pay", cause=year, by=by, at=at, payment=payment.pk)
    return payment


@transaction.atomic
def record_repayment(
    year: ProjectYear, *, amount_yen: int, paid_on: date, document: str, after: int | None = None,
    by, at: datetime,
) -> Payment:  # fmt: skip
    """Record that money came back from the group (返還), in yen.

    :param after: the newest line of any ledger when the page was loaded, see
        :func:`.once.refuse_twice`.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if nothing has to come back, or less, or the day lies in the future,
        before the grant, or before so much had gone out, or it was recorded a moment ago.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    refuse_wrong_day(paid_on, earliest=decided_on(year), at=at)
    said = {"amount_yen": amount_yen, "paid_on": paid_on, "document": document}
    refuse_twice(year.payments.filter(kind=Payment.Kind.REPAYMENT), after, **said)
    _refuse_wrong_repayment(year, amount_yen)
    _refuse_before_it_went_out(year, amount_yen, paid_on)
    return _enter(year, kind=Payment.Kind.REPAYMENT, by=by, at=at, **said)


def _enter(year: ProjectYear, *, kind: str, amount_yen: int, by, at: datetime, **fields) -> Payment:
    payment = Payment.objects.create(
        year=year, kind=kind, amount_yen=amount_yen, by=by, at=at, **fields
    )
    record(year, "pay", by=by, at=at, payment=payment.pk, kind=kind, amount_yen=amount_yen)
    follow_the_balance(year, at=at, met_on=payment.paid_on)
    follow_the_charges(year, at=at)
    _ask_for_the_charges(payment, at=at)
    return payment


def _ask_for_the_charges(payment: Payment, *, at: datetime) -> None:
    """Tell the group of the charges that are fixed once all is back."""
    year = payment.year
    if open_yen := fixed_yen([year], today=japan_date(at)).get(year.pk):
        key = f"charge-{year.pk}-{payment.pk}"
        owed = year.deadlines.open().filter(kind=CHARGE).with_end().first()
        tell(
            year, Party.ORGANIZATION, "charge_owed", at=at, key=key, amount=f"{open_yen:,}",
            until=owed.ends_on if owed else None,
        )  # fmt: skip


@transaction.atomic
def reverse_payment(
    payment: Payment, *, reason: str, paid_on: date, document: str, by, at: datetime
) -> Payment:
    """Undo a line of the ledger that was entered by mistake (訂正仕訳), whole and once.

    Both lines stay. What was right is then entered anew: a claim is to be paid again. The dates
    follow the balance: what the line had met is owed again by its date.

    :param paid_on: Japan date of the document that corrects the books.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if it is a reversal, or reversed already, or the account is settled,
        money came back on the strength of it, or the day is wrong.
    """
    year = locked(payment.year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    if why := why_not_reversed(payment, year):
        raise ValidationError(why)
    refuse_wrong_day(paid_on, earliest=payment.paid_on, at=at)
    reversal = Payment.objects.create(
        year=year, kind=Payment.Kind.REVERSAL, of=payment, amount_yen=payment.amount_yen,
        reason=reason, paid_on=paid_on, document=document, by=by, at=at,
    )  # fmt: skip
    record(
        year, "reverse_payment", by=by, at=at, payment=reversal.pk, of=payment.pk,
        amount_yen=payment.amount_yen, reason=reason,
    )  # fmt: skip
    if payment.claim:
        follow(payment.claim, "reopen", cause=year, by=by, at=at, payment=reversal.pk)
    follow_the_balance(year, at=at)
    follow_the_charges(year, at=at)
    return reversal


def why_not_reversed(payment: Payment, year: ProjectYear) -> str | None:
    """Return why a line of the ledger of ``year`` cannot be undone, or ``None`` if it can."""
    if payment.kind == Payment.Kind.REVERSAL or year.payments.filter(of=payment).exists():
        return _("This entry is a reversal, or is reversed already.")
    if year.stage.final:
        return _("The account is settled. The office takes that back (訂正) first.")
    if standing(year.charge_entries.all()):
        return _("Charges (加算金・延滞金) were paid or waived on the strength of it. Reverse those entries first.")  # fmt: skip
    if year.paid_yen < payment.signed_yen:
        return _("More came back than would then have been paid. Reverse the repayment first.")
    return None


def refuse_wrong_day(day: date, *, earliest: date | None, at: datetime) -> None:
    """Refuse a day that has not come, or lies before what it rests on.

    :raises ValidationError: naming the earliest day.
    """
    if day > japan_date(at):
        raise ValidationError({"paid_on": _("The day cannot lie in the future.")})
    if earliest and day < earliest:
        words = _("The day cannot lie before %(earliest)s.")
        told = {"earliest": day_in_words(earliest)}
        raise ValidationError({"paid_on": words % told})


def _refuse_outside_the_books(year: ProjectYear, day: date) -> None:
    """Refuse a day outside the fiscal year of ``year`` and the time until its books close (出納整理期間).

    Source: 地方自治法 208条, 235条の5.

    :raises ValidationError: naming both days.
    """
    first, closes = first_day(year.fiscal_year), closing_day(year.fiscal_year)
    if first <= day <= closes:
        return
    words = _(
        "This is money of %(year)s: it is paid from %(first)s on, and until its books close on "
        "%(closes)s (出納整理期間)."
    )
    told = {
        "year": fiscal_year_name(year.fiscal_year), "first": day_in_words(first), "closes": day_in_words(closes),
    }  # fmt: skip
    raise ValidationError({"paid_on": words % told})


def _refuse_before_what_it_rests_on(claim: Claim, day: date) -> None:
    """Refuse a day before the claim was accepted, or before the decision that it is paid by.

    :raises ValidationError: naming the day, and what happened on it.
    """
    decided = decided_on(claim.project_year)
    if decided and day < decided:
        words = _("The day cannot lie before %(earliest)s: on that day the grant was decided.")
        raise ValidationError({"paid_on": words % {"earliest": day_in_words(decided)}})
    accepted = accepted_on(claim)
    if accepted and day < accepted:
        words = _("The day cannot lie before %(earliest)s: on that day the claim was accepted.")
        raise ValidationError({"paid_on": words % {"earliest": day_in_words(accepted)}})


def accepted_on(claim: Claim) -> date | None:
    """Return the Japan date on which the office last accepted ``claim``; ``None`` if it did not."""
    accepted = claim.events.filter(verb="accept").order_by("-pk").first()
    return japan_date(accepted.at) if accepted else None


def _refuse_more_than_the_room(claim: Claim) -> None:
    room = claim.room
    if room.why_not:
        raise ValidationError(room.why_not)
    _refuse_more(claim.amount_yen, room.most_yen)


def _refuse_wrong_repayment(year: ProjectYear, amount_yen: int) -> None:
    comes_back = year.state in ("confirmed", "revoked") or year.balance_yen < 0
    if not comes_back and not _is_entered_anew(year):
        raise ValidationError(
            _("No repayment is possible while the project year stands at “%(state)s”.")
            % {"state": year.get_state_display()}
        )
    _refuse_more(amount_yen, -year.balance_yen)


def _refuse_before_it_went_out(year: ProjectYear, amount_yen: int, day: date) -> None:
    """Refuse a repayment of a day on which the group did not hold so much yet.

    :raises ValidationError: naming the first day on which it did.
    """
    earliest = held_from(year, amount_yen)
    if earliest and day < earliest:
        words = _("The day cannot lie before %(earliest)s: only then had so much gone out to the group.")  # fmt: skip
        raise ValidationError({"paid_on": words % {"earliest": day_in_words(earliest)}})


def held_from(year: ProjectYear, amount_yen: int) -> date | None:
    """Return the first Japan date from which on the group has held so many yen; ``None`` if never."""
    kept = standing(year.payments.all())
    held, found = 0, None
    for day in sorted({line.paid_on for line in kept}):
        held += sum(line.signed_yen for line in kept if line.paid_on == day)
        found = (found or day) if held >= amount_yen else None
    return found


def _refuse_more(amount_yen: int, most_yen: int) -> None:
    if amount_yen > most_yen:
        raise ValidationError(
            _("At most %(most)s yen can be entered: the ledger shows what is open.")
            % {"most": f"{max(most_yen, 0):,}"}
        )


def _is_entered_anew(year: ProjectYear) -> bool:
    """Return whether a repayment was reversed, so that what really came back is entered.

    That may be long ago: the state of today does not say what could come back then.
    """
    reversed_one = year.payments.filter(of__kind=Payment.Kind.REPAYMENT)
    return not year.stage.final and reversed_one.exists()
