"""Each course walks its own road from draft to settled, and at every stop no move of another's.

``ROADS`` says which moves of the table can be made at each stop, whoever makes them; the walk tries
every other move of the table there, and each must be refused. The project year and its report are
two machines that move together: both are looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.models import Duty, Role, User
from casework import verification
from casework.errors import NotPossible
from casework.models import Case, Event
from casework.services import advance, refusal
from grants import agreements, services
from grants.models import BudgetEntry, Payment, ProjectYear, Proposal
from reporting import services as reporting
from reporting.models import CollaborationReport, Report
from tests import factories
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

#: What can be done to a proposal at each stop, in all courses.
OPEN_TO_ALL = {
    "draft": "submit withdraw",
    "submitted": "accept send_back ineligible withdraw",
    "in_selection": "select reserve decline withdraw",
    "ready": "renounce rescind",
}
#: What a course without a department can do besides.
WITHOUT_DEPARTMENT = {
    **OPEN_TO_ALL,
    "accepted": "refer send_back withdraw",
    "selected": "prepare renounce rescind",
}
#: A course with a department meets two stops more; the talks end when both sides have accepted.
WITH_DEPARTMENT = {
    **OPEN_TO_ALL,
    "accepted": "start_matching send_back withdraw",
    "matching": "match no_match send_back withdraw",
    "matched": "refer send_back withdraw",
    "selected": "coordinate renounce rescind",
    "coordinating": "fall_through renounce rescind",
}
#: What can be done to a project year at each stop; ``report`` follows from the report only.
YEAR = {
    "expected": "plan defer withdraw not_continue not_fund",
    "planned": "apply withdraw postpone not_continue not_fund",
    "applied": "send_back grant refuse withdraw",
    "granted": "withdraw postpone discontinue report revoke",
    "paid": "discontinue report revoke",
    "reported": "return_report revoke",
    "reported_and_judged": "return_report confirm revoke",
    "report_returned": "report revoke",
    "confirmed": "revoke",
    "balanced": "settle revoke",
    "settled": "revoke",
}
#: What can be done to the group's report: before it is complete, when it is, and after that.
REPORT = {
    "begun": "drop",
    "drafting": "submit drop",
    "submitted": "send_back accept drop",
    "returned": "resubmit drop",
    "accepted": "",
}
#: What can be done to the report that the department writes of a collaboration.
COLLABORATION = {
    "requested": "start",  # a project of the program asks for it: no “none”
    "drafting": "submit",
    "submitted": "send_back accept",
    "accepted": "send_back publish",
    "published": "correct withdraw",
}


@dataclass
class Road:
    """What differs from course to course on the way."""

    stops: dict[str, str]
    series: str
    first_year: int
    years: int = 1
    verbs: tuple[str, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)
    writes_a_report: bool = False


PLAIN = ("open", "pledge", "submit", "accept", "refer", "select", "prepare")
WITH_TALKS = (
    "open", "pledge", "submit", "accept", "start_matching", "match", "refer", "select",
    "coordinate", "propose_terms", "accept_terms", "accept_terms", "agree",
)  # fmt: skip
ROADS = {
    "startup": Road(WITHOUT_DEPARTMENT, "S", 2026, verbs=PLAIN),
    "revitalization": Road(WITHOUT_DEPARTMENT, "R", 2027, verbs=PLAIN),
    "collaboration": Road(
        WITH_DEPARTMENT, "C", 2027, years=3, verbs=WITH_TALKS,
        rules={"agreement_parties": "organization city department"}, writes_a_report=True,
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@dataclass
class People:
    """Everybody who walks, each acting on the day of the walk."""

    group: User
    department: User
    office: User = field(default_factory=lambda: factories.user(Role.OFFICE))
    accounting: User = field(default_factory=lambda: factories.user(Role.ACCOUNTING))
    approver: User = field(default_factory=lambda: factories.user(Role.APPROVER))

    def who_could(self, case: Case, verb: str) -> User:
        """Return somebody whom the table lets make ``verb``, so that only the road refuses it."""
        everybody = (self.office, self.group, self.department, self.accounting, self.approver)
        allowed = (u for u in everybody if u.has_perm(case.flow[verb].who, case))
        return next(allowed, self.office)


@pytest.fixture
def people() -> People:
    clerk = factories.user()
    Duty.objects.create(user=clerk, role=Role.DEPARTMENT, department=factories.department())
    clerk.acting_on = None
    return People(factories.member(factories.organization()), clerk.act_on(TODAY))


@remembered
def stop(case: Case, possible: str, people: People, *, at: datetime = NOON) -> None:
    """Look at every move of the table: these are possible here, and each other one is refused."""
    here = type(case).objects.get(pk=case.pk)
    for verb, move in here.flow.items():
        if verb in possible.split():
            assert here.state in move.source, (here.state, verb)
            assert refusal(here, move, at=at) is None, (here.state, verb)
            continue
        before = here.events.count()
        with (
            pytest.raises((TransitionNotAllowed, NotPossible, PermissionDenied)),
            transaction.atomic(),
        ):
            advance(here, verb, by=people.who_could(here, verb), at=at)
            pytest.fail(f"{here.state}: {verb} was made")
        assert here.events.count() == before


def walk_the_proposal(course: str, road: Road, people: People) -> Proposal:
    """Walk from the draft to the opened project years, looking around at every stop."""
    call = factories.call(course, **road.rules)
    case = factories.draft(course, by=people.group, round=call, years=road.years)
    department = next(iter(people.department.duties.departments))

    def look() -> None:
        stop(case, road.stops[case.state], people)

    look()
    case = advance(case, "submit", by=people.group, at=NOON)
    assert case.number == f"{road.series}-2026-001"
    look()
    case = advance(case, "accept", by=people.office, at=NOON)
    look()
    if "matching" in road.stops:
        case = advance(case, "start_matching", by=people.office, at=NOON, department=department)
        look()
        case = advance(case, "match", by=people.department, at=NOON)
        look()
    case = advance(case, "refer", by=people.office, at=NOON)
    look()
    case = factories.approved(case, "select", assessed_yen=80_000)
    look()
    if "coordinating" not in road.stops:
        case = advance(case, "prepare", by=people.office, at=NOON)
    else:
        case = advance(case, "coordinate", by=people.office, at=NOON)
        look()
        case = agree(case, people, look)
    look()
    return case


def agree(proposal: Proposal, people: People, look: Callable[[], None]) -> Proposal:
    """Write the terms down; they hold when both sides have accepted them, and not before."""
    services.propose_terms(
        proposal, organization_role="運営", department_role="広報", cost_share="負担金",
        by=people.department, at=NOON,
    )  # fmt: skip
    services.accept_terms(proposal, side="department", version=1, by=people.department, at=NOON)
    look()
    return services.accept_terms(proposal, side="organization", version=1, by=people.group, at=NOON)


def walk_a_year(year: ProjectYear, people: People, *, at: datetime) -> ProjectYear:
    """Walk one project year to its settled account: 80,000 yen granted, 75,000 confirmed."""
    people_act_on(people, at)
    days = {
        "content": "内容",
        "starts_on": date(year.fiscal_year, 12, 1),
        "ends_on": date(year.fiscal_year + 1, 1, 31),
    }
    year = services.save_year(
        year, fields=days, lines=lines_of(year), edit_number=0, by=people.group, at=at
    )
    services.enter_budget(
        year.proposal.round.edition, fiscal_year=year.fiscal_year, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=300_000, voted_on=date(2026, 3, 20), document="予算書", by=people.office, at=at,
    )  # fmt: skip
    stop(year, YEAR["planned"], people, at=at)
    year = advance(year, "apply", by=people.group, at=at)
    stop(year, YEAR["applied"], people, at=at)
    year = factories.approved(year, "grant", at=at, granted_yen=80_000)
    stop(year, YEAR["granted"], people, at=at)
    at = max(at, datetime(year.fiscal_year, 4, 2, 12, 0, tzinfo=JAPAN))  # when its books are open
    people_act_on(people, at)
    sign(year, people, at=at)
    pay(year, Payment.Kind.ADVANCE, 80_000, people, at=at)
    stop(year, YEAR["paid"], people, at=at)
    at = datetime(year.fiscal_year + 1, 2, 1, 12, 0, tzinfo=JAPAN)  # the project is over
    people_act_on(people, at)
    year = walk_the_report(year, people, at=at)
    assert year.balance_yen == -5_000
    stop(year, YEAR["confirmed"], people, at=at)
    pay(year, Payment.Kind.REPAYMENT, 5_000, people, at=at)
    stop(year, YEAR["balanced"], people, at=at)
    year = advance(year, "settle", by=people.accounting, at=at)
    stop(year, YEAR["settled"], people, at=at)
    return year


def people_act_on(people: People, at: datetime) -> None:
    for person in (people.group, people.office, people.department, people.accounting):
        person.act_on(at.date())


def walk_the_report(year: ProjectYear, people: People, *, at: datetime) -> ProjectYear:
    """Send the report in, have it returned, send it again, and confirm what it says was spent."""
    report = Report.objects.get(project_year=year)

    def look(at_report: str, at_year: str) -> None:
        stop(report, REPORT[at_report], people, at=at)
        stop(year, YEAR[at_year], people, at=at)

    look("begun", "paid")
    report = reporting.save_report(
        report,
        fields={"completed_on": year.ends_on, "content": "行ったこと", "results": "成果"},
        lines=[
            factories.line("income", "市の補助", 75_000, from_city=True),
            factories.line("income", "会費", 20_000),
            factories.line("expenditure", "印刷", 95_000),
        ],
        edit_number=report.edit_number, by=people.group, at=at,
    )  # fmt: skip
    assert report.settlement.balances
    look("drafting", "paid")
    report = advance(report, "submit", by=people.group, at=at)
    look("submitted", "reported")
    report = advance(report, "send_back", by=people.office, at=at, reason="領収書が足りない")
    look("returned", "report_returned")
    report = advance(report, "resubmit", by=people.group, at=at)
    factories.judged(year)
    look("submitted", "reported_and_judged")
    confirmed = report.settlement.proposed_confirmed_yen
    year = factories.approved(year, "confirm", at=at, confirmed_yen=confirmed)
    look("accepted", "confirmed")
    return year


def walk_the_collaboration_report(year: ProjectYear, people: People) -> CollaborationReport:
    """Walk what the department owes of one project year from the request to its publication."""
    report = CollaborationReport.objects.get(project_year=year)
    at = report.opened_at

    def look(here: str) -> None:
        stop(report, COLLABORATION[here], people, at=at)

    look("requested")
    report = advance(report, "start", by=people.department, at=at)
    told = {name: getattr(report, name) for name in ("title", "partner_names", "form", "purpose")}
    report = reporting.save_collaboration_report(
        report, fields={**told, "results": "成果"}, measures=[],
        edit_number=report.edit_number, by=people.department, at=at,
    )  # fmt: skip
    look("drafting")
    report = advance(report, "submit", by=people.department, at=at)
    look("submitted")
    report = advance(report, "accept", by=people.office, at=at)
    look("accepted")
    report = factories.approved(report, "publish", at=at)
    look("published")
    return report


def lines_of(year: ProjectYear) -> list[dict]:
    """Return the lines of the proposal, which every year of the test repeats."""
    columns = ("side", "label", "detail", "amount_yen", "from_city")
    return list(year.proposal.budget_lines.order_by("pk").values(*columns))


def sign(year: ProjectYear, people: People, *, at: datetime) -> None:
    """Let every party of the agreement sign; while one is missing, nothing can be paid."""
    hands = {"organization": people.group, "department": people.department, "city": people.office}
    for party in agreements.parties_of(year):
        with pytest.raises(ValidationError):
            pay(year, Payment.Kind.ADVANCE, 80_000, people, at=at)
        agreements.sign_agreement(
            year, party=party, name="名", signed_on=at.date(), by=hands[party], at=at
        )


@remembered
def pay(year: ProjectYear, kind: str, amount_yen: int, people: People, *, at: datetime) -> None:
    factories.paid(year, amount_yen, kind, by=people.accounting, at=at)


@pytest.mark.parametrize("course", ROADS)
def test_course_walks_its_road_from_draft_to_settled(course, people):
    road = ROADS[course]

    proposal = walk_the_proposal(course, road, people)
    years = list(proposal.project_years.order_by("position"))
    assert [y.fiscal_year for y in years] == [road.first_year + n for n in range(road.years)]
    for year in years:
        at = NOON
        if year.position > 1:
            at = datetime(year.fiscal_year, 4, 2, 12, 0, tzinfo=JAPAN)
            stop(year, YEAR["expected"], people, at=at)
            people.office.act_on(at.date())
            decision = {"decided_on": at.date(), "document": "継続決定書"}
            year = advance(year, "plan", by=people.office, at=at, **decision)
        year = walk_a_year(year, people, at=at)
        assert year.state == "settled"
        if road.writes_a_report:
            assert walk_the_collaboration_report(year, people).state == "published"

    verbs = Event.objects.filter(case=proposal).order_by("pk").values_list("verb", flat=True)
    assert tuple(verbs) == road.verbs
    assert list(verification.faults()) == []


@pytest.mark.parametrize("course", ROADS)
def test_walk_visits_every_stop_that_is_declared(course, people):
    road = ROADS[course]

    proposal = walk_the_proposal(course, road, people)

    met = set(proposal.events.values_list("target", flat=True))
    assert met == set(road.stops)


def test_roads_declare_only_moves_of_the_tables():
    declared = {
        Proposal: [stops for road in ROADS.values() for stops in road.stops.values()],
        ProjectYear: YEAR.values(),
        Report: REPORT.values(),
        CollaborationReport: COLLABORATION.values(),
    }

    for machine, stops in declared.items():
        assert set(" ".join(stops).split()) <= set(machine.flow)
