"""What reporting adds to the pages of cases and measures, to desks and to lines of history."""

import rules
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework import representatives
from casework.approvals import waits_in_draft
from casework.desk_links import desk_link
from casework.models.deadline import deadlines_of, with_extensions
from casework.panels import CONTENT, MONEY, RECORDS, REPORTS, panel
from casework.parties import Party
from casework.verbs import name_verbs
from casework.work_pages import work_page
from grants.categories import by_code
from grants.city_issue_panels import shows_issue
from grants.models import ProjectYear

from . import services
from .budget_beside import beside_budget
from .checks import findings
from .closing import still_open
from .confirming import unchecked
from .models import CollaborationReport, Report
from .models.report import report_of
from .public_text import as_written
from .told import told_of


def may_have_report(year, user) -> bool:
    """Return whether a report may have been opened: it is with the grant, and outlives it."""
    return year.state != "expected"


def year_report(year, request) -> dict | None:
    """The report of a project year, the settlement, and what amount the office would confirm."""
    report = report_of(year)
    if report is None:
        return None
    departments = CollaborationReport.objects.visible_to(request.user).filter(project_year=year)
    if year.department_id is None:
        departments = departments.none()
    may_draft = (
        year.state == "reported"
        and rules.has_perm("casework.draft_approval", request.user)
        and not waits_in_draft(year)
    )
    return {
        "year": year,
        "report": report,
        "settlement": report.settlement,
        "is_late": _is_late(year, request.now),
        "may_draft": may_draft,
        "unchecked": len(unchecked(report)) if may_draft else 0,
        "is_counted": report.state in ("submitted", "accepted"),
        "still_open": still_open(year),
        "collaboration_report": departments.first(),
    }


def _is_late(year, now) -> bool:
    """Return whether the report is, or was, late by the year's latest deadline for it."""
    owed = [d for d in deadlines_of(year) if d.kind == "report" and d.closed_at is None]
    return bool(owed) and owed[-1].is_late(now)


def report_now(report, request) -> dict | None:
    """What is missing while it is written, and what the office asks for, place by place."""
    found = {
        "missing": report.missing_parts() if report.state in ("drafting", "returned") else [],
        "notes": list(report.field_notes.awaited().select_related("line").order_by("pk")),
    }
    return found if any(found.values()) else None


def report_content(report, request) -> dict:
    """What the group wrote, and by when it owed that."""
    year = report.project_year
    year.has_more_time = report.year_has_more_time
    owed = [d for d in deadlines_of(year) if d.kind in ("report", "report_supplement")]
    return {
        "report": report,
        "year": year,
        "proposal": year.proposal,
        "is_late": _is_late(year, request.now),
        "owed": with_extensions(year, owed[-1:]),
    }


def report_money(report, request) -> dict:
    """The settlement line by line, and what does not fit."""
    year, told = report.project_year, told_of(report)
    return {
        "report": report,
        "year": year,
        "rows": _beside_the_budget(report),
        "categories": by_code(year.rules.categories),
        "settlement": report.settlement,
        "to_look_at": [one for one in findings(told) if not one.must_be_mended],
        "has_receipts": any(line.receipts.all() for line in report.lines()),
        "may_check": report.state == "submitted"
        and request.user.has_perm("reporting.handle_report", report),
    }


def _beside_the_budget(report: Report) -> list[tuple]:
    """Return each line of the settlement with what the budget has for it."""
    lines = sorted(report.lines(), key=lambda line: (line.side != "income", line.pk))
    budget = report.project_year.lines()
    return list(zip(lines, beside_budget(lines, budget), strict=True))


def collaboration_content(report, request) -> dict:
    """What the department wrote."""
    text = as_written(report, request.user, views=False)
    return {"report": report, "text": text, "photos_elsewhere": True}


def collaboration_now(report, request) -> dict:
    """What is missing, what the office asks for where, and the papers of the report."""
    is_written = report.state in services.WRITTEN_BY_DEPARTMENT
    is_open = is_written or report.state == "submitted"
    return {
        "report": report,
        "notes": list(report.field_notes.awaited().order_by("pk")) if is_open else [],
        "missing": report.missing_parts() if is_written else [],
        "may_edit": services.may_edit_collaboration(report, request.user),
        "may_tend_photos": request.user.has_perm("reporting.tend_photos", report),
        "may_table": report.state in ("accepted", *services.CORRECTED_BY_OFFICE)
        and report.tabled_on is None
        and request.user.has_perm("reporting.handle_collaboration", report),
        "tabling": getattr(report, "last_tabling", None)
        if request.user.has_perm("reporting.read_tablings", report)
        else None,
        "is_public": report.publication_id is not None,
    }


panel(Report.KIND, "casework/panels/representative.html", representatives.on_case, 15, part=RECORDS)
panel(
    ProjectYear.KIND, "reporting/panels/year_report.html", year_report, order=40,
    part=REPORTS, offered=may_have_report,
)  # fmt: skip
panel(Report.KIND, "reporting/panels/report_now.html", report_now, 10)
panel(Report.KIND, "reporting/panels/report.html", report_content, 10, part=CONTENT)
panel(Report.KIND, "reporting/panels/settlement.html", report_money, 10, part=MONEY)
panel(CollaborationReport.KIND, "reporting/panels/collaboration_now.html", collaboration_now, 10)
panel(
    CollaborationReport.KIND, "reporting/panels/collaboration.html", collaboration_content, 10,
    part=CONTENT,
)  # fmt: skip

shows_issue(CollaborationReport.KIND)

desk_link(Party.OFFICE, _("Collaboration reports"), "reporting:requests", order=50)
desk_link(Party.OFFICE, _("Written reports to the committee"), "reporting:tablings", order=51)
desk_link(
    Party.DEPARTMENT, _("Begin a collaboration report"), "reporting:collaboration-new", order=30
)

name_verbs(
    add_receipt=_("A receipt was entered"),
    change_receipt=_("A receipt was changed"),
    ask_again=_("The department was asked again"),
    check_answers=_("The office checked the report"),
    check_lines=_("The office checked the settlement"),
    hold_comments_back=_("Comments of the committee were held back"),
    remove_receipt=_("A receipt was taken out"),
    take_over_budget=_("The changed budget was taken over into the report"),
    keep_own_lines=_("The lines of the report stay, though the budget was changed"),
    name_the_day=_("The due date was named"),
    pick_photo=_("A photo of the project was picked for the report"),
    photo_consent=_("Consent of the people shown in a photo of the report"),
    keep_photo_internal=_("A photo of the report stays with the city"),
    let_photo_be_public=_("A photo of the report may be published again"),
    take_out_photo=_("A photo was taken out of the report"),
    release_comments=_("The committee’s comments were released"),
    table=_("Received by the committee"),
)


def _awaits_report(year, user) -> bool:
    report = report_of(year) if year.granted_yen is not None else None
    return report is not None and services.may_edit_report(report, user)


def _report_of(year) -> str:
    return reverse("reporting:report-edit", args=[year.final_report.pk])


def _waits_for_check(year, user) -> bool:
    report = report_of(year) if year.state == "reported" else None
    return (
        report is not None
        and report.state == "submitted"
        and user.has_perm("reporting.handle_report", report)
    )


def _sent_report(year) -> str:
    return reverse("reporting:report-check", args=[year.final_report.pk])


def _is_to_be_checked(report, user) -> bool:
    return report.state == "submitted" and user.has_perm("reporting.handle_report", report)


def _is_checked(report) -> bool:
    """Return whether the office looked at every line of spending."""
    return not unchecked(report)


def _is_complete(report) -> bool:
    return not report.missing_parts()


work_page("project_year", _("Write the report"), _report_of, _awaits_report, order=200)
work_page("project_year", _("Check the report"), _sent_report, _waits_for_check)
work_page(
    "report", _("Write the report"), "reporting:report-edit", services.may_edit_report,
    finished=_is_complete,
)  # fmt: skip
work_page(
    "report", _("Check the report"), "reporting:report-check", _is_to_be_checked,
    finished=_is_checked,
)  # fmt: skip


def _is_written(report: CollaborationReport, user) -> bool:
    written = report.state in services.WRITTEN_BY_DEPARTMENT
    return written and services.may_edit_collaboration(report, user)


def _is_corrected(report: CollaborationReport, user) -> bool:
    corrected = report.state in services.CORRECTED_BY_OFFICE
    return corrected and services.may_edit_collaboration(report, user)


work_page(
    CollaborationReport.KIND, _("Write the report"), "reporting:collaboration-edit", _is_written,
    finished=_is_complete,
)  # fmt: skip
work_page(
    CollaborationReport.KIND, _("Write a correction"), "reporting:collaboration-edit",
    _is_corrected,
)  # fmt: skip


def _is_to_be_read(report: CollaborationReport, user) -> bool:
    return report.state == "submitted" and user.has_perm("reporting.handle_collaboration", report)


work_page(
    CollaborationReport.KIND, _("Check the report"), "reporting:collaboration-check",
    _is_to_be_read,
)  # fmt: skip


def _awaits_the_committee(report: CollaborationReport, user) -> bool:
    waits = report.state == "accepted" and report.tabled_on is None
    return waits and user.has_perm("reporting.handle_collaboration", report)


def _to_the_committee(report: CollaborationReport) -> str:
    return reverse("reporting:tabling-new", args=[report.fiscal_year])


work_page(
    CollaborationReport.KIND, _("Table it at the committee"), _to_the_committee,
    _awaits_the_committee,
)  # fmt: skip


def _has_comments_to_release(report: CollaborationReport, user) -> bool:
    waits = getattr(report, "are_comments_waiting", False)
    return waits and user.has_perm("reporting.handle_collaboration", report)


def _written_report(report: CollaborationReport) -> str:
    return reverse("reporting:tabled", args=[report.last_tabling])


work_page(
    CollaborationReport.KIND, _("Read and release the committee’s comments"), _written_report,
    _has_comments_to_release,
)  # fmt: skip
