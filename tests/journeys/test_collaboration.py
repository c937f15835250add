"""What a Collaboration project has besides: a department that takes part, agrees, and reports."""

from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from casework.services import advance
from grants import services
from grants.models import BudgetEntry, ProjectYear
from reporting.models import CollaborationReport
from tests import factories
from tests.factories import JAPAN, NOON
from tests.pdf_text import pdf_text

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "まちの居場所づくり"
AFTER_THE_PROJECT = datetime(2027, 2, 1, 12, 0, tzinfo=JAPAN)


@pytest.fixture
def people(clock):
    """An accepted proposal that looks for a department, a voted budget, and everybody."""
    call = factories.call("collaboration", lag_years="0")
    office = factories.user(Role.OFFICE)
    services.enter_budget(
        call.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL, amount_yen=900_000,
        voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    factories.sender()
    proposal = factories.draft("collaboration", round=call)
    group = proposal.organization.members.get()
    proposal = advance(proposal, "submit", by=group, at=NOON)
    advance(proposal, "accept", by=office, at=NOON)
    return {
        "group": group,
        "office": office,
        "approver": factories.user(Role.APPROVER),
        "department": factories.user(Role.DEPARTMENT),
        "panel": call.seats.get().user,
        "call": call,
        "proposal": proposal,
    }


def test_collaboration_from_matching_to_published_report(desk, people, clock):
    city = {name: people[name] for name in ("office", "approver")}
    match(desk, people)
    steps.decide_the_selection(
        desk, TITLE, call=people["call"], scores={people["panel"]: 8}, **city
    )
    agree_on_roles_and_costs(desk, people)
    steps.apply_and_be_granted(desk, TITLE, group=people["group"], **city)
    read_the_agreement(desk, people)
    clock(AFTER_THE_PROJECT)
    steps.report_the_year(desk, TITLE, group=people["group"])
    publish(desk, people)

    assert CollaborationReport.objects.published().count() == 1


def match(desk, people) -> None:
    """The office asks a department; the department takes part; the office refers the proposal."""
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    name = people["department"].duty_set.get().department.name
    desk.begin("start_matching")
    page.locator("[name=department]").select_option(label=name)
    desk.send()
    desk.sit_down(people["department"], "/department/")
    desk.open(TITLE)
    desk.move("match", note="公園の使用を調整する。")
    desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("refer")


def agree_on_roles_and_costs(desk, people) -> None:
    """The department writes the terms down; they count when both sides have accepted them."""
    case = f"/cases/{people['proposal'].pk}/"
    desk.sit_down(people["office"], case)
    desk.move("coordinate")
    page = desk.sit_down(people["department"], "/department/")
    desk.open(TITLE)
    desk.follow("Write down roles and costs")
    desk.fill(
        organization_role="企画と運営", department_role="会場と広報", cost_share="負担金と会費"
    )
    desk.send()
    accept_terms(desk)
    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    accept_terms(desk)
    expect(page.locator(".page-head")).to_contain_text("準備完了")


def accept_terms(desk) -> None:
    with desk.page.expect_navigation():
        desk.page.locator("form[action$='/terms/accept/'] button").click()
    expect(desk.page.locator("p.message-success").first).to_be_visible()


def read_the_agreement(desk, people) -> None:
    page = desk.sit_down(people["group"], f"/cases/{ProjectYear.objects.get().pk}/")
    letter = page.locator("#letters a").filter(has_text="協定書")
    assert "企画と運営" in pdf_text(desk.pdf(letter.first.get_attribute("href")))


def publish(desk, people) -> None:
    """The department reports, the office accepts, the approver publishes, everyone reads it."""
    page = desk.sit_down(people["department"], "/department/")
    page.locator(".case-cell a").first.click()
    desk.move("start")
    desk.follow("Write the report")
    page.locator("[name=form]").select_option("cost_share")
    desk.fill(title="縁側のあるまち", results="のべ120人が来た。", cost_yen="95000")
    desk.press(steps.TO_THE_CASE)
    desk.move("submit")
    desk.sit_down(people["office"], "/office/")
    desk.open("縁側のあるまち")
    desk.move("accept")
    desk.draft("publish")
    desk.approve(people["approver"])

    desk.sit_down(None, "/")
    page.locator("nav a[href='/reports/']").first.click()
    desk.open("縁側のあるまち")
    expect(page.locator("main")).to_contain_text("のべ120人が来た。")
    address = page.locator("a[href$='report.pdf']").first.get_attribute("href")
    assert "縁側のあるまち" in pdf_text(desk.pdf(address))
