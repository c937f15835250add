"""A project of each course on the city's own rules, most of them not set, from draft to settled.

Whatever only the office knows is missing at first: each step that needs it says so, and where it is
entered. What nobody set never stops a group, is no date, and stands in no letter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.models import Department, Duty, Role, User
from casework import approvals, city, verification
from casework.errors import NotPossible
from casework.models import Case, Deadline, Letter, Sender
from casework.services import advance
from grants import agreements, eligibility, services
from grants.models import BudgetEntry, CourseEdition, Payment, ProjectYear, Proposal, Round
from guideline.models import Measure
from reporting import services as reporting
from reporting.models import CollaborationReport, Report
from reviews import decisions
from reviews import services as selection
from tests import factories
from tests.factories import JAPAN, NOON
from tests.pdf_text import pdf_text
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

#: What a course asks for and gets, in yen, and the fiscal year of its first project year.
COURSES = {
    "startup": (80_000, 2026),
    "revitalization": (300_000, 2027),
    "collaboration": (400_000, 2027),
}


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, 0, tzinfo=JAPAN)


@dataclass
class Walk:
    """One project on its way, and everybody who takes a step of it."""

    course: str
    office: User = field(default_factory=lambda: factories.user(Role.OFFICE))
    approver: User = field(default_factory=lambda: factories.user(Role.APPROVER))
    accounting: User = field(default_factory=lambda: factories.user(Role.ACCOUNTING))
    member: User = field(default_factory=lambda: factories.user(Role.PANEL))
    group: User = field(default_factory=lambda: factories.member(factories.organization()))

    @property
    def edition(self) -> CourseEdition:
        return CourseEdition.objects.filter(course=self.course).latest("first_fiscal_year")

    @property
    def department(self) -> Department:
        return Department.objects.get(name="公的不動産活用課")

    @property
    def clerk(self) -> User:
        duty = Duty.objects.filter(department=self.department).first()
        if duty is None:
            duty = Duty.objects.create(
                user=factories.user(), role=Role.DEPARTMENT, department=self.department
            )
        return duty.user

    def decide(self, case: Case, verb: str, *, at: datetime, **facts) -> Case:
        """Draft a decision and have it approved, as the page of the case does."""
        wish = approvals.Wish(case, verb, facts)
        draft = approvals.draft("起案", [wish], by=self.office, at=at)
        advance(draft, "approve", by=self.approver, at=at, decided_on=at.date())
        return type(case).objects.get(pk=case.pk)


def refused(words: str, step: Callable, *arguments, **named) -> None:
    """Take ``step`` in vain: what is missing is said in ``words``."""
    with pytest.raises((NotPossible, ValidationError)) as refusal:
        step(*arguments, **named)
    error = refusal.value
    said = str(error.why) if isinstance(error, NotPossible) else " ".join(error.messages)
    assert words in said


@pytest.fixture(autouse=True)
def reference():
    """What a new installation holds: no sender, no symbol of letters, no budget, no rubric."""
    call_command("load_reference", verbosity=0)


def propose(walk: Walk, asks: int) -> Proposal:
    """A group of which nothing is known but its name begins, writes and files a proposal."""
    call = services.open_round(
        walk.edition, fiscal_year=2026, name="募集", opens_at=NOON - timedelta(days=1),
        closes_at=NOON + timedelta(days=20), budget_yen=None, by=walk.office, at=NOON,
    )  # fmt: skip
    group = walk.group.organizations.get()
    draft = services.start_draft(call, group, title="浜の縁側", by=walk.group, at=NOON)
    words = {"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果"}
    draft = services.save_draft(
        draft, fields=words, lines=lines_of(asks), edit_number=0, by=walk.group, at=NOON,
        measures=[{"measure": Measure.objects.first(), "how": "場をつくる"}],
    )  # fmt: skip
    draft = services.pledge(draft, name="団体の代表", by=walk.group, at=NOON)
    return advance(draft, "submit", by=walk.group, at=NOON)


def lines_of(from_city: int, other: int = 20_000) -> list[dict]:
    return [
        factories.line("income", "市の補助", from_city, from_city=True),
        factories.line("income", "会費", other),
        factories.line("expenditure", "印刷", from_city + other),
    ]


def find_a_department(walk: Walk, proposal: Proposal) -> Proposal:
    if not proposal.matches_department:
        return proposal
    proposal = advance(
        proposal, "start_matching", by=walk.office, at=NOON, department=walk.department.pk
    )
    return advance(proposal, "match", by=walk.clerk, at=NOON)


@remembered
def select(walk: Walk, proposal: Proposal) -> Proposal:
    """Select the proposal; rubric, members, budget of the round and sender are missing at first."""
    call = proposal.round
    refused("Enter it on the page “Selection”", advance, proposal, "refer", by=walk.office, at=NOON)
    selection.set_rubric(
        call, criteria=factories.CRITERIA, **factories.SELECTION, by=walk.office, at=NOON
    )
    selection.add_seat(call, user=walk.member, by=walk.office, at=NOON)
    proposal = advance(proposal, "refer", by=walk.office, at=NOON)
    score(walk, proposal)
    outcomes = [decisions.Outcome(proposal, "select", departure="合議による")]
    drafted = {"outcomes": outcomes, "by": walk.office, "at": NOON}
    refused("budget of this round is not set", decisions.draft_decision, call, **drafted)
    fund(walk, call)
    draft = decisions.draft_decision(call, **drafted)
    approval = {"by": walk.approver, "at": NOON, "decided_on": NOON.date()}
    refused("Enter the sender under Settings", advance, draft, "approve", **approval)
    name = Sender(title="架空市長", name="架空 太郎", valid_from=date(2026, 4, 1))
    city.add_sender(name, by=walk.office, at=NOON)
    advance(draft, "approve", **approval)
    return Proposal.objects.get(pk=proposal.pk)


def score(walk: Walk, proposal: Proposal) -> None:
    sheet = proposal.sheets.get()
    points = {criterion.pk: 4 for criterion in proposal.round.rubric.criteria.all()}
    sheet = selection.save_scores(
        sheet, points=points, comment="", by=walk.member, at=NOON, edit_number=0
    )
    selection.submit_sheet(sheet, by=walk.member, at=NOON)


def fund(walk: Walk, call: Round) -> None:
    services.change_round(
        call, opens_at=call.opens_at, closes_at=call.closes_at, budget_yen=1_000_000,
        reason="予算が決まった", by=walk.office, at=NOON,
    )  # fmt: skip


def open_the_year(walk: Walk, proposal: Proposal) -> ProjectYear:
    if not proposal.matches_department:
        advance(proposal, "prepare", by=walk.office, at=NOON)
        return proposal.project_years.get()
    proposal = advance(proposal, "coordinate", by=walk.office, at=NOON)
    services.propose_terms(
        proposal, organization_role="運営", department_role="広報", cost_share="負担金",
        by=walk.clerk, at=NOON,
    )  # fmt: skip
    services.accept_terms(proposal, side="department", version=1, by=walk.clerk, at=NOON)
    services.accept_terms(proposal, side="organization", version=1, by=walk.group, at=NOON)
    return proposal.project_years.get()


def be_granted(walk: Walk, year: ProjectYear, asks: int) -> ProjectYear:
    """Apply before the year begins; it is granted once its budget has been voted, and is."""
    days = {"content": "内容", "starts_on": date(year.fiscal_year, 12, 1)}
    year = services.save_year(
        year, fields={**days, "ends_on": date(year.fiscal_year + 1, 1, 31)},
        lines=lines_of(asks), edit_number=0, by=walk.group, at=NOON,
    )  # fmt: skip
    year = advance(year, "apply", by=walk.group, at=NOON)
    grant = {"granted_yen": asks}
    refused("budget", walk.decide, year, "grant", at=NOON, **grant)
    begun = max(NOON, noon(year.fiscal_year, 4, 1))
    budget = {"kind": BudgetEntry.Kind.INITIAL, "amount_yen": 1_000_000, "document": "予算書"}
    services.enter_budget(
        walk.edition, fiscal_year=year.fiscal_year, voted_on=date(year.fiscal_year, 3, 20),
        by=walk.office, at=begun, **budget,
    )  # fmt: skip
    return walk.decide(year, "grant", at=begun, **grant)


@remembered
def be_paid(walk: Walk, year: ProjectYear, kind: str, yen: int, *, at: datetime) -> None:
    factories.paid(year, yen, kind, by=walk.accounting, at=at)


def sign(walk: Walk, year: ProjectYear, *, at: datetime) -> list[str]:
    """Let those sign whom the document names, as nobody set who does; return who they are."""
    hands = {"organization": walk.group, "city": walk.office}
    parties = agreements.parties_of(year)
    for party in parties:
        agreements.sign_agreement(
            year, party=party, name="名", signed_on=at.date(), by=hands[party], at=at
        )
    return parties


def report_and_settle(walk: Walk, year: ProjectYear, spent: int, *, at: datetime) -> ProjectYear:
    report = Report.objects.get(project_year=year)
    words = {"completed_on": year.ends_on, "content": "行ったこと", "results": "成果"}
    report = reporting.save_report(
        report, fields=words, lines=lines_of(spent), edit_number=report.edit_number,
        by=walk.group, at=at,
    )  # fmt: skip
    advance(report, "submit", by=walk.group, at=at)
    confirmed = report.settlement.proposed_confirmed_yen
    factories.judged(year)
    year = walk.decide(
        ProjectYear.objects.get(pk=year.pk), "confirm", at=at, confirmed_yen=confirmed
    )
    assert not year.deadlines.open().filter(kind="withdrawal").exists()
    be_paid(walk, year, Payment.Kind.REPAYMENT, -year.balance_yen, at=at)
    return advance(year, "settle", by=walk.accounting, at=at)


@remembered
def publish(walk: Walk, year: ProjectYear, *, at: datetime) -> CollaborationReport:
    """The department writes its report; when the committee receives it is not set, and stops nothing."""
    report = CollaborationReport.objects.get(project_year=year)
    names = ("title", "partner_names", "form", "purpose", "content", "city_role", "partner_role")
    report = reporting.save_collaboration_report(
        report, fields={**{name: getattr(report, name) for name in names}, "results": "成果"},
        measures=[], edit_number=report.edit_number, by=walk.clerk, at=at,
    )  # fmt: skip
    report = advance(report, "submit", by=walk.clerk, at=at)
    report = advance(report, "accept", by=walk.office, at=at)
    return factories.released(report, at=at)


@pytest.mark.parametrize("course", COURSES)
def test_course_is_walked_on_its_own_rules(course):
    asks, fiscal_year = COURSES[course]
    walk = Walk(course)

    proposal = propose(walk, asks)
    assert not [c for c in eligibility.checks(proposal, on=NOON.date()) if c.outcome == "fails"]
    if course != "revitalization":  # of its requirements nothing is known
        refused("wait for an answer", advance, proposal, "accept", by=walk.office, at=NOON)
    proposal = factories.accept(proposal, by=walk.office)
    proposal = select(walk, find_a_department(walk, proposal))
    year = open_the_year(walk, proposal)
    assert year.fiscal_year == fiscal_year
    year = be_granted(walk, year, asks)
    day = noon(fiscal_year, 12, 1)
    signed = sign(walk, year, at=day)
    assert signed == (["organization", "city"] if course == "collaboration" else [])
    be_paid(walk, year, Payment.Kind.ADVANCE, asks, at=day)
    over = noon(fiscal_year + 1, 2, 1)
    year = report_and_settle(walk, year, asks - 5_000, at=over)

    assert (year.state, year.confirmed_yen) == ("settled", asks - 5_000)
    if course == "collaboration":
        published = publish(walk, year, at=over)
        assert published.state == "published"
        assert "浜の縁側" in pdf_text(bytes(published.publication.pdf))
    assert_no_date_is_invented()
    assert_letters_say_what_is_known(asks)
    assert list(verification.faults()) == []


def assert_no_date_is_invented() -> None:
    """Only the close of the call is a date; every other one is shown as not set."""
    for deadline in Deadline.objects.exclude(kind="call"):
        assert deadline.due_on is None, deadline
        assert "not set" in deadline.in_words.lower(), deadline


def assert_letters_say_what_is_known(asks: int) -> None:
    """Letters bear number and sender; nothing stands for what nobody set."""
    letters = list(Letter.objects.order_by("number"))
    assert [letter.kind for letter in letters] == ["selected", "granted", "confirmed"]
    for letter in letters:
        words = pdf_text(bytes(letter.pdf))
        assert "架空　太郎" in words.replace(" ", "　")
        assert f"{asks:,}円" in words
        assert not [
            invented for invented in ("公印", "None", "未設定", "まで提出") if invented in words
        ]
