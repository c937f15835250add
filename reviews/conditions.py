"""When a score sheet can move: each condition is one fact and the words that say it."""

from django.utils.translation import gettext_lazy as _

from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.flow import Condition

every_criterion_has_points = Condition(
    lambda sheet, at: not sheet.missing_criteria(),
    _("Points are still missing. A criterion without points is missing, never zero."),
)
seat_stands = Condition(
    lambda sheet, at: sheet.seat.stands_on(japan_date(at)),
    _("The member's seat on the subcommittee has ended."),
)
no_decision_drafted = Condition(
    lambda sheet, at: waiting_draft(sheet.proposal) is None,
    _("A decision that counts this sheet is drafted. The office has to drop the draft first."),
)
