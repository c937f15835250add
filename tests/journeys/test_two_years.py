"""A Collaboration project of two years in a demonstration, whose clock moves only from its page.

Each year is granted, signed, paid, reported, settled and told by itself; between the two the office
records that the project goes on. The clock of the machine stands still.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from casework.calendar import wareki, wareki_year
from casework.deadlines import KINDS
from casework.services import advance
from grants.flow import YEAR_FLOW
from grants.models import ProjectYear
from tests import factories
from tests.factories import NOON

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.django_db(transaction=True)]

TITLE = "まちの居場所づくり"
PARTIES = ("group", "department", "office")


@dataclass(frozen=True)
class Year:
    """One project year of this journey; days as browsers write them.

    :param opened: the day on which the group could apply; it may for 30 days.
    :param over: a day after the project, on which it is reported and settled.
    """

    number: str
    fiscal_year: int
    opened: str
    apply_by: str
    days: tuple[str, str]
    report_by: str
    over: str
    heading: str

    @property
    def row(self) -> ProjectYear:
        return ProjectYear.objects.get(number=self.number)


FIRST = Year(
    "C-2026-001-1", 2027, "2027-04-01", "2027-05-01", ("2027-06-01", "2028-01-31"),
    "2028-03-01", "2028-02-01", "縁側のあるまち",
)  # fmt: skip
SECOND = Year(
    "C-2026-001-2", 2028, "2028-04-03", "2028-05-03", ("2028-06-01", "2029-01-15"),
    "2029-02-14", "2029-01-20", "縁側のあるまち 二年目",
)  # fmt: skip


@pytest.fixture
def people(clock, settings):
    """A project of two years that was just selected, and everybody, in a demonstration."""
    settings.DEMO = True
    factories.sender()
    call = factories.call(
        "collaboration", agreement_parties="organization city department", earlier_year_blocks="yes"
    )
    proposal = factories.draft("collaboration", round=call, years=2)
    office, department = factories.user(Role.OFFICE), factories.user(Role.DEPARTMENT)
    group = proposal.organization.members.get()
    proposal = advance(proposal, "submit", by=group, at=NOON)
    proposal = advance(proposal, "accept", by=office, at=NOON)
    asked = department.duty_set.get().department_id
    proposal = advance(proposal, "start_matching", by=office, at=NOON, department=asked)
    for verb in ("match", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    factories.approved(proposal, "select", assessed_yen=80_000)
    return {
        "edition": call.edition,
        "group": group,
        "office": office,
        "department": department,
        "approver": factories.user(Role.APPROVER),
        "accounting": factories.user(Role.ACCOUNTING),
    }


def test_project_of_two_years_by_the_clock_of_the_demonstration(desk, people):
    steps.move_the_clock(desk, people["office"], to=FIRST.opened)
    steps.agree_on_roles_and_costs(desk, TITLE, **{name: people[name] for name in PARTIES})
    carry_out(desk, people, FIRST)
    steps.move_the_clock(desk, people["office"], to=SECOND.opened)
    continue_the_project(desk, people)
    carry_out(desk, people, SECOND)
    read_it_as_anybody(desk)

    for year in (FIRST, SECOND):
        check_papers(year)
    states = ProjectYear.objects.order_by("position").values_list("state", flat=True)
    assert list(states) == ["settled", "settled"]


def carry_out(desk, people, year: Year) -> None:
    """One year from its application on the last day to the report that everyone reads."""
    city = steps.of_the_city(people)
    label = KINDS["grant_application"].label
    steps.go_to_the_next_deadline(desk, people["office"], label, on=year.apply_by)
    steps.enter_the_budget(desk, people["edition"], office=people["office"], voted_on=year.opened)
    steps.apply_and_be_granted(desk, year.number, group=people["group"], days=year.days, **city)
    steps.sign_the_agreement(
        desk, year.number, day=year.apply_by, **{name: people[name] for name in PARTIES}
    )
    see_the_dates(desk, year)
    money = {"accounting": people["accounting"]}
    steps.pay(
        desk, year.number, kind="advance", amount="80,000", day=year.apply_by,
        group=people["group"], office=people["office"], **money,
    )  # fmt: skip
    steps.move_the_clock(desk, people["office"], to=year.over)
    last_day = year.days[1]
    steps.report_the_year(desk, year.number, group=people["group"], completed_on=last_day)
    steps.settle(desk, year.number, day=year.over, **money, **city)
    steps.publish_the_report(
        desk, f"{year.number}-K", heading=year.heading, department=people["department"], **city
    )


def see_the_dates(desk, year: Year) -> None:
    """The page says that the report is due 30 days after the last day of this very year."""
    last_day = wareki(date.fromisoformat(year.days[1]))
    desk.says(".eyebrow", wareki_year(year.fiscal_year))
    desk.says("#deadlines", year.report_by, f"{last_day}（事業の終わる日）の翌日から起算して30日目")


def continue_the_project(desk, people) -> None:
    """The office finds the second year on its desk, and records the decision to go on."""
    desk.sit_down(people["office"], "/office/")
    desk.open(SECOND.number)
    desk.stands_at(YEAR_FLOW.stages["expected"])
    desk.move("plan", decided_on="2028-03-31", document="継続決定書")
    desk.says(".page-head", YEAR_FLOW.stages["planned"].label)
    desk.says("#deadlines", SECOND.apply_by)
    desk.says("#decision", "継続決定書", "2028-03-31")


def check_papers(year: Year) -> None:
    """Each year has its own letters, notices and dates, and nothing is open."""
    case, applied_on = year.row, date.fromisoformat(year.apply_by)
    due = dict(case.deadlines.values_list("kind", "due_on"))
    letters = dict(case.letters.values_list("kind", "issued_on"))

    assert letters == {"granted": applied_on, "confirmed": date.fromisoformat(year.over)}
    assert due["grant_application"] == date.fromisoformat(year.opened) + timedelta(days=30)
    assert due["withdrawal"] == applied_on + timedelta(days=20)
    assert due["report"] == date.fromisoformat(year.days[1]) + timedelta(days=30)
    assert due["repayment"] == date.fromisoformat(year.over) + timedelta(days=30)
    assert not case.deadlines.open().duties().exists()
    assert {"deadline_near", "letter_sent", "your_turn"} <= set(
        case.notices.filter(state="sent").values_list("kind", flat=True)
    )


def read_it_as_anybody(desk) -> None:
    """Everyone reads both reports, and in the register what both years came to."""
    page = desk.sit_down(None, "/reports/")
    for year in (SECOND, FIRST):
        card = page.locator(".report-cards .card").filter(
            has=page.get_by_role("link", name=year.heading, exact=True)
        )
        expect(card).to_contain_text(wareki_year(year.fiscal_year))
    page.goto("/register/")
    row = page.locator("tr").filter(has_text=TITLE)
    expect(row).to_contain_text("160,000円")
    expect(row).to_contain_text("150,000円")
