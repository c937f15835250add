"""What people do in more than one journey, click by click."""

from playwright.sync_api import expect

from .conftest import Desk

#: The button that saves what is being written and leads to where it is sent.
TO_THE_CASE = "Save and go to the case"


def fill_in_proposal(desk: Desk, title: str) -> None:
    """Fill in the form of a proposal so that nothing is missing, amounts as people write them."""
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


def propose(desk: Desk, call_name: str, title: str, *, group) -> None:
    """The group writes a proposal from the page of the call, and files it."""
    desk.sit_down(group, "/calls/")
    desk.open(call_name)
    desk.press("Begin a draft")
    fill_in_proposal(desk, title)
    desk.press(TO_THE_CASE)
    accept_the_pledges(desk)
    desk.move("submit")


def accept_the_pledges(desk: Desk) -> None:
    desk.follow("Accept the pledges")
    desk.fill(name="縁側 花")
    desk.page.locator("[name=agree]").check()
    desk.send()


def decide_the_selection(desk: Desk, title: str, *, call, office, approver, scores: dict) -> None:
    """Every member of the panel scores; the office drafts the selection, the approver approves.

    :param scores: member → points for the first criterion.
    """
    for member, points in scores.items():
        desk.sit_down(member, "/panel/")
        desk.open(title)
        desk.follow("Score the proposal")
        for field, given in zip(
            desk.page.locator("main form input[type=number]").all(), (points, 4), strict=True
        ):
            field.fill(str(given))
        desk.press("Submit the sheet")
        expect(desk.page.locator("p.message-success").first).to_be_visible()
    desk.sit_down(office, "/office/")
    desk.follow("Selections")
    desk.open(call.name)
    desk.follow("Draft the decision")
    desk.page.locator("[name$=outcome]").select_option("select")
    desk.send()
    desk.approve(approver)


def apply_and_be_granted(
    desk: Desk, title: str, *, group, office, approver, days=("2026-12-01", "2027-01-31")
) -> None:
    """The group applies for the grant of the year, and gets what it asked for.

    :param days: the first and the last day of the project.
    """
    desk.sit_down(group, "/my/")
    desk.open(title)
    desk.follow("Fill in the application")
    desk.fill(content="月に1回ひらく。", starts_on=days[0], ends_on=days[1])
    desk.press(TO_THE_CASE)
    desk.move("apply")
    desk.sit_down(office, "/office/")
    desk.open(title)
    desk.draft("grant")
    desk.approve(approver)


def pay(desk: Desk, title: str, *, accounting, kind: str, amount: str, day: str) -> None:
    """Accounting records what went out or came back, from its desk."""
    page = desk.sit_down(accounting, "/accounting/")
    if kind == "advance":  # the project is under way: it stands with what waits for others
        page.locator("section[aria-labelledby=others] summary").click()
    desk.open(title)
    desk.follow("Record a payment")
    page.locator("[name=kind]").select_option(kind)
    desk.fill(amount_yen=amount, paid_on=day, document="支出命令 1")
    desk.send()


def report_the_year(desk: Desk, title: str, *, group, completed_on: str = "2027-01-31") -> None:
    """The group says what it did, and that 95,000 yen were spent, 75,000 of them the city's."""
    desk.sit_down(group, "/my/")
    desk.open(title)
    desk.follow("Write the report")
    desk.fill(
        completed_on=completed_on, content="10回ひらいた。", results="のべ120人が来た。",
        income__0__amount_yen="75000", expenditure__0__amount_yen="95000",
    )  # fmt: skip
    desk.press(TO_THE_CASE)
    desk.move("submit")


def settle(desk: Desk, title: str, *, office, approver, accounting, day: str) -> None:
    """The city confirms the 75,000 yen of the report, the rest comes back, the account is settled.

    :param day: on which the money came back.
    """
    desk.sit_down(office, "/office/")
    desk.open(title)
    desk.follow("Draft the amount to be confirmed")
    expect(desk.page.locator("[name=confirmed_yen]")).to_have_value("75000")
    desk.send()
    desk.approve(approver)
    pay(desk, title, accounting=accounting, kind="repayment", amount="5,000", day=day)
    desk.move("settle")
    expect(desk.page.locator(".page-head")).to_contain_text(desk.word("Settled"))
