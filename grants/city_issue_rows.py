"""City issues and what came of them: for the office's list, and as a table that only goes out."""

from collections.abc import Iterator

from django.db.models import Prefetch

from casework.models import Access

from .models import CityIssue, Proposal

HEADER = [
    "fiscal_year",
    "department",
    "title",
    "state",
    "until",
    "problem",
    "offers",
    "seeks",
    "proposals",
    "adopted",
]
BATCH = 500


def with_proposals(issues, user):
    """Fetch along with issues the proposals that answer them, as far as ``user`` sees them.

    Each proposal tells as ``is_adopted`` whether it stands as adopted.
    """
    seen = Proposal.objects.visible_to(user).with_adopted()
    found = seen.select_related("organization").order_by("pk")
    return issues.select_related("department").prefetch_related(Prefetch("proposals", found))


def waiting_answers(issue: CityIssue, user):
    """Return the proposals filed for an issue of which its department was told and cannot read yet.

    Number and day are all that may be shown of them.
    """
    if issue.department_id not in user.duties.departments:
        return Proposal.objects.none()
    seen = Proposal.objects.visible_to(user).filter(city_issue=issue)
    barred = Access.objects.concerning(user).filter(barred=True)
    filed = issue.proposals.filter(filed_at__isnull=False).exclude(pk__in=seen.values("pk"))
    return filed.exclude(pk__in=barred.values("case")).only("number", "filed_at").order_by("pk")


def rows(issues, user) -> Iterator[list]:
    """Return the rows of ``issues`` one by one; the caller has left only what may be seen."""
    ordered = with_proposals(issues, user).order_by("-fiscal_year", "department__name", "pk")
    for issue in ordered.iterator(chunk_size=BATCH):
        yield _row(issue)


def _row(issue: CityIssue) -> list:
    proposals = list(issue.proposals.all())
    return [
        issue.fiscal_year,
        issue.department.name,
        issue.title,
        issue.state,
        issue.until.isoformat() if issue.until else "",
        issue.problem,
        issue.offers,
        issue.seeks,
        " ".join(proposal.number or "" for proposal in proposals),
        " ".join(proposal.number or "" for proposal in proposals if proposal.is_adopted),
    ]
