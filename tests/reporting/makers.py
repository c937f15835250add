"""Makers of what reporting needs: granted years, reports sent, collaboration reports published."""

from datetime import date, datetime

from django.core.files.base import ContentFile

from accounts.models import Duty, Role
from casework.models import Sender
from casework.services import advance
from grants import services as grants
from grants.models import BudgetEntry, ProjectYear
from reporting import services
from reporting.models import CollaborationReport, Receipt, Report
from reporting.receipts import Paid, add_receipt
from tests import factories
from tests.factories import JAPAN, NOON
from tests.remembering import remembered

#: A day on which the projects of these tests are over.
LATER = datetime(2027, 2, 1, 12, 0, tzinfo=JAPAN)


def sender() -> Sender:
    return Sender.objects.first() or factories.sender()


@remembered
def granted_year(course: str = "startup", *, granted_yen: int = 80_000, **rules) -> ProjectYear:
    """The first year of a project, granted at NOON; it runs from 1 December to 31 January."""
    sender()
    office = factories.anyone(Role.OFFICE)
    proposal = ready_proposal(course, office=office, **{"lag_years": "0", **rules})
    year = applied(proposal.project_years.get(position=1))
    grants.enter_budget(
        proposal.round.edition,
        fiscal_year=year.fiscal_year,
        kind=BudgetEntry.Kind.INITIAL,
        amount_yen=9_000_000,
        voted_on=date(2026, 3, 20),
        document="予算書",
        by=office,
        at=NOON,
    )
    return factories.approved(year, "grant", granted_yen=granted_yen)


@remembered
def applied(year: ProjectYear) -> ProjectYear:
    """A project year whose group has applied for the grant."""
    group = group_of(year)
    columns = ("side", "label", "detail", "amount_yen", "from_city")
    year = grants.save_year(
        year,
        fields={
            "content": "内容",
            "starts_on": date(2026, 12, 1),
            "ends_on": date(2027, 1, 31),
        },
        lines=list(year.budget_lines.values(*columns)),
        edit_number=year.edit_number,
        by=group,
        at=NOON,
    )
    return advance(year, "apply", by=group, at=NOON)


@remembered
def selected_proposal(course: str, *, office, years: int = 1, **rules):
    group = factories.member(factories.organization(founded_on=date(2025, 4, 1)))
    call = factories.call(course, **rules)
    proposal = factories.draft(course, by=group, round=call, years=years)
    proposal = advance(proposal, "submit", by=group, at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)
    if course == "collaboration":
        proposal = advance(
            proposal, "start_matching", by=office, at=NOON, department=factories.department().pk
        )
        proposal = advance(proposal, "match", by=office, at=NOON)
    proposal = advance(proposal, "refer", by=office, at=NOON)
    return factories.approved(proposal, "select", assessed_yen=80_000)


@remembered
def ready_proposal(course: str, *, office, years: int = 1, **rules):
    proposal = selected_proposal(course, office=office, years=years, **rules)
    group = group_of(proposal)
    if course != "collaboration":
        return advance(proposal, "prepare", by=office, at=NOON)
    proposal = advance(proposal, "coordinate", by=office, at=NOON)
    clerk = department_clerk(proposal.department)
    grants.propose_terms(
        proposal,
        organization_role="企画と当日の運営",
        department_role="会場の手配と広報",
        cost_share="市が負担金、団体が会費",
        by=clerk,
        at=NOON,
    )
    grants.accept_terms(proposal, side="department", version=1, by=clerk, at=NOON)
    return grants.accept_terms(proposal, side="organization", version=1, by=group, at=NOON)


def department_clerk(department):
    """A person who works for ``department``."""
    person = factories.user()
    Duty.objects.create(user=person, role=Role.DEPARTMENT, department=department)
    person.acting_on = None
    return person.act_on(factories.TODAY)


def group_of(case):
    """The one member of the case's group."""
    return case.organization.members.get().act_on(factories.TODAY)


@remembered
def written_report(year: ProjectYear, *, lines: list[dict] | None = None, **fields) -> Report:
    """The year's report as its group wrote it: nothing is missing, and it balances."""
    report = Report.objects.get(project_year=year)
    words = {
        "completed_on": date(2027, 1, 31),
        "content": "まちの居場所を10回開いた。",
        "results": "のべ120人が参加した。",
        "participants": 120,
    }
    return services.save_report(
        report,
        fields={**words, **fields},
        lines=lines or balanced_lines(),
        edit_number=report.edit_number,
        by=group_of(year),
        at=LATER,
    )


PDF = b"%PDF-1.4 "


def receipt(report: Report, *, number: int = 1, file: bytes | None = None, **said) -> Receipt:
    """A receipt of the first line of spending, as its group enters it.

    :param file: bytes of its PDF; others for each ``number``, if not given.
    """
    line = report.settlement_lines.filter(side="expenditure").earliest("pk")
    fields = {"line": line.pk, "item": "チラシ", "paid_on": date(2026, 12, 10), "amount_yen": 500}
    content = PDF + str(number).encode() if file is None else file
    upload = ContentFile(content, name="領収書.pdf")
    paid = Paid(**{**fields, **said})
    return add_receipt(report, paid, upload=upload, by=group_of(report), at=LATER)


def balanced_lines(*, from_city: int = 75_000, other: int = 20_000) -> list[dict]:
    return [
        factories.line("income", "市の補助", from_city, from_city=True),
        factories.line("income", "会費", other),
        factories.line("expenditure", "印刷", from_city + other),
    ]


@remembered
def sent_report(year: ProjectYear, **fields) -> Report:
    report = written_report(year, **fields)
    return advance(report, "submit", by=group_of(year), at=LATER)


WORDS = {
    "title": "川の自然観察会",
    "partner_names": "川を守る会",
    "form": "co_host",
    "purpose": "川に親しむ。",
    "content": "観察会を3回開いた。",
    "city_role": "広報と会場",
    "partner_role": "案内と安全",
    "results": "のべ60人が参加した。",
    "cost_yen": 30_000,
    "cost_borne_by": "市と団体が半分ずつ",
    "process_score": 4,
    "outcome_score": None,
}


@remembered
def collaboration(
    department=None, *, fiscal_year: int = 2025, measures=(), **words
) -> CollaborationReport:
    """A report that a department began by itself and finished writing."""
    department = department or factories.department()
    clerk = department_clerk(department)
    report = services.open_collaboration_report(
        department, fiscal_year=fiscal_year, title=WORDS["title"], by=clerk, at=NOON
    )
    return services.save_collaboration_report(
        report,
        fields={**WORDS, **words},
        measures=[{"measure": measure, "how": "場をつくった"} for measure in measures],
        edit_number=report.edit_number,
        by=clerk,
        at=NOON,
    )


@remembered
def accepted_collaboration(
    department=None, *, received: bool = True, **words
) -> CollaborationReport:
    """A report that the office accepted.

    :param received: whether the committee received it, on the same day.
    """
    report = collaboration(department, **words)
    report = advance(report, "submit", by=department_clerk(report.department), at=NOON)
    office = factories.anyone(Role.OFFICE)
    report = advance(report, "accept", by=office, at=NOON)
    if not received:
        return report
    return services.record_tabling(report, tabled_on=factories.TODAY, by=office, at=NOON)


@remembered
def published_collaboration(department=None, **words) -> CollaborationReport:
    return factories.approved(accepted_collaboration(department, **words), "publish")
