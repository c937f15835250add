"""Where a report shows what came of each measure."""

from django.urls import reverse

from casework.panels import CONTENT, panel

from .measure_outcomes import outcomes_of
from .models import CollaborationReport, Report
from .outcome_writing import may_tell

PAGES = {
    Report.KIND: "reporting:report-measures",
    CollaborationReport.KIND: "reporting:collaboration-measures",
}


def outcomes_panel(report: Report | CollaborationReport, request) -> dict | None:
    """What came of the measures, and the way to write it; nothing where neither is there."""
    user = request.user
    told, writes = outcomes_of(report, reader=user), may_tell(report, user)
    if not told and not writes:
        return None
    address = reverse(PAGES[report.kind], args=[report.pk])
    return {"outcomes": told, "may_tell": writes, "address": address}


TEMPLATE = "reporting/panels/outcomes.html"
panel(Report.KIND, TEMPLATE, outcomes_panel, 20, part=CONTENT)
panel(CollaborationReport.KIND, TEMPLATE, outcomes_panel, 20, part=CONTENT)
