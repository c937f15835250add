"""What follows the moves of project years and reports, in the same transaction."""

from datetime import datetime

from casework.calendar import japan_date
from casework.consequences import on
from casework.locks import lock_first
from casework.models import Case, Deadline, Version
from casework.representatives import as_filed_on
from casework.services import follow, open_case, snapshot
from grants.advancing import carried
from grants.models import LINE_FIELDS, ChangeRequest, ProjectYear

from .deadlines import KIND
from .following import begin_with_the_budget, follow_change
from .line_checks import give_the_notes
from .models import (
    AdvancedMeasure,
    CollaborationReport,
    Form,
    Partner,
    Publication,
    ReleaseItem,
    Report,
    ReportFigure,
    SettlementLine,
)
from .models.report import sent_report_of
from .printing import collaboration_pdf
from .report_form_data import form_of
from .versions import content_of_collaboration, content_of_report

FORM_OF_INSTRUMENT = {"cost_share": Form.COST_SHARE, "subsidy": Form.SUBSIDY}


@lock_first(("report", "submit"), ("report", "resubmit"), ("report", "send_back"))
def lock_the_years(reports: list[int]) -> None:
    """Lock the project year before its report, as the year's own moves do: neither waits in a circle."""
    years = Report.objects.filter(pk__in=reports).values("project_year")
    list(Case.objects.filter(pk__in=years).order_by("pk").select_for_update())


@on("project_year", "grant")
def open_the_report(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Open the report the group owes, with the lines of the budget; a postponed year has one."""
    report = Report.objects.filter(project_year=year).first()
    if report:
        _begin_again(follow(report, "reopen", cause=year, by=by, at=at), year)
        return
    report = Report(
        project_year=year,
        title=year.title,
        number=f"{year.number}-R" if year.number else None,
        fiscal_year=year.fiscal_year,
        organization=year.organization,
        department=year.department,
        clerk=year.clerk,
        on_paper=year.on_paper,
    )
    open_case(report, by=by, at=at, filed=True)
    _copy_the_budget(year, report)


def _begin_again(report: Report, year: ProjectYear) -> None:
    """Let a report that is reopened begin with the budget and the days of the year it is now."""
    report.completed_on, report.project_year = None, year
    report.save(update_fields=["completed_on"])
    begin_with_the_budget(report)


def _copy_the_budget(year: ProjectYear, report: Report) -> None:
    SettlementLine.objects.bulk_create(
        SettlementLine(report=report, origin_id=line.pop("pk"), **line)
        for line in year.budget_lines.order_by("pk").values("pk", *LINE_FIELDS)
    )


@on("change", "note", "approve")
def let_the_report_follow(change: ChangeRequest, *, by, at: datetime, facts: dict) -> None:
    """Bring a changed budget to the report that is being written, or tell its writers of it."""
    if change.changes_the_plan:
        follow_change(change)


@on("project_year", "withdraw", "postpone", "revoke")
def drop_the_report(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Close the report that the year no longer needs; an accepted one stays as it is."""
    report = Report.objects.filter(project_year=year, closed_at=None).first()
    if report:
        follow(report, "drop", cause=year, by=by, at=at)


@on("project_year", "confirm")
def accept_the_report(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    report = Report.objects.filter(project_year=year, state="submitted").first()
    if report:
        follow(report, "accept", cause=year, by=by, at=at)


@on("report", "submit", "resubmit")
def report_the_year(report: Report, *, by, at: datetime, facts: dict) -> None:
    """Keep what was sent as a numbered version, and let the project year be reported."""
    told = as_filed_on(report, facts.get("received_on") or japan_date(at))
    snapshot(report, {**content_of_report(report), **told}, by=by, at=at)
    follow(
        report.project_year, "report", cause=report, by=by, at=at, completed_on=report.completed_on
    )


@on("report", "send_back")
@on("collaboration_report", "send_back", binds=False)  # undone by reporting.taking_back
def give_what_was_asked(report: Case, *, by, at: datetime, facts: dict) -> None:
    """Let the writer read at each place what the office asks for there."""
    give_the_notes(report, at=at)


@on("report", "send_back")
def return_the_year(report: Report, *, by, at: datetime, facts: dict) -> None:
    due_on = facts.get("due_on")
    told = {"due_on": due_on} if due_on else {}
    follow(report.project_year, "return_report", cause=report, by=by, at=at, **told)


@on("project_year", "report", "confirm")
def ask_the_department(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Open the collaboration report of a year that a department took part in, once.

    It begins with what the group reported on the year, or with the plan where no report was sent.
    """
    if not year.department_id or CollaborationReport.objects.filter(project_year=year).exists():
        return
    proposal = year.proposal
    terms = proposal.terms.order_by("-version").first()
    told = sent_report_of(year)
    settled = told.settlement if told else None
    report = CollaborationReport(
        project_year=year,
        report_form=form_of(year.fiscal_year),
        title=year.title,
        number=f"{year.number}-K" if year.number else None,
        fiscal_year=year.fiscal_year,
        department=year.department,
        clerk=year.clerk,
        partner_names=year.organization.name,
        form=FORM_OF_INSTRUMENT.get(proposal.round.edition.instrument, ""),
        purpose=proposal.purpose,
        content=told.content if told else year.content,
        results=told.results if told else "",
        city_role=terms.department_role if terms else "",
        partner_role=terms.organization_role if terms else "",
        cost_yen=settled.spending_yen if settled else None,
        cost_borne_by=terms.cost_share if terms else "",
    )
    open_case(report, by=by, at=at, filed=True, opens=(KIND,), **_day_of_the_request(report, at))
    Partner.objects.create(
        report=report, organization=year.organization, name=year.organization.name,
        share_yen=max(0, settled.spending_yen - settled.city_yen) if settled else None,
    )  # fmt: skip
    if told and told.participants is not None:
        ReportFigure.objects.create(
            report=report, label="参加者", value=told.participants, unit="人"
        )
    AdvancedMeasure.objects.bulk_create(
        AdvancedMeasure(report=report, measure_id=measure, how=how)
        for measure, how in {row.measure.pk: row.how for row in carried(proposal)}.items()
    )


def _day_of_the_request(report: CollaborationReport, at: datetime) -> dict:
    """Return the day by which the office asked for the reports of the year, if it is still to come.

    A report that opens after the request has the day that the others have.
    """
    asked = Deadline.objects.filter(
        kind=KIND, case__kind=CollaborationReport.KIND, case__fiscal_year=report.fiscal_year,
        due_on__gt=japan_date(at),
    )  # fmt: skip
    first = asked.order_by("pk").values_list("due_on", flat=True).first()
    return {"due_on": first} if first else {}


@on("collaboration_report", "submit", "resubmit")
def give_the_scores(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """What the department sends, it has scored for good: from now on it reads the partners' scores."""
    if report.scores_fixed_at is None:
        report.scores_fixed_at = at
        report.save(update_fields=["scores_fixed_at"])


@on("collaboration_report", "submit", "resubmit")
def keep_what_was_sent(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    snapshot(report, content_of_collaboration(report), by=by, at=at)


@on("collaboration_report", "accept", "answer_none", binds=False)  # undone by reporting.taking_back
def ask_partners_no_longer(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """Close what partners were asked and did not give: the office takes the report as it is."""
    for part in report.partner_parts.filter(state="asked").order_by("pk"):
        follow(part, "close", cause=report, by=by, at=at)


@on("collaboration_report", "publish", "correct")
def publish_the_version(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """Keep what the release froze as what the public reads from now on, with its PDF."""
    item = ReleaseItem.objects.get(pk=facts["item"])
    version: Version = snapshot(report, item.content["text"], by=by, at=at)
    report.publication = Publication.objects.create(
        report=report,
        number=report.publications.count() + 1,
        version=version,
        note=item.note,
        pdf=collaboration_pdf(
            version.content, number=report.number or "", day=japan_date(at), note=item.note
        ),
        by=by,
        at=at,
    )
    report.publication.measures.set(row["id"] for row in version.content["measures"])
    report.save(update_fields=["publication"])


@on("collaboration_report", "withdraw")
def take_it_from_the_public(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    """Let no page and no file show the report any more; what was published stays on record."""
    report.publication = None
    report.save(update_fields=["publication"])
