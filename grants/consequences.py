"""What follows the moves of proposals and project years, in the same transaction."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.consequences import on
from casework.errors import NotPossible
from casework.locks import lock_first
from casework.services import file_number, follow, open_case, snapshot

from .limits import grant_limits_yen, lower_city_part
from .models import CourseEdition, ProjectYear, Proposal, Round, YearBudgetLine
from .versions import content_of


@lock_first(("project_year", "grant"))
def lock_the_budgets(years: list[int]) -> None:
    """Let one grant at a time draw on the city's budget of a course."""
    CourseEdition.objects.filter(rounds__proposals__project_years__in=years).lock_courses()


@lock_first(
    ("proposal", "select"), ("proposal", "offer"),
    ("project_year", "postpone"), ("project_year", "defer"),
)  # fmt: skip
def lock_the_rounds(cases: list[int]) -> None:
    """Let one decision at a time draw on a round's budget, and one year of a project move at a time."""
    proposals = Proposal.objects.filter(Q(pk__in=cases) | Q(project_years__in=cases))
    Round.objects.filter(pk__in=proposals.values("round")).lock()


@on("proposal", "submit", "file_paper", "resubmit")
def keep_the_version(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Keep what was filed as a numbered version; panels, letters and register read versions."""
    if not proposal.number:
        file_number(proposal, proposal.round.edition.number_series, proposal.fiscal_year)
    snapshot(proposal, content_of(proposal), by=by, at=at)


@on("proposal", "prepare", "agree")
def open_project_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Open one case for each fiscal year the project runs; the first can be applied for at once.

    Whether the project goes on in the later ones is decided when they come.
    """
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
            on_paper=proposal.on_paper,
            content=proposal.content if position == 1 else "",
            number=f"{proposal.number}-{position}",
        )
        open_case(year, by=by, at=at, filed=True)
        if position == 1:
            _copy_budget(proposal, year)
            follow(year, "plan", cause=proposal, by=by, at=at)


def _copy_budget(proposal: Proposal, year: ProjectYear) -> None:
    """Fill in the proposal's lines; the city's part is at most what the selection assessed."""
    lines = lower_city_part(list(proposal.budget_lines.order_by("pk")), proposal.assessed_yen)
    YearBudgetLine.objects.bulk_create(
        YearBudgetLine(
            year=year,
            side=line.side,
            label=line.label,
            detail=line.detail,
            amount_yen=line.amount_yen,
            from_city=line.from_city,
        )
        for line in lines
    )


@on("proposal", "renounce", "rescind")
def end_the_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    for year in proposal.project_years.filter(closed_at=None).order_by("pk"):
        follow(year, "withdraw", cause=proposal, by=by, at=at)


@on("project_year", "apply", "reapply")
def keep_the_application(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    snapshot(year, content_of(year), by=by, at=at)


@on("project_year", "postpone", "defer")
def refuse_a_year_twice(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a project from having two project years in one fiscal year.

    :raises NotPossible: naming the fiscal year.
    """
    if year.fiscal_year in year.years_of_others():
        raise NotPossible(
            _("The project already has a project year in fiscal year %(year)s.")
            % {"year": year.fiscal_year}
        )


@on("project_year", "postpone")
def end_the_agreement(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Strike out what was signed: a grant in another year has an agreement of its own."""
    year.signatures.filter(struck_at=None).update(struck_at=at)


@on("proposal", "select")
def refuse_more_than_the_round_has(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Stop a selection that an offer, or another decision, has left no budget for meanwhile.

    :raises NotPossible: saying by how much it is too much.
    """
    left = proposal.round.left_yen()
    if left is not None and left < 0:
        raise NotPossible(
            _("The budget of this round is not enough: %(over)s yen too much.")
            % {"over": f"{-left:,}"}
        )


@on("project_year", "grant")
def refuse_more_than_allowed(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a grant above a limit that is set, whichever page or draft it came from.

    Several drafts may count on the same budget, so this looks at what is left when it is granted.

    :raises NotPossible: naming the limit.
    """
    for most, words in grant_limits_yen(year):
        if year.granted_yen > most:
            raise NotPossible(words % {"most": f"{most:,}"})
