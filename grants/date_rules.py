"""The rules of the program that lead from one day to a date, for whoever asks "what if".

Each computes what :mod:`grants.deadlines` stores for a case, from a day that is typed in; nothing
is stored, and no case is looked at.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from casework.calendar import fiscal_year
from casework.derivation import Due
from casework.flow import Text
from casework.periods import Period

from .deadlines import period_after, report_due
from .rules import RuleSet


@dataclass(frozen=True, slots=True)
class DateRule:
    """One rule that counts from a day.

    :param label: what is due.
    :param basis: what the day is that is typed in: a code of ``casework.derivation.BASES``.
    :param parameter: the period of the edition; empty for the final report, which has two.
    """

    label: Text
    basis: str
    parameter: str = ""


DATE_RULES: dict[str, DateRule] = {
    "supplement": DateRule(_("Supplement (補正)"), "asked", "supplement_days"),
    "matching": DateRule(_("Talks with the department"), "matching_asked", "matching_days"),
    "offer": DateRule(_("Answer to the offered place"), "offered", "offer_days"),
    "grant_application": DateRule(_("Application for the grant"), "year_opened", "grant_application_days"),
    "withdrawal": DateRule(_("Last day to withdraw after the decision"), "decision_sent", "withdrawal_days"),
    "report": DateRule(_("Final report"), "project_ends"),
    "settlement": DateRule(_("Payment of the balance"), "amount_confirmed", "settlement_days"),
    "repayment": DateRule(_("Repayment"), "amount_confirmed", "repayment_days"),
}  # fmt: skip


def date_by(code: str, rules: RuleSet, day: date, closed: Collection[date]) -> Due:
    """Return what the rule ``code`` makes of ``day`` (Japan date), or "not set".

    The fiscal year that bounds a period is the one of ``day``.

    :raises LookupError: if there is no such rule.
    """
    rule, year = DATE_RULES[code], fiscal_year(day)
    if not rule.parameter:
        return report_due(rules, day, year, closed)
    return period_after(
        rules, rule.parameter, day, basis=rule.basis, fiscal_year=year, closed=closed
    )


def date_after(period: str, day: date, closed: Collection[date]) -> Due:
    """Return when a period that was typed in ends, counted from ``day`` (Japan date)."""
    return Period.parse(period).after(day, closed, basis="typed_in", fiscal_year=fiscal_year(day))
