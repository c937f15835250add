"""What people do with rounds, proposals and project years, besides making moves.

``at`` is the moment it happens, an aware datetime that the caller read from the clock; the Japan
date follows from it.
"""

from grants.services.answers import Answer, answer_rules, may_answer
from grants.services.budget import enter_budget, transfer_budget
from grants.services.categories import (
    keep_category_change,
    remove_category,
    set_category,
    why_category_stays,
)
from grants.services.changes import save_change, start_change
from grants.services.charges import record_charge, reverse_charge, waive_charge
from grants.services.city_issues import (
    ask_for_issues,
    may_write_issue,
    open_issue,
    save_issue,
)
from grants.services.claims import (
    read_account,
    register_account,
    save_claim,
    start_claim,
)
from grants.services.drafts import (
    may_edit,
    pledge,
    save_draft,
    share_with_coordinators,
    start_draft,
    start_paper,
)
from grants.services.early_starts import (
    UNDECIDED,
    answer_early_start,
    tell_early_start,
    why_no_early_start,
)
from grants.services.editions import keep_change, set_parameter
from grants.services.fund import (
    enter_in_fund,
    reverse_fund_entry,
    set_fund_target,
    why_fund_entry_stays,
)
from grants.services.measures import (
    Read,
    mark_of_measures,
    may_read_measures,
    read_measures,
    take_as_named,
)
from grants.services.on_a_year import may_edit_on_year
from grants.services.payments import (
    pay_claim,
    record_repayment,
    reverse_payment,
    why_not_reversed,
)
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
from grants.services.rounds import (
    announce_round,
    change_round,
    copy_round,
    open_round,
    replaced_by_change,
    shifts_by_change,
)
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
    "ask_for_issues",
    "may_write_issue",
    "open_issue",
    "save_issue",
    "remove_category",
    "why_category_stays",
    "UNDECIDED",
    "answer_early_start",
    "tell_early_start",
    "why_no_early_start",
    "Answer",
    "Read",
    "accept_terms",
    "announce_round",
    "answer_rules",
    "change_round",
    "copy_round",
    "enter_budget",
    "enter_in_fund",
    "follows_plan",
    "keep_category_change",
    "keep_change",
    "mark_of_measures",
    "may_answer",
    "may_read_measures",
    "may_edit",
    "may_edit_on_year",
    "may_edit_year",
    "may_propose_terms",
    "note_matching",
    "open_round",
    "pay_claim",
    "plan_of",
    "planned_day",
    "pledge",
    "propose_terms",
    "read_account",
    "read_measures",
    "record_charge",
    "record_repayment",
    "register_account",
    "replaced_by_change",
    "replaced_by_plan",
    "reverse_charge",
    "reverse_fund_entry",
    "reverse_payment",
    "save_change",
    "save_claim",
    "save_draft",
    "save_plan",
    "save_year",
    "schedule_of",
    "set_category",
    "set_fund_target",
    "set_parameter",
    "share_with_coordinators",
    "shifts_between",
    "shifts_by_change",
    "shifts_by_plan",
    "sides_of",
    "start_change",
    "start_claim",
    "start_draft",
    "start_paper",
    "take_as_named",
    "terms_to_begin_with",
    "transfer_budget",
    "waive_charge",
    "why_fund_entry_stays",
    "why_not_reversed",
]
