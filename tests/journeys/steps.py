"""What people do in more than one journey, click by click."""

from playwright.sync_api import expect

from casework.flow import Text
from grants.flow import PROPOSAL_FLOW, YEAR_FLOW
from grants.models import BankAccount, BudgetEntry, Claim, TermsAcceptance
from tests.pdf_text import pdf_text

from .conftest import Desk

#: The button that saves what is being written and leads to where it is sent.
TO_THE_CASE = "Save and go to the case"


def of_the_city(people: dict) -> dict:
    """Return who drafts and who approves, of all the people of a journey."""
    return {name: people[name] for name in ("office", "approver")}


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


def propose(desk: Desk, call_name: str, title: str, *, group, department: str = "") -> None:
    """The group writes a proposal from the page of the call, and files it.

    :param department: the name of the department the group would like to work with.
    """
    desk.sit_down(group, "/calls/")
    desk.open(call_name)
    desk.press("Begin a draft")
    fill_in_proposal(desk, title)
    if department:
        desk.page.locator("[name=wished_department]").select_option(label=department)
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
        for asked, given in zip(
            desk.page.locator("main form fieldset").all(), (points, 4), strict=True
        ):
            asked.locator(f"input[value='{given}']").check()
        desk.press("Submit the sheet")
        expect(desk.page.locator("p.message-success").first).to_be_visible()
    desk.sit_down(office, "/office/")
    desk.follow("Selections")
    desk.open(call.name)
    desk.follow("Draft the decision")
    desk.page.locator("[name$=outcome]").select_option("select")
    desk.send()
    desk.approve(approver)


def agree_on_roles_and_costs(desk: Desk, title: str, *, office, department, group) -> None:
    """The department writes the terms down; they count when both sides have accepted them."""
    desk.sit_down(office, "/office/")
    desk.open(title)
    desk.stands_at(PROPOSAL_FLOW.stages["selected"])
    desk.move("coordinate")
    desk.sit_down(department, "/department/")
    desk.open(title)
    desk.stands_at(PROPOSAL_FLOW.stages["coordinating"])
    desk.follow("Write down roles and costs")
    desk.fill(
        organization_role="企画と運営", department_role="会場と広報", cost_share="負担金と会費"
    )
    desk.send()
    _accept_terms(desk)
    waits = desk.word("Your side has accepted the roles and costs. They now wait for: %(side)s.")
    desk.says(".next-step", waits % {"side": desk.word(TermsAcceptance.Side.ORGANIZATION.label)})
    desk.sit_down(group, "/my/")
    desk.open(title)
    desk.says("#terms", "企画と運営", "会場と広報", "負担金と会費")
    _accept_terms(desk)
    desk.says(".page-head", PROPOSAL_FLOW.stages["ready"].label)


def _accept_terms(desk: Desk) -> None:
    desk.follow("Read the roles and costs, and accept them")
    with desk.page.expect_navigation():
        desk.page.locator("form[action$='/terms/accept/'] button").click()
    expect(desk.page.locator("p.message-success").first).to_be_visible()


def enter_the_budget(desk: Desk, edition, *, office, voted_on: str) -> None:
    """The office enters what the city voted for a course in the fiscal year it is."""
    page = desk.sit_down(office, "/office/")
    desk.follow("Budget")
    desk.follow("Add an entry")
    page.locator("[name=edition]").select_option(str(edition.pk))
    page.locator("[name=kind]").select_option(BudgetEntry.Kind.INITIAL)
    page.locator(f"[name=financed_by][value={BudgetEntry.Source.GENERAL}]").check()
    desk.fill(amount_yen="300,000", voted_on=voted_on, document="当初予算書")
    desk.send()


def apply_and_be_granted(
    desk: Desk, title: str, *, group, office, approver, days=("2026-12-01", "2027-01-31")
) -> None:
    """The group applies for the grant of the year, and gets what it asked for.

    :param days: the first and the last day of the project.
    """
    desk.sit_down(group, "/my/")
    desk.open(title)
    desk.stands_at(YEAR_FLOW.stages["planned"])
    desk.follow("Fill in the application")
    desk.fill(content="月に1回ひらく。", starts_on=days[0], ends_on=days[1])
    desk.press(TO_THE_CASE)
    desk.move("apply")
    desk.sit_down(office, "/office/")
    desk.open(title)
    desk.stands_at(YEAR_FLOW.stages["applied"])
    desk.draft("grant")
    desk.approve(approver)


def sign_the_agreement(desk: Desk, named: str, *, group, department, office, day: str) -> None:
    """Group, department and city sign the yearly agreement; the office enters that of the city.

    :param day: on which the mayor signed on paper.
    """
    for person, address in ((group, "/my/"), (department, "/department/")):
        desk.sit_down(person, address)
        desk.open(named)
        desk.says(".next-step", "年度協定書")
        desk.follow("Sign the yearly agreement")
        desk.fill(name=person.name)
        desk.page.locator("[name=agree]").check()
        desk.send()
        desk.says("#agreement", person.name)
    desk.sit_down(office, "/office/")
    desk.open(named)
    desk.follow("Enter a signature of the agreement")
    desk.fill(name="架空 太郎", signed_on=day)
    desk.send()
    desk.says("#agreement", "All parties have signed.")


def pay(
    desk: Desk, title: str, *, accounting, kind: str, amount: str, day: str, group=None, office=None
) -> None:  # fmt: skip
    """Accounting records what came back, or what goes out once the group claimed it, from its desk.

    :param group: who claims, and ``office`` who accepts, where money goes out.
    """
    is_repayment = kind == "repayment"
    case = title if is_repayment else claim(
        desk, title, group=group, office=office, kind=kind, amount=amount
    )  # fmt: skip
    page = desk.sit_down(accounting, "/accounting/")
    desk.open(case)
    if is_repayment:
        desk.follow("Record a repayment")
        desk.fill(amount_yen=amount)
    else:
        desk.follow("Record a payment")
    desk.fill(paid_on=day, document="支出命令 1")
    desk.send()
    if not is_repayment:
        for way_to_the_year in ("#claim a", ".tabs a"):
            with page.expect_navigation():
                page.locator(way_to_the_year).first.click()


def claim(desk: Desk, title: str, *, group, office, kind: str, amount: str) -> str:
    """The group claims, and registers its bank account for it; the office accepts the claim.

    :return: the number of the claim.
    """
    page = desk.sit_down(group, "/my/")
    desk.open(title)
    with page.expect_navigation():
        page.locator(".tabs a[href$='/money/']").click()
    with page.expect_navigation():
        page.locator(f"#claims button[value={kind}]").click()
    desk.fill(amount_yen=amount, reason="会場の予約金")
    desk.press(TO_THE_CASE)
    found = Claim.objects.latest("pk")
    if not BankAccount.objects.exists():
        desk.follow("Register the bank account")
        desk.fill(
            bank_name="架空銀行", bank_code="９９９９", branch_name="架空支店", branch_code="999",
            account_number="1234567", holder_kana="かくうのかい",
        )  # fmt: skip
        desk.send()
        desk.sit_down(group, "/my/")
        desk.open(found.number)
    desk.move("submit")
    desk.sit_down(office, "/office/")
    desk.open(found.number)
    desk.move("accept")
    return found.number


def report_the_year(desk: Desk, title: str, *, group, completed_on: str = "2027-01-31") -> None:
    """The group says what it did, and that 95,000 yen were spent, 75,000 of them the city's."""
    desk.sit_down(group, "/my/")
    desk.open(title)
    desk.stands_at(YEAR_FLOW.stages["granted"])
    desk.follow("Write the report")
    desk.fill(
        completed_on=completed_on, content="10回ひらいた。", results="のべ120人が来た。",
        income__0__amount_yen="75000", expenditure__0__amount_yen="95000",
    )  # fmt: skip
    desk.press(TO_THE_CASE)
    desk.move("submit")


def settle(
    desk: Desk, title: str, *, office, approver, accounting, day: str, group=None,
    rest: tuple[str, str] = ("repayment", "5,000"),
) -> None:  # fmt: skip
    """The city confirms the 75,000 yen of the report, the rest is moved, the account is settled.

    :param day: on which the money was moved.
    :param group: who claims the rest, where it goes out.
    :param rest: which way it goes, and how many yen.
    """
    desk.sit_down(office, "/office/")
    desk.open(title)
    desk.stands_at(YEAR_FLOW.stages["reported"])
    desk.follow("Check the report")
    for counts in desk.page.locator("input[value=allowed]").all():
        counts.check()
    desk.press("Save the check")
    desk.sit_down(office, "/office/")
    desk.open(title)
    with desk.page.expect_navigation():
        desk.page.locator(".tabs a[href$='/reports/']").click()
    desk.follow("Draft the amount to be confirmed")
    expect(desk.page.locator("[name=confirmed_yen]")).to_have_value("75000")
    desk.send()
    desk.approve(approver)
    kind, amount = rest
    pay(
        desk, title, accounting=accounting, kind=kind, amount=amount, day=day, group=group,
        office=office,
    )  # fmt: skip
    desk.says("#money", "Nothing is open.")
    desk.move("settle")
    desk.says(".page-head", YEAR_FLOW.stages["settled"].label)


def publish_the_report(
    desk: Desk, named: str, *, heading: str, department, office, approver
) -> None:
    """The department writes its report (協働事業報告書), the office accepts it, the approver publishes."""
    page = desk.sit_down(department, "/department/")
    desk.open(named)
    desk.move("start")
    desk.follow("Write the report")
    expect(page.locator("[name=form]")).to_have_value("cost_share")
    expect(page.locator("[name=city_role]")).to_have_value("会場と広報")
    desk.fill(title=heading, results="のべ120人が来た。", cost_yen="95000")
    desk.press(TO_THE_CASE)
    desk.move("submit")
    desk.sit_down(office, "/office/")
    desk.open(heading)
    desk.move("accept")
    desk.follow("Put into a release")
    desk.press("Put into a release")
    desk.press("Run the checks")
    desk.fill(reason="委員会には年度末に報告する。")  # the order is not set: a warning
    desk.page.locator("[name=reason]").press("Enter")
    desk.move("propose")
    desk.approve(approver)


def read_the_letter(desk: Desk, title: str) -> str:
    """Return what the letter of this title on the page of the case says, without blanks."""
    with desk.turned_to("#letters"):
        letter = desk.page.locator("#letters a").filter(has_text=title).first
        words = pdf_text(desk.pdf(letter.get_attribute("href")))
    return "".join(words.split())


def move_the_clock(desk: Desk, person, *, to: str) -> None:
    """Move the clock of the demonstration to a day, from its page."""
    _to_the_clock(desk, person)
    desk.fill(day=to)
    desk.press("Go there")
    _it_is(desk, to)


def go_to_the_next_deadline(desk: Desk, person, label: Text, *, on: str) -> None:
    """Move the clock of the demonstration to the deadline that is next, from its page."""
    _to_the_clock(desk, person)
    desk.says("main .panel", label, on)
    desk.press("Go to that morning")
    _it_is(desk, on)


def _to_the_clock(desk: Desk, person) -> None:
    page = desk.sit_down(person, "/mailbox/")
    with page.expect_navigation():
        page.locator("aside.demo a").click()


def _it_is(desk: Desk, day: str) -> None:
    desk.says("p.message-success", "The clock has been moved, and what was due has been sent.")
    expect(desk.page.locator(".demo-day time")).to_have_attribute("datetime", day)
