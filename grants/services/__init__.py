"""What people do with rounds, proposals and project years, besides making moves.

``at`` is the moment it happens, an aware datetime that the caller read from the clock; the Japan
date follows from it.
"""

from grants.services.drafts import (
    may_edit,
    pledge,
    save_draft,
    share_with_coordinators,
    start_draft,
    start_paper,
)
from grants.services.editions import enter_budget, keep_change, set_parameter
from grants.services.payments import record_payment, reverse_payment, why_not_reversed
from grants.services.plan import (
    follows_plan,
    plan_of,
    planned_day,
    replaced_by_plan,
    save_plan,
    schedule_of,
    shifts_between,
    shifts_by_plan,
)
from grants.services.rounds import change_round, open_round, replaced_by_change, shifts_by_change
from grants.services.terms import (
    accept_terms,
    may_propose_terms,
    note_matching,
    propose_terms,
    sides_of,
    terms_to_begin_with,
)
from grants.services.years import may_edit_year, save_year

__all__ = [
    "accept_terms",
    "change_round",
    "enter_budget",
    "follows_plan",
    "keep_change",
    "may_edit",
    "may_edit_year",
    "may_propose_terms",
    "note_matching",
    "open_round",
    "plan_of",
    "planned_day",
    "pledge",
    "propose_terms",
    "record_payment",
    "replaced_by_change",
    "replaced_by_plan",
    "reverse_payment",
    "save_draft",
    "save_plan",
    "save_year",
    "schedule_of",
    "set_parameter",
    "share_with_coordinators",
    "shifts_between",
    "shifts_by_change",
    "shifts_by_plan",
    "sides_of",
    "start_draft",
    "start_paper",
    "terms_to_begin_with",
    "why_not_reversed",
]
