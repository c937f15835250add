"""The parts of the case page about interim reports: of the project year, and of the report itself."""

from django.utils.translation import gettext_lazy as _

from casework.panels import REPORTS, panel
from casework.work_pages import work_page
from grants.models import ProjectYear

from . import interim
from .interim_form import FIELDS
from .models import InterimReport


def year_panel(year: ProjectYear, request) -> dict | None:
    """Whether an interim report is asked for, what the rules say, and the way to ask for one."""
    reports = interim.reports_of(year, request.user)
    may_ask = request.user.has_perm("reporting.handle_report", year)
    why_not = interim.why_no_interim(year)
    if not reports and year.state != "granted":
        return None
    return {
        "case": year,
        "reports": [(report, _owed(report)) for report in reports],
        "rule": year.rules.period(interim.RULE),
        "rule_status": year.rules.status(interim.RULE),
        "may_ask": may_ask and not why_not,
        "why_not": why_not if may_ask else "",
    }


def _owed(report: InterimReport):
    """Return the date that counts while the report is to be written."""
    dates = (one for one in report.deadlines.all() if one.is_open)
    return next(dates, None) if report.state in ("asked", "returned") else None


def content(report: InterimReport, request) -> dict:
    """What is asked for and what was sent; what is being written, to whoever writes it."""
    writes = interim.may_edit_interim(report, request.user)
    said = interim.said_to(request.user, report)
    parts = [(report._meta.get_field(name).verbose_name, said.get(name, "")) for name in FIELDS]
    return {
        "report": report,
        "year": report.project_year,
        "parts": parts if said else [],
        "missing": report.missing_parts() if writes else None,
    }


def _is_complete(report: InterimReport) -> bool:
    return not report.missing_parts()


panel(ProjectYear.KIND, "reporting/panels/year_interim.html", year_panel, 39, part=REPORTS)
panel(InterimReport.KIND, "reporting/panels/interim.html", content, 10)
work_page(
    InterimReport.KIND, _("Write the interim report"), "reporting:interim-edit",
    interim.may_edit_interim, finished=_is_complete,
)  # fmt: skip
