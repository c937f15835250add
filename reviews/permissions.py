"""Who may do what in a selection."""

import rules

from accounts.permissions import is_approver, is_auditor, is_office, is_panel_member


@rules.predicate
def is_own_sheet(user, sheet) -> bool:
    return sheet is not None and sheet.seat.user_id == user.pk


@rules.predicate
def holds_seat_today(user, meeting) -> bool:
    """The person sits on the subcommittee of the meeting's round on the day the person acts on."""
    seats = meeting.round.seats.filter(user=user) if meeting else []
    return any(seat.stands_on(user.acting_on) for seat in seats)


rules.add_perm("reviews.score", is_panel_member & is_own_sheet)
rules.add_perm("reviews.declare_own_conflict", is_panel_member & is_own_sheet)
rules.add_perm("reviews.run_selection", is_office)
rules.add_perm("reviews.read_selection", is_office | is_approver | is_auditor)
rules.add_perm("reviews.sit_in_meeting", is_panel_member & holds_seat_today)
