"""What follows when a project year ends early, moves or is revoked: said before the button."""

from datetime import date

from django.utils.translation import gettext as _

from casework.closed_days import ClosedDays
from casework.derivation import Due
from casework.notice_words import in_words as day_in_words

from . import charges, grounds
from .charges import Flow, Rate
from .deadlines import period_after, report_due
from .models import Payment, ProjectYear
from .models.ledger_line import standing


def what_follows(year: ProjectYear, verb: str, *, today: date) -> list[str]:
    """Return what follows from ``verb`` made today, as sentences with their yen and days."""
    return _FOLLOWS[verb](year, today)


def _of_the_end(year: ProjectYear, today: date) -> list[str]:
    due = report_due(year.rules, today, year.fiscal_year, ClosedDays())
    told = {"day": _day(due), "paid": f"{year.paid_yen:,}"}
    return [
        _("A report on what was done is owed. If the project ended today, it would be due: %(day)s.") % told,
        _("%(paid)s yen have been paid. What the settlement does not account for comes back once the amount is confirmed.") % told,
    ]  # fmt: skip


def _of_the_move(year: ProjectYear, today: date) -> list[str]:
    told = {"granted": f"{year.granted_yen or 0:,}"}
    return [
        _("The grant of %(granted)s yen falls away, and the report with it.") % told,
        _("The group applies anew for the grant of the other fiscal year."),
    ]


def _of_the_revocation(year: ProjectYear, today: date) -> list[str]:
    due = period_after(
        year.rules, "repayment_days", today, basis="revoked", fiscal_year=year.fiscal_year,
        closed=ClosedDays(),
    )  # fmt: skip
    told = {"paid": f"{year.paid_yen:,}", "day": _day(due)}
    lines = [_("Nothing has been paid, so nothing has to come back.")]
    if year.paid_yen:
        lines = [_("%(paid)s yen have to come back to the city. By: %(day)s.") % told]
        lines += [words for _name, words in charges_in_words(year, today=today, revoked=True)]
    return [*lines, _("What is open of claims, changes and the report is closed.")]


_FOLLOWS = {
    grounds.END: _of_the_end,
    grounds.MOVE: _of_the_move,
    grounds.REVOKE: _of_the_revocation,
}


def _day(due: Due) -> str:
    return day_in_words(due.on) if due.on else _("not set")


# Charges


def charge_of(year: ProjectYear, name: str, *, until: date) -> charges.Charge | None:
    """Return what is charged on the money of a revoked year that has to come back, up to ``until``.

    :param name: ``charges.ADDITIONAL`` or ``charges.LATE``.
    :return: ``None`` where the rate is not set; of the late charge also while no date has passed.
    """
    rate = charges.rate_of(year.rules, name)
    if rate is None:
        return None
    received, repaid = _flows(year)
    if name == charges.ADDITIONAL:
        return charges.additional(received, repaid, rate, until=until)
    due_on = _due_on(year)
    if due_on is None:
        return None
    owed = sum(flow.amount_yen for flow in received) - year.owed_yen
    return charges.late(owed, repaid, rate, due_on=due_on, until=until)


def _flows(year: ProjectYear) -> tuple[list[Flow], list[Flow]]:
    """Return what went to the group and what came back, without what was reversed."""
    lines, back = standing(year.payments.all()), Payment.Kind.REPAYMENT
    received = [Flow(line.paid_on, line.amount_yen) for line in lines if line.kind != back]
    return received, [Flow(line.paid_on, line.amount_yen) for line in lines if line.kind == back]


def _due_on(year: ProjectYear) -> date | None:
    owed = [deadline for deadline in year.deadlines.all() if deadline.kind == "repayment"]
    last = max(owed, key=lambda deadline: deadline.pk, default=None)
    return last.ends_on if last else None


def charges_in_words(year: ProjectYear, *, today: date, revoked: bool) -> list[tuple[str, str]]:
    """Return (code of the charge, sentence) of both charges: the rate, or that it is not set.

    :param revoked: whether the grant is revoked, so that an additional charge is due.
    """
    rows = [(charges.LATE, _late_in_words(charges.rate_of(year.rules, charges.LATE)))]
    if revoked:
        rate = charges.rate_of(year.rules, charges.ADDITIONAL)
        rows.insert(0, (charges.ADDITIONAL, _additional_in_words(year, rate, today)))
    return rows


def _additional_in_words(year: ProjectYear, rate: Rate | None, today: date) -> str:
    if rate is None:
        return _("Additional charge (加算金): not set.")
    charge = charge_of(year, charges.ADDITIONAL, until=today)
    told = {"percent": f"{rate.percent.normalize():f}", "yen": f"{charge.yen if charge else 0:,}"}
    if year.state in ("revoked", "settled") and year.balance_yen >= 0:
        return _("Additional charge (加算金): %(percent)s %% a year from the receipt to the repayment.") % told  # fmt: skip
    return _("Additional charge (加算金): %(percent)s %% a year from the receipt to the repayment. Up to today: %(yen)s yen.") % told  # fmt: skip


def _late_in_words(rate: Rate | None) -> str:
    if rate is None:
        return _("Late charge (延滞金): not set.")
    told = {"percent": f"{rate.percent.normalize():f}"}
    return _("Late charge (延滞金): %(percent)s %% a year from the day after the date.") % told
