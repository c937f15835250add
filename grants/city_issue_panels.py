"""City issues on the pages of cases and on desks."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.desk_links import desk_link
from casework.panels import CONTENT, panel
from casework.parties import Party
from casework.work_pages import work_page

from . import services
from .city_issue_rows import waiting_answers, with_proposals
from .models import CityIssue, ProjectYear, Proposal
from .models.city_issue import PUBLIC
from .permissions import proposal_of
from .project_links import with_links
from .services.city_issues import WRITTEN


def issue_content(issue: CityIssue, request) -> dict:
    """What the department wrote, what is missing, and the proposals that answer it."""
    shown = with_proposals(CityIssue.objects.filter(pk=issue.pk), request.user).get()
    return {
        "issue": issue,
        "proposals": with_links(shown.proposals.all(), request.user),
        "waiting": waiting_answers(issue, request.user),
        "missing": issue.missing_parts() if issue.state in WRITTEN else [],
        "is_public": issue.state in PUBLIC,
    }


def answered_issue(case, request) -> dict:
    """The issue that a proposal answers, from the row that was read with the case.

    Whoever may read neither its page nor its case reads its title alone.
    """
    issue = proposal_of(case).city_issue
    if issue.state in PUBLIC:
        return {"issue": issue, "address": issue.get_absolute_url()}
    seen = CityIssue.objects.visible_to(request.user).filter(pk=issue.pk).exists()
    return {"issue": issue, "address": reverse("casework:case", args=[issue.pk]) if seen else ""}


def answers_one(case, user) -> bool:
    """Return whether a proposal, or what came of one, answers an issue."""
    proposal = proposal_of(case)
    return proposal is not None and proposal.city_issue_id is not None


def shows_issue(kind: str) -> None:
    """Show the issue on the pages of a kind of case that is, or belongs to, a proposal."""
    panel(
        kind, "grants/panels/answered_issue.html", answered_issue, 5,
        part=CONTENT, offered=answers_one,
    )  # fmt: skip


def _is_complete(issue: CityIssue) -> bool:
    return not issue.missing_parts()


panel(CityIssue.KIND, "grants/panels/city_issue.html", issue_content, 10)
shows_issue(Proposal.KIND)
panel(
    Proposal.KIND, "grants/panels/answered_issue.html", answered_issue, 5, offered=answers_one
)  # at the head of the case, too
shows_issue(ProjectYear.KIND)
work_page(
    CityIssue.KIND, _("Write the issue"), "grants:city-issue-edit", services.may_write_issue,
    finished=_is_complete,
)  # fmt: skip
desk_link(Party.OFFICE, _("City issues"), "grants:office-city-issues", 55)
desk_link(Party.APPROVER, _("City issues"), "grants:office-city-issues", 55)
desk_link(Role.AUDITOR, _("City issues"), "grants:office-city-issues", 55)
desk_link(Party.DEPARTMENT, _("List a city issue"), "grants:city-issue-new", 32)
desk_link(Party.ORGANIZATION, _("City issues"), "grants:city-issues", 25)
