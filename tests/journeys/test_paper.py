"""A proposal on paper, of a group that nobody logs in for: the office enters what it writes."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from grants.models import Proposal
from tests import factories

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "紙で出した企画"


def test_office_files_a_paper_and_finds_it_on_its_own_desk(desk, clock):
    call = factories.call("startup")
    factories.measure()
    factories.sender()
    page = desk.sit_down(factories.user(Role.OFFICE), "/office/")
    desk.follow("Rounds")
    desk.open(call.name)
    desk.follow("Key in a proposal received on paper")
    desk.fill(received_on="2026-11-13", title=TITLE, new_organization="紙の会")
    with page.expect_navigation():
        page.locator("main form .actions button").first.click()
    steps.fill_in_proposal(desk, TITLE)
    desk.press(steps.TO_THE_CASE)
    steps.accept_the_pledges(desk)
    desk.move("file_paper")

    read_it_on_the_desk(desk)
    desk.open(TITLE)
    expect(page.locator("main")).to_contain_text("令和8年11月13日")
    desk.move("send_back", reason="印がありません。")
    read_it_on_the_desk(desk)  # nobody else can: the supplement comes on paper, too
    desk.open(TITLE)
    desk.move("resubmit", received_on=factories.TODAY.isoformat())

    proposal = Proposal.objects.get()
    assert proposal.state == "submitted"
    assert proposal.deadlines.get(kind="call").met_on == proposal.received_on


def read_it_on_the_desk(desk) -> None:
    desk.page.goto("/office/")
    row = desk.page.locator("section[aria-labelledby=waiting] tr").filter(has_text=TITLE)
    expect(row).to_contain_text("紙の会")
