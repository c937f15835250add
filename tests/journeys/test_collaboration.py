"""A whole Collaboration project in a browser: from the draft to the department's public report.

What it has besides the other courses: a department that takes part, agrees on roles and costs,
signs the yearly agreement, and reports. Selected in one fiscal year, it runs in the next.
"""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from grants.flow import PROPOSAL_FLOW, YEAR_FLOW
from grants.models import ProjectYear, Proposal
from reporting.flow import COLLABORATION_FLOW
from tests import factories
from tests.factories import JAPAN
from tests.pdf_text import pdf_text

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.django_db(transaction=True)]

TITLE, HEADING = "まちの居場所づくり", "縁側のあるまち"
NUMBER, YEAR, REPORT = "C-2026-001", "C-2026-001-1", "C-2026-001-1-K"
TALKS = datetime(2027, 4, 2, 12, 0, tzinfo=JAPAN)
DAY_OF_THE_GRANT = datetime(2027, 4, 5, 10, 0, tzinfo=JAPAN)
AFTER_THE_PROJECT = datetime(2028, 2, 1, 12, 0, tzinfo=JAPAN)
OVER = "All project years of this proposal have ended. Nothing is expected any more; see the years below."
ALL_PARTIES = "organization city department"


@pytest.fixture
def people(clock):
    """An open call in which three parties sign, and everybody; all else is clicked together."""
    factories.sender()
    call = factories.call("collaboration", matching_days="30", agreement_parties=ALL_PARTIES)
    return {
        "call": call,
        "measure": factories.measure(),
        "group": factories.member(factories.organization(name="縁側の会")),
        "office": factories.user(Role.OFFICE),
        "approver": factories.user(Role.APPROVER),
        "accounting": factories.user(Role.ACCOUNTING),
        "department": factories.user(Role.DEPARTMENT),
        "panel": call.seats.get().user,
    }


def test_collaboration_from_draft_to_published_report(desk, people, clock):
    city = steps.of_the_city(people)
    file_the_proposal(desk, people)
    match(desk, people)
    be_selected(desk, people)
    clock(TALKS)
    steps.agree_on_roles_and_costs(
        desk, TITLE, **{name: people[name] for name in ("office", "department", "group")}
    )
    see_by_when_to_apply(desk, people)
    clock(DAY_OF_THE_GRANT)
    receive_the_grant(desk, people)
    sign_and_be_paid(desk, people)
    clock(AFTER_THE_PROJECT)
    report_and_settle(desk, people)
    name_the_day(desk, people)
    steps.publish_the_report(desk, REPORT, heading=HEADING, department=people["department"], **city)
    read_it_as_anybody(desk, people)

    assert ProjectYear.objects.get().fiscal_year == 2027
    assert Proposal.objects.get().fiscal_year == 2026


def file_the_proposal(desk, people) -> None:
    """The group names the department it would like, and sees that the proposal is filed."""
    wished = people["department"].duty_set.get().department.name
    steps.propose(desk, people["call"].name, TITLE, group=people["group"], department=wished)
    desk.says(".page-head", PROPOSAL_FLOW.stages["submitted"].label)
    desk.says("#filing", "This proposal is filed.", NUMBER)
    desk.says("#matching", wished)


def match(desk, people) -> None:
    """The office asks the department that was wished for; it takes part; the office refers."""
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.stands_at(PROPOSAL_FLOW.stages["submitted"])
    desk.move("accept")
    desk.stands_at(PROPOSAL_FLOW.stages["accepted"])
    desk.begin("start_matching")
    chosen = page.locator("[name=department] option:checked")
    expect(chosen).to_have_text(people["department"].duty_set.get().department.name)
    desk.send()
    desk.says("#deadlines", "2026-12-20", "担当課に協議を依頼した日", "30日目")
    desk.sit_down(people["department"], "/department/")
    desk.open(TITLE)
    desk.stands_at(PROPOSAL_FLOW.stages["matching"])
    desk.says(".next-step", "2026-12-20")
    desk.move("match", note="公園の使用を調整する。")
    desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.stands_at(PROPOSAL_FLOW.stages["matched"])
    desk.says("#matching", "公園の使用を調整する。")
    desk.move("refer")


def be_selected(desk, people) -> None:
    """The panel scores, the approver decides, the group reads the letter."""
    steps.decide_the_selection(
        desk, TITLE, call=people["call"], scores={people["panel"]: 8}, **steps.of_the_city(people)
    )
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    desk.says(".page-head", PROPOSAL_FLOW.stages["selected"].label)
    assert "80,000円" in steps.read_the_letter(desk, "採択決定通知書")


def see_by_when_to_apply(desk, people) -> None:
    """The group finds the year that was opened on its desk, with its number and its date."""
    page = desk.sit_down(people["group"], "/my/")
    row = page.locator("tr").filter(has=page.get_by_text(YEAR, exact=True))
    expect(row).to_contain_text("2027-05-02")
    desk.open(YEAR)
    desk.says(".eyebrow", "令和9年度")
    desk.says("#deadlines", "2027-05-02", "30日目")


def receive_the_grant(desk, people) -> None:
    """The city has voted its budget; the group applies, and reads the agreement of the year."""
    steps.enter_the_budget(
        desk, people["call"].edition, office=people["office"], voted_on="2027-03-19"
    )
    steps.apply_and_be_granted(
        desk, TITLE, group=people["group"], days=("2027-05-10", "2028-01-31"),
        **steps.of_the_city(people),
    )  # fmt: skip
    desk.sit_down(people["group"], "/my/")
    desk.open(YEAR)
    granted = YEAR_FLOW.stages["granted"]
    desk.stands_at(granted, todo="年度協定書")
    desk.says(".next-step", granted.todo, "2028-03-01")
    desk.says("#deadlines", "事業の終わる日", "30日目", "2028-03-01", "実績報告の最終期日")
    words = steps.read_the_letter(desk, "協定書")
    for said in (
        "令和9年度協働事業協定書",
        "80,000円",
        "企画と運営",
        "会場と広報",
        "甲",
        "乙",
        "丙",
    ):
        assert said in words


def sign_and_be_paid(desk, people) -> None:
    """Accounting is told to wait until all three have signed; then it pays most in advance."""
    desk.sit_down(people["accounting"], f"/cases/{ProjectYear.objects.get().pk}/")
    desk.says("#money", "協定書")
    desk.says("#agreement", "not signed yet")
    steps.sign_the_agreement(
        desk, YEAR, day="2027-04-05",
        **{name: people[name] for name in ("group", "department", "office")},
    )  # fmt: skip
    steps.pay(
        desk, TITLE, accounting=people["accounting"], kind="advance", amount="60,000",
        day="2027-04-05", group=people["group"], office=people["office"],
    )  # fmt: skip
    desk.says("#money", "60,000円", "20,000円")


def report_and_settle(desk, people) -> None:
    """The settlement balances at 95,000 yen; the city confirms 75,000 and pays the 15,000 left."""
    steps.report_the_year(desk, TITLE, group=people["group"], completed_on="2028-01-31")
    desk.says(".settlement-steps", "95,000円", "20,000円", "75,000円")
    steps.settle(
        desk, TITLE, accounting=people["accounting"], day="2028-02-01",
        rest=("balance", "15,000"), group=people["group"], **steps.of_the_city(people),
    )  # fmt: skip
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    desk.says(".next-step", OVER)
    desk.open("令和9年度")
    desk.says(".page-head", YEAR_FLOW.stages["settled"].label)
    desk.says("#money", "Nothing is open.")
    words = steps.read_the_letter(desk, "額の確定通知書")
    assert "確定額75,000円" in words
    assert "今後の支払額15,000円" in words


def name_the_day(desk, people) -> None:
    """The office says by when departments report; the department reads it as set by the office."""
    desk.sit_down(people["department"], "/department/")
    desk.open(REPORT)
    desk.stands_at(COLLABORATION_FLOW.stages["requested"])
    desk.says("#deadlines", "not set")
    desk.sit_down(people["office"], "/office/")
    desk.follow("Collaboration reports")
    desk.page.locator("[name=fiscal_year]").select_option("2027")
    desk.fill(due_on="2028-03-31")
    desk.press("Ask all departments")
    desk.sit_down(people["department"], "/department/")
    desk.open(REPORT)
    desk.says("#deadlines", "2028-03-31", "窓口が定めた日")


def read_it_as_anybody(desk, people) -> None:
    """Everyone reads the report, finds the project in the register and at its measure."""
    page = desk.sit_down(None, "/")
    page.locator("nav a[href='/reports/']").first.click()
    desk.open(HEADING)
    desk.says("main", "のべ120人が来た。", "縁側の会", "95,000円", "令和9年度")
    address = page.locator("a[href$='report.pdf']").first.get_attribute("href")
    assert HEADING in pdf_text(desk.pdf(address))
    page.goto("/register/")
    row = page.locator("tr").filter(has_text=TITLE)
    for said in ("縁側の会", "80,000円", "75,000円", "令和8年度"):
        expect(row).to_contain_text(said)
    page.goto(people["measure"].get_absolute_url())
    desk.says("main", TITLE, HEADING)
