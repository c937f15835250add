"""Who may do what in a selection."""

import rules

from accounts.permissions import is_approver, is_auditor, is_office, is_panel_member


@rules.predicate
def is_own_sheet(user, sheet) -> bool:
    return sheet is not None and sheet.seat.user_id == user.pk


rules.add_perm("reviews.score", is_panel_member & is_own_sheet)
rules.add_perm("reviews.declare_own_conflict", is_panel_member & is_own_sheet)
rules.add_perm("reviews.run_selection", is_office)
rules.add_perm("reviews.read_selection", is_office | is_approver | is_auditor)
