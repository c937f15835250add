"""Moves after which something else is public: the index learns of it once they have committed.

The index only repeats what is published, so nothing here keeps a move from being taken back.
"""

from datetime import datetime

from casework.consequences import on
from casework.flow import TAKE_BACK
from grants.models import CityIssue, ProjectYear, Proposal
from guideline.models import Measure
from reporting.models import CollaborationReport, Kind, Release

from .indexing import index_soon

#: Moves that let a project into the register, change its row, or take it out.
OF_PROPOSALS = (
    "select",
    "take",
    "reconsider",
    "fall_through",
    "renounce",
    "rescind",
    TAKE_BACK,
)
OF_YEARS = ("grant", "refuse", "withdraw", "not_continue", "not_fund", "revoke", TAKE_BACK)


@on("collaboration_report", "publish", "correct", "withdraw", binds=False)
def find_the_report(report: CollaborationReport, *, by, at: datetime, facts: dict) -> None:
    index_soon("report", report.pk)


@on("proposal", *OF_PROPOSALS, binds=False)
def find_the_project(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    if proposal.number:
        index_soon("project", proposal.number)


@on("project_year", *OF_YEARS, binds=False)
def find_the_project_of_the_year(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    find_the_project(year.proposal, by=by, at=at, facts=facts)


@on("release", "publish", "go_public", binds=False)
def find_the_measures(release: Release, *, by, at: datetime, facts: dict) -> None:
    """A progress table that is released, or withdrawn, changes what is said of its measures."""
    tables = release.items.filter(kind=Kind.PROGRESS).values_list("key", flat=True)
    editions = {key.partition("/")[0] for key in tables}
    if editions:
        measures = Measure.objects.filter(edition__code__in=editions)
        index_soon("measure", *measures.values_list("pk", flat=True))


@on("city_issue", "publish", "send_back", "close", TAKE_BACK, binds=False)
def find_the_issue(issue: CityIssue, *, by, at: datetime, facts: dict) -> None:
    index_soon("issue", issue.pk)
