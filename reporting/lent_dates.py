"""By which dates of its project year a report is sent."""

from casework.lent_dates import dates_lent_to

from .models import Report


def of_its_year(report: Report) -> tuple[int, tuple[str, ...]] | None:
    if report.state not in ("drafting", "returned"):
        return None
    return report.project_year_id, ("report", "report_supplement")


dates_lent_to(Report.KIND, of_its_year)
