"""From which day the costs of a project year count: the decision, or an earlier start (交付決定前着手).

Whether a project may begin before the decision is a rule of the course. What Kamakura's is could not
be read; 境港市 asks for receipts of the day of the decision or later, as a rule.
"""

from dataclasses import dataclass
from datetime import date

from casework.calendar import first_day, last_day
from casework.models import ApprovalItem

from .models import EarlyStart, ProjectYear
from .rules import BY_NOTICE, NOT_ALLOWED

__all__ = [
    "BY_NOTICE",
    "NOT_ALLOWED",
    "RULE",
    "CountsFrom",
    "accepted_start",
    "counts_from",
    "decided_on",
]

#: Which of ``NOT_ALLOWED`` and ``BY_NOTICE`` holds: nothing may begin before the decision, or it may
#: where the office accepts it.
RULE = "start_before_decision"


@dataclass(frozen=True, slots=True)
class CountsFrom:
    """From which Japan date a cost can be paid for.

    :param rule: ``NOT_ALLOWED`` or ``BY_NOTICE``.
    :param decided_on: day of the decision (決裁日).
    :param accepted_on: the earlier start that the office accepted, if it did.
    """

    rule: str
    decided_on: date
    accepted_on: date | None = None

    @property
    def first(self) -> date:
        """The first day on which a cost counts."""
        if self.rule == BY_NOTICE and self.accepted_on:
            return min(self.accepted_on, self.decided_on)
        return self.decided_on


def decided_on(year: ProjectYear) -> date | None:
    """Return the day of the decision to grant (決裁日), Japan date, which may be before its letter."""
    items = ApprovalItem.objects.filter(case_id=year.pk, verb="grant", executed_at__isnull=False)
    last = items.select_related("approval").order_by("-pk").first()
    return last.approval.decided_on if last else None


def accepted_start(year: ProjectYear) -> EarlyStart | None:
    """Return the newest start that the office accepted for the fiscal year that the year has now."""
    days = (first_day(year.fiscal_year), last_day(year.fiscal_year))
    return year.early_starts.filter(accepted=True, starts_on__range=days).order_by("-pk").first()


def counts_from(year: ProjectYear) -> CountsFrom | None:
    """Return from when costs of ``year`` count; ``None`` while the rule is not set, or no decision is."""
    rule = year.rules.text(RULE)
    decided = decided_on(year) if rule else None
    if rule is None or decided is None:
        return None
    accepted = accepted_start(year) if rule == BY_NOTICE else None
    return CountsFrom(rule, decided, accepted.starts_on if accepted else None)
