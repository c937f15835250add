"""The deadlines that reporting adds: interim reports, reports of departments, their publication."""

from django.utils.translation import gettext_lazy as _

from casework import deadlines
from casework.calendar import japan_date
from casework.closed_days import ClosedDays
from casework.deadlines import DeadlineKind
from casework.derivation import Due, not_set, register_basis
from casework.parties import Party
from grants.date_rules import date_by

from .interim_flow import DUE
from .partner_flow import PART

KIND = "collaboration_report"
PUBLICATION = "publication"

register_basis(PART, "協働事業報告書への意見の期日", "due date of a partner’s view")
register_basis(KIND, "協働事業報告書の提出期日", "due date of collaboration reports")


def collaboration_report_due(report, *, at, facts) -> Due:
    """Return the day the office named when it asked, or "not set" where nobody named one."""
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="set_by_office")
    return not_set(KIND)


def publication_due(report, *, at, facts) -> Due | None:
    """Return by when the office publishes a report that it accepted at ``at``.

    The city sets this by its own will, in the rules of the project: where it is not set, and where
    a report is about no project, nothing is owed.
    """
    if not publication_is_set(report):
        return None
    return date_by(PUBLICATION, report.project_year.rules, japan_date(at), ClosedDays())


def publication_is_set(report) -> bool:
    year = report.project_year
    return year is not None and year.rules.period("publication_days") is not None


def interim_report_due(report, *, at, facts) -> Due:
    """Return the day that the office named when it asked, or returned the report; else the rules'."""
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="set_by_office")
    year = report.project_year
    if year.starts_on is None:
        return not_set("interim_report_days")
    return date_by(DUE, year.rules, year.starts_on, ClosedDays())


def partner_part_due(part, *, at, facts) -> Due | None:
    """Return the day that was named when the partner was asked, or "not set" where nobody named one.

    The department names it, or the office. A partner that is a name alone owes the city nothing.
    """
    if part.organization_id is None:
        return None
    if due_on := facts.get("due_on"):
        return Due.fixed(due_on, basis="named_when_asked")
    return not_set(PART)


deadlines.register(
    DeadlineKind(PART, _("View on the collaboration"), Party.ORGANIZATION, partner_part_due),
    DeadlineKind(DUE, _("Interim report"), Party.ORGANIZATION, interim_report_due),
    DeadlineKind(KIND, _("Collaboration report"), Party.DEPARTMENT, collaboration_report_due),
    DeadlineKind(
        PUBLICATION,
        _("Publication of the report"),
        Party.OFFICE,
        publication_due,
        applies=publication_is_set,
    ),
)
