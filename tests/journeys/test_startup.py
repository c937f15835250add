"""A whole Startup project in a browser, in Japanese: from the call to the settled account."""

from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from grants import services
from grants.models import BudgetEntry, ProjectYear, Proposal
from tests import factories
from tests.factories import JAPAN, NOON
from tests.pdf_text import pdf_text

from . import steps

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
    steps.fill_in_proposal(desk, TITLE)
    desk.press(steps.TO_THE_CASE)
    steps.accept_the_pledges(desk)
    desk.move("submit")

    expect(page.locator("main")).to_contain_text("S-2026-001")


def select(desk, people) -> None:
    """The office checks and refers, the panel scores, the approver decides, the group reads."""
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("accept")
    desk.move("refer")
    scores = dict(zip(people["panel"], (9, 7), strict=True))
    steps.decide_the_selection(
        desk, TITLE, scores=scores, call=people["call"], **steps.of_the_city(people)
    )

    desk.sit_down(people["group"], "/my/")
    desk.open(TITLE)
    with desk.turned_to("#letters"):
        letter = page.locator("#letters a").first
        assert TITLE in pdf_text(desk.pdf(letter.get_attribute("href")))


def receive_the_grant(desk, people) -> None:
    """The group applies for the year, the city grants, accounting pays in advance."""
    desk.sit_down(people["office"], f"/cases/{Proposal.objects.get().pk}/")
    desk.move("prepare")
    steps.apply_and_be_granted(desk, TITLE, group=people["group"], **steps.of_the_city(people))
    steps.pay(
        desk, TITLE, accounting=people["accounting"], kind="advance", amount="80,000",
        day="2026-11-20", group=people["group"], office=people["office"],
    )  # fmt: skip
    desk.says("#money", "80,000円")


def report_and_settle(desk, people) -> None:
    """The group reports what it spent, the city confirms less, the rest comes back."""
    steps.report_the_year(desk, TITLE, group=people["group"])
    steps.settle(
        desk, TITLE, accounting=people["accounting"], day="2027-02-01", **steps.of_the_city(people)
    )
