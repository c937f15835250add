"""Cases of a group that nobody logs in for: the office keys in what it hands in on paper."""

from datetime import date, datetime

from casework.services import advance
from grants import services
from grants.models import BudgetEntry, ProjectYear, Proposal
from reporting import services as reporting
from reporting.models import Report
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers

#: The day on which the first paper came in, five days before it is keyed in.
FIRST_PAPER = date(2026, 11, 15)
#: The last day of the project.
ENDED = date(2026, 11, 10)


@remembered
def keyed_in(office, course: str = "startup", **rules) -> Proposal:
    """A proposal on paper, not filed yet."""
    proposal = services.start_paper(
        factories.call(course, **rules), organization=None, new_organization="紙の会",
        title="紙の提案", received_on=FIRST_PAPER, by=office, at=NOON,
    )  # fmt: skip
    proposal = services.save_draft(
        proposal,
        fields={"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果"},
        lines=[
            factories.line("income", "市の補助", 80_000, from_city=True),
            factories.line("expenditure", "印刷", 80_000),
        ],
        measures=[{"measure": factories.measure(), "how": "場をつくる"}],
        edit_number=0, by=office, at=NOON,
    )  # fmt: skip
    return services.pledge(proposal, name="代表", by=office, at=NOON)


@remembered
def filed(office, course: str = "startup", **rules) -> Proposal:
    return advance(keyed_in(office, course, **rules), "file_paper", by=office, at=NOON)


@remembered
def selected(office) -> Proposal:
    proposal = walk(filed(office), "accept", "refer", by=office)
    return factories.approved(proposal, "select", assessed_yen=80_000)


@remembered
def offered(office) -> Proposal:
    proposal = walk(filed(office), "accept", "refer", by=office)
    proposal = factories.approved(proposal, "reserve", assessed_yen=80_000)
    return walk(proposal, "offer", by=office)


@remembered
def planned_year(office) -> ProjectYear:
    """The first year, with all that its application needs."""
    year = walk(selected(office), "prepare", by=office).project_years.get()
    columns = ("side", "label", "detail", "amount_yen", "from_city")
    days = {"content": "内容", "starts_on": date(2026, 11, 1), "ends_on": ENDED}
    return services.save_year(
        year, fields=days, lines=list(year.budget_lines.values(*columns)), edit_number=0,
        by=office, at=NOON,
    )  # fmt: skip


@remembered
def granted_year(office) -> ProjectYear:
    year = key_in(planned_year(office), "apply", by=office)
    services.enter_budget(
        year.proposal.round.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=300_000, voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    return factories.approved(year, "grant", granted_yen=80_000)


@remembered
def written_report(year: ProjectYear, *, by, completed_on: date = ENDED) -> Report:
    """The report of a year as the office has keyed it in; nothing is missing."""
    words = {"completed_on": completed_on, "content": "内容", "results": "成果"}
    return reporting.save_report(
        year.final_report, fields=words, lines=makers.balanced_lines(), edit_number=0, by=by,
        at=NOON,
    )  # fmt: skip


@remembered
def key_in(case, verb: str, *, by, received_on: date = TODAY, at: datetime = NOON, **facts):
    """The office enters what the group handed in on paper on ``received_on``."""
    return advance(case, verb, by=by, at=at, received_on=received_on, **facts)


@remembered
def walk(case, *verbs, by, **facts):
    for verb in verbs:
        case = advance(case, verb, by=by, at=NOON, **facts)
    return case
