"""What follows the moves of proposals and project years, in the same transaction."""

from datetime import datetime

from django.utils.translation import gettext as _

from casework.approvals import lock_first
from casework.consequences import on
from casework.errors import NotPossible
from casework.services import file_number, follow, open_case, snapshot

from .limits import grant_limits_yen
from .models import CourseEdition, ProjectYear, Proposal, YearBudgetLine
from .versions import content_of

GRANTING = (ProjectYear.KIND, "grant")
SERIES = {"startup": "S", "collaboration": "C", "revitalization": "R"}


@on("proposal", "submit", "file_paper", "resubmit")
def keep_the_version(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Keep what was filed as a numbered version; panels, letters and register read versions."""
    if not proposal.number:
        edition = proposal.round.edition
        series = SERIES.get(edition.course, edition.course)
        file_number(proposal, series, proposal.fiscal_year)
    snapshot(proposal, content_of(proposal), by=by, at=at)


@on("proposal", "prepare", "agree")
def open_project_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Open one case for each fiscal year the project runs; the first can be applied for at once."""
    first = proposal.round.first_project_year()
    for position in range(1, proposal.years + 1):
        year = ProjectYear(
            proposal=proposal,
            position=position,
            fiscal_year=first + position - 1,
            title=proposal.title,
            organization=proposal.organization,
            department=proposal.department,
            clerk=proposal.clerk,
            content=proposal.content if position == 1 else "",
            number=f"{proposal.number}-{position}",
        )
        opens = ("grant_application",) if position == 1 else ()
        open_case(year, by=by, at=at, filed=True, opens=opens)
        if position == 1:
            _copy_budget(proposal, year)


def _copy_budget(proposal: Proposal, year: ProjectYear) -> None:
    """Fill in the proposal's lines; the amount asked of the city becomes the assessed one."""
    YearBudgetLine.objects.bulk_create(
        YearBudgetLine(
            year=year,
            side=line.side,
            label=line.label,
            detail=line.detail,
            amount_yen=line.amount_yen,
            from_city=line.from_city,
        )
        for line in proposal.budget_lines.order_by("pk")
    )


@on("proposal", "renounce", "rescind")
def end_the_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    for year in proposal.project_years.filter(closed_at=None).order_by("pk"):
        follow(year, "withdraw", cause=proposal, by=by, at=at)


@on("project_year", "apply", "reapply")
def keep_the_application(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    snapshot(year, content_of(year), by=by, at=at)


@on("project_year", "postpone")
def refuse_a_year_twice(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a project from having two project years in one fiscal year.

    :raises NotPossible: naming the fiscal year.
    """
    if year.fiscal_year in year.years_of_others():
        raise NotPossible(
            _("The project already has a project year in fiscal year %(year)s.")
            % {"year": year.fiscal_year}
        )


@lock_first
def lock_the_budgets(items: list) -> None:
    """Let one grant at a time draw on the city's budget of a course."""
    years = [item.case_id for item in items if (item.case.kind, item.verb) == GRANTING]
    if years:
        CourseEdition.objects.filter(rounds__proposals__project_years__in=years).lock_courses()


@on("project_year", "grant")
def refuse_more_than_allowed(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a grant above a limit that is set, whichever page or draft it came from.

    Several drafts may count on the same budget, so this looks at what is left when it is granted.

    :raises NotPossible: naming the limit.
    """
    for most, words in grant_limits_yen(year):
        if year.granted_yen > most:
            raise NotPossible(words % {"most": f"{most:,}"})
