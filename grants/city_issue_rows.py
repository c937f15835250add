"""City issues and what came of them: for the office's list, and as a table that only goes out."""

from collections.abc import Iterator

from django.db.models import Prefetch

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
