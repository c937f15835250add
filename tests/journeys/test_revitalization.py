"""A Revitalization project in a browser: from the round that the office opens to the register.

What differs from Startup is the year: selected in one fiscal year, granted and run in the next.
"""

from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from grants.models import ProjectYear, Proposal
from tests import factories
from tests.factories import JAPAN

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.long, pytest.mark.django_db(transaction=True)]

CALL, TITLE = "地域活性化 令和8年度", "商店街の夕市"
NEXT_FISCAL_YEAR = datetime(2027, 4, 5, 10, 0, tzinfo=JAPAN)
AFTER_THE_PROJECT = datetime(2028, 2, 1, 12, 0, tzinfo=JAPAN)


@pytest.fixture
def people(clock):
    """The course as the city has decided it, and everybody; all else is clicked together."""
    factories.sender()
    factories.measure()
    return {
        "edition": factories.edition("revitalization"),
        "group": factories.member(factories.organization(founded_on=date(2010, 4, 1))),
        "office": factories.user(Role.OFFICE),
        "approver": factories.user(Role.APPROVER),
        "accounting": factories.user(Role.ACCOUNTING),
        "panel": factories.user(Role.PANEL),
    }


def test_revitalization_from_open_round_to_register(desk, people, clock):
    open_the_round(desk, people)
    seat_the_panel(desk, people)
    steps.propose(desk, CALL, TITLE, group=people["group"])
    supplement(desk, people)
    select(desk, people)
    clock(NEXT_FISCAL_YEAR)
    receive_the_grant(desk, people)
    clock(AFTER_THE_PROJECT)
    report_and_settle(desk, people)
    find_it_in_the_register(desk)

    assert ProjectYear.objects.get().fiscal_year == 2027
    assert Proposal.objects.get().fiscal_year == 2026


def open_the_round(desk, people) -> None:
    """The office freezes the rules of the course and says when the call is open."""
    desk.sit_down(people["office"], "/office/")
    desk.follow("Rounds")
    desk.follow("Open a round")
    desk.open(people["edition"].label)
    desk.fill(
        name=CALL, opens_on="2026-11-16", closes_on="2026-12-15", closes_clock="17:00",
        budget_yen="３００，０００",
    )  # fmt: skip
    desk.send()
    expect(desk.page.locator("main")).to_contain_text("300,000円")


def seat_the_panel(desk, people) -> None:
    """The office enters two criteria and every rule of the selection, and gives a member a seat."""
    page = desk.sit_down(people["office"], "/office/")
    desk.follow("Selections")
    desk.open(CALL)
    desk.follow("Enter the rubric")
    desk.fill(
        criteria__0__label_ja="公益性", criteria__0__max_points="10",
        criteria__1__label_ja="実現性", criteria__1__max_points="5", source="架空の要領",
        quorum="1", pass_mark="50",
    )  # fmt: skip
    for name, value in (
        ("aggregation", "mean"), ("pass_unit", "percent"), ("tie_rule", "chair"),
        ("cut_rule", "remainder"), ("allocation", "full"),
    ):  # fmt: skip
        page.locator(f"[name={name}][value={value}]").check()
    desk.send()
    desk.follow("Give a seat")
    page.locator("[name=user]").select_option(label=people["panel"].name)
    desk.send()


def supplement(desk, people) -> None:
    """The office asks for a supplement; the group mends and files again; the office refers."""
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("send_back", reason="雨のときの会場を書いてください。")
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    expect(page.locator("main")).to_contain_text("雨のときの会場を書いてください。")
    desk.follow("Write the proposal")
    desk.fill(schedule="毎月第1土曜日。雨のときは公民館。")
    desk.press(steps.TO_THE_CASE)
    desk.move("resubmit")
    desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("accept")
    desk.move("refer")


def select(desk, people) -> None:
    """The panel scores, the approver decides, the office opens the year to come."""
    call = Proposal.objects.get().round
    steps.decide_the_selection(
        desk, TITLE, call=call, scores={people["panel"]: 8}, **steps.of_the_city(people)
    )
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("prepare")
    expect(page.locator("main")).to_contain_text("令和9年度")


def receive_the_grant(desk, people) -> None:
    """The city has voted its budget; the group applies, is granted, reads the letter, is paid."""
    steps.enter_the_budget(desk, people["edition"], office=people["office"], voted_on="2027-03-19")
    steps.apply_and_be_granted(
        desk, TITLE, group=people["group"], days=("2027-05-01", "2028-01-31"),
        **steps.of_the_city(people),
    )  # fmt: skip
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    words = steps.read_the_letter(desk, "交付決定通知書")
    year = ProjectYear.objects.get()
    number = year.letters.get(kind="granted").number
    assert f"第{number}号" in words
    assert "80,000円" in words
    steps.pay(
        desk, TITLE, accounting=people["accounting"], kind="advance", amount="80,000",
        day="2027-04-05", group=people["group"], office=people["office"],
    )  # fmt: skip


def report_and_settle(desk, people) -> None:
    steps.report_the_year(desk, TITLE, group=people["group"], completed_on="2028-01-31")
    steps.settle(
        desk, TITLE, accounting=people["accounting"], day="2028-02-01", **steps.of_the_city(people)
    )


def find_it_in_the_register(desk) -> None:
    """Everyone reads what was granted and what it came to."""
    page = desk.sit_down(None, "/register/")
    row = page.locator("tr").filter(has_text=TITLE)
    expect(row).to_contain_text("80,000円")
    expect(row).to_contain_text("75,000円")
    expect(row).to_contain_text("令和8年度")
