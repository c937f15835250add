"""As of which day the years of a group count. Not set is the day of filing, and said so."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from grants.rules import (
    ON_CALL_CLOSES,
    ON_FISCAL_YEAR,
    ON_GRANT_APPLICATION,
    ON_SUBMISSION,
    RuleSet,
)

from .check import Dates

NOT_SET = _("as of the day of filing: another day is not set")
WORDS: dict[str | None, Text] = {
    None: NOT_SET,
    ON_SUBMISSION: _("as of the day of filing"),
    ON_CALL_CLOSES: _("as of the day the call closes"),
    ON_GRANT_APPLICATION: _("as of the day on which the grant is applied for"),
    ON_FISCAL_YEAR: _("as of the first day of the fiscal year of the call"),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """The day as of which a rule is asked, and why that day."""

    on: date
    words: Text


def basis(rules: RuleSet, name: str, dates: Dates) -> Basis:
    """Return as of which day the rule counts, as the setting ``name`` says.

    A day that has not come yet, such as that of an application, is taken to be the day of the check.
    """
    said = rules.text(name)
    days = {
        ON_CALL_CLOSES: dates.call_closes_on,
        ON_FISCAL_YEAR: dates.fiscal_year_on,
        ON_GRANT_APPLICATION: dates.applied_on,
    }
    return Basis(days.get(said, dates.filed_on) or dates.on, WORDS.get(said, NOT_SET))
