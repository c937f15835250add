"""The rules of the program that lead from one day to a date, for whoever asks "what if".

Each computes what :mod:`grants.deadlines` stores for a case, from a day that is typed in; nothing
is stored, and no case is looked at.
"""

from collections.abc import Collection
from datetime import date

from casework.calendar import fiscal_year
from casework.deadlines import KINDS
from casework.derivation import Due
from casework.periods import Period

from .deadlines import COUNTED, period_after, report_due
from .rules import RuleSet

#: The one rule that is not a single period: the final report has a period and a fixed day.
REPORT = "report"


def codes() -> list[str]:
    """Return the kinds of deadline that count from one day, in their order."""
    return [code for code in KINDS if code in COUNTED or code == REPORT]


def basis_of(code: str) -> str:
    """Return what the day is that the rule counts from: a code of ``casework.derivation.BASES``."""
    return "project_ends" if code == REPORT else COUNTED[code][1]


def date_by(code: str, rules: RuleSet, day: date, closed: Collection[date]) -> Due:
    """Return what the rule ``code`` makes of ``day`` (Japan date), or "not set".

    The fiscal year that bounds a period is the one of ``day``.

    :raises LookupError: if there is no such rule.
    """
    year = fiscal_year(day)
    if code == REPORT:
        return report_due(rules, day, year, closed)
    parameter, basis = COUNTED[code]
    return period_after(rules, parameter, day, basis=basis, fiscal_year=year, closed=closed)


def date_after(period: str, day: date, closed: Collection[date]) -> Due:
    """Return when a period that was typed in ends, counted from ``day`` (Japan date)."""
    return Period.parse(period).after(day, closed, basis="typed_in", fiscal_year=fiscal_year(day))
