"""The one deadline that reporting adds: when a department owes its collaboration report."""

from django.utils.translation import gettext_lazy as _

from casework import deadlines
from casework.deadlines import DeadlineKind
from casework.derivation import Due, not_set, register_basis
from casework.parties import Party

KIND = "collaboration_report"

register_basis(KIND, "協働事業報告書の提出期日", "due date of collaboration reports")


def collaboration_report_due(report, *, at, facts) -> Due:
    """Return the day the office named when it asked, or "not set" where nobody named one."""
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="set_by_office")
    return not_set(KIND)


deadlines.register(
    DeadlineKind(KIND, _("Collaboration report"), Party.DEPARTMENT, collaboration_report_due)
)
