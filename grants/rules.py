"""Reading the rules a case was made under. What is not set is ``None``, never "no limit"."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.periods import Period

from .categories import Category

YES = "yes"

#: What ``processing_from`` may say: from which day the usual time until a decision counts.
FROM_ARRIVAL, FROM_CALL_CLOSES = "arrival", "call_closes"

#: What ``subsidy_rate_of`` may say: of what the share that the city pays is taken.
OF_COSTS, OF_COSTS_LESS_INCOME = "costs", "costs_less_income"


#: What ``age_counted_on`` and ``activity_counted_on`` may say: as of which day the years count.
ON_SUBMISSION, ON_CALL_CLOSES = "submission", FROM_CALL_CLOSES
ON_GRANT_APPLICATION, ON_FISCAL_YEAR = "grant_application", "fiscal_year"

#: What ``other_subsidy`` may say of other subsidies for the same project.
NOT_ALLOWED, DEDUCTED, ALLOWED = "not_allowed", "deducted", "allowed"

#: What ``start_before_decision`` may say besides that it is not allowed.
BY_NOTICE = "by_notice"

#: What the rules about papers of a group may say: when they are due.
BY_PROJECT_START = "by_project_start"


class Status(models.TextChoices):
    """What is known of a parameter."""

    SET = "set", _("set")
    NOT_SET = "not_set", _("not set")
    NOT_APPLICABLE = "not_applicable", _("does not apply")


class Outcome(models.TextChoices):
    """Where a group stands with one rule of who may apply."""

    PASSES = "passes", _("meets the requirement")
    FAILS = "fails", _("does not meet the requirement")
    NOT_SET = "not_set", _("not set: the office answers")
    NEEDS_PERSON = "needs_person", _("a person has to look")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The parameters of one course edition as a round froze them.

    :param values: name → ``{"status", "value", "unit", "source", "level", "confirmed_years"}``.
    :param categories: of costs and income, in their order; none while they are not set.
    """

    values: dict[str, dict]
    categories: tuple[Category, ...] = ()

    def status(self, name: str) -> str:
        return self.values.get(name, {}).get("status", Status.NOT_SET)

    def text(self, name: str) -> str | None:
        """Return the value as text; ``None`` where it is not set or does not apply."""
        entry = self.values.get(name, {})
        return entry["value"] if entry.get("status") == Status.SET else None

    def number(self, name: str) -> int | None:
        """Return the value as a whole number (yen, days, years …); ``None`` as for ``text``."""
        value = self.text(name)
        return int(value) if value is not None else None

    def period(self, name: str) -> Period | None:
        """Return the value as a period of days or months; ``None`` as for ``text``."""
        value = self.text(name)
        return Period.parse(value) if value is not None else None

    def decimal(self, name: str) -> Decimal | None:
        value = self.text(name)
        return Decimal(value) if value is not None else None

    def share(self, name: str) -> Fraction | None:
        """Return an exact share, told in percent (``90``, ``66.5``) or as a fraction (``2/3``)."""
        value = self.text(name)
        if value is None:
            return None
        return Fraction(value) if "/" in value else Fraction(value) / 100

    def is_yes(self, name: str) -> bool:
        """Return whether a yes-or-no parameter is set to yes; what is not set is not yes."""
        return self.text(name) == YES

    def source(self, name: str) -> str:
        return self.values.get(name, {}).get("source", "")

    def cap_name(self, adoption: int) -> str:
        """Return which parameter says the most that one project year may get at the n-th adoption."""
        second = "cap_yen_second_adoption"
        has_its_own = adoption > 1 and self.status(second) != Status.NOT_APPLICABLE
        return second if has_its_own else "cap_yen"

    def cap_yen(self, adoption: int) -> int | None:
        """Return the most that one project year may get, in yen, at the n-th adoption."""
        return self.number(self.cap_name(adoption))
