"""A whole Startup project in a browser, in Japanese: from the call to the settled account."""

from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from grants import services
from grants.models import BudgetEntry, ProjectYear, Proposal
from tests import factories
from tests.factories import JAPAN, NOON

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "まちの縁側"
AFTER_THE_PROJECT = datetime(2027, 2, 1, 12, 0, tzinfo=JAPAN)


@pytest.fixture
def people(clock):
    """A call that is open, a voted budget, and everybody who deals with it."""
    call = factories.call("startup", seats=2)
    office = factories.user(Role.OFFICE)
    services.enter_budget(
        call.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL, amount_yen=300_000,
        voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    factories.sender()
    factories.measure()
    return {
        "group": factories.member(factories.organization(founded_on=date(2025, 4, 1))),
        "office": office,
        "approver": factories.user(Role.APPROVER),
        "accounting": factories.user(Role.ACCOUNTING),
        "panel": [seat.user for seat in call.seats.order_by("pk")],
        "call": call,
    }


def test_startup_from_call_to_settled_account(desk, people, clock):
    propose(desk, people)
    select(desk, people)
    receive_the_grant(desk, people)
    clock(AFTER_THE_PROJECT)
    report_and_settle(desk, people)

    assert ProjectYear.objects.get().state == "settled"


def propose(desk, people) -> None:
    """The group writes a proposal from the page of the call, and files it."""
    page = desk.sit_down(people["group"], "/calls/")
    desk.open(people["call"].name)
    desk.press("Begin a draft")
    desk.fill(purpose="人が集まる場が少ない。")
    page.locator("[name=content]").focus()
    expect(page.locator("[data-autosave-status]")).to_contain_text("12:00")
    fill_in_proposal(desk, TITLE)
    desk.send()
    desk.follow("Back to the case")
    desk.follow("Accept the pledges")
    desk.fill(name="縁側 花")
    page.locator("main form input[type=checkbox]").check()
    desk.send()
    desk.move("submit")

    expect(page.locator("main")).to_contain_text("S-2026-001")


def fill_in_proposal(desk, title: str) -> None:
    desk.fill(
        title=title, purpose="人が集まる場が少ない。", content="月に1回、縁側をひらく。",
        schedule="毎月第1土曜日", effect="顔見知りがふえる。",
        income__0__label="市の補助", income__0__amount_yen="８０，０００",
        income__1__label="会費", income__1__amount_yen="20,000",
        expenditure__0__label="印刷製本費", expenditure__0__amount_yen="100000",
    )  # fmt: skip
    desk.page.locator("[name=income-0-from_city]").check()
    desk.page.locator("[name=measures-0-measure]").select_option(index=1)
    desk.fill(measures__0__how="集まりの場をつくる。")


def select(desk, people) -> None:
    """The office checks and refers, the panel scores, the approver decides, the group reads."""
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("accept")
    desk.move("refer")
    for member, points in zip(people["panel"], (9, 7), strict=True):
        desk.sit_down(member, "/panel/")
        desk.open(TITLE)
        score(desk, points)
    desk.sit_down(people["office"], "/office/")
    desk.follow("Selections")
    desk.open(people["call"].name)
    desk.follow("Draft the decision")
    page.locator("[name$=outcome]").select_option("select")
    desk.send()
    desk.approve(people["approver"])

    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    letter = page.locator("#letters a").first
    assert desk.pdf(letter.get_attribute("href")).startswith(b"%PDF")


def score(desk, points: int) -> None:
    fields = desk.page.locator("main form input[type=number]")
    if not fields.count():
        desk.follow("Score the proposal")
    for position, given in enumerate((points, 4)):
        fields.nth(position).fill(str(given))
    desk.press("Submit the sheet")
    expect(desk.page.locator("p.message-success").first).to_be_visible()


def receive_the_grant(desk, people) -> None:
    """The group applies for the year, the city grants, accounting pays in advance."""
    page = desk.sit_down(people["office"], f"/cases/{Proposal.objects.get().pk}/")
    desk.move("prepare")
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    desk.follow("Fill in the application")
    desk.fill(content="月に1回ひらく。", starts_on="2026-12-01", ends_on="2027-01-31")
    desk.send()
    desk.move("apply")

    desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.draft("grant")
    desk.approve(people["approver"])
    pay(desk, people, "advance", "80,000", "2026-11-20")
    expect(page.locator("#money")).to_contain_text("80,000円")


def pay(desk, people, kind: str, amount: str, day: str) -> None:
    desk.sit_down(people["accounting"], "/accounting/")
    desk.open(TITLE)
    desk.follow("Record a payment")
    desk.page.locator("[name=kind]").select_option(kind)
    desk.fill(amount_yen=amount, paid_on=day, document="支出命令 1")
    desk.send()


def report_and_settle(desk, people) -> None:
    """The group reports what it spent, the city confirms less, the rest comes back."""
    page = desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    desk.follow("Write the report")
    desk.fill(
        completed_on="2027-01-31", content="10回ひらいた。", results="のべ120人が来た。",
        income__0__amount_yen="75000", expenditure__0__amount_yen="95000",
    )  # fmt: skip
    desk.send()
    desk.move("submit")

    year = f"/cases/{ProjectYear.objects.get().pk}/"
    desk.sit_down(people["office"], year)
    desk.follow("Draft the amount to be confirmed")
    expect(page.locator("[name=confirmed_yen]")).to_have_value("75000")
    desk.send()
    desk.approve(people["approver"])
    pay(desk, people, "repayment", "5,000", "2027-02-01")
    desk.move("settle")
    expect(page.locator(".page-head")).to_contain_text("精算済み")
