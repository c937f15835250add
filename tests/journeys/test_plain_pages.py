"""Pages do without scripts, and show Japan time wherever the server stands."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.models import Role
from grants import services
from grants.models import Proposal
from tests import factories

from . import steps
from .conftest import Desk

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "まちの縁側"
#: Seven in the morning of 1 May in Japan.
MAY_DAY = datetime(2027, 4, 30, 22, 0, tzinfo=ZoneInfo("UTC"))


@pytest.fixture
def plain_desk(browser, live_server) -> Iterator[Desk]:
    """A browser that runs no scripts."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield Desk(context.new_page(), live_server.url)
    context.close()


def test_proposal_is_written_and_submitted_without_scripts(plain_desk, clock):
    desk, call = plain_desk, factories.call("startup")
    factories.measure()
    group = factories.member(factories.organization())

    page = desk.sit_down(group, "/calls/")
    desk.open(call.name)
    desk.press("Begin a draft")
    steps.fill_in_proposal(desk, TITLE)
    desk.send()
    desk.follow("Back to the case")
    steps.accept_the_pledges(desk)
    desk.move("submit")

    expect(page.locator("main")).to_contain_text("S-2026-001")
    assert Proposal.objects.get().requested_yen == 80_000


@pytest.fixture
def may_day_in_utc() -> Iterator[None]:
    """A server whose machine runs in UTC, where it is still April."""
    with time_machine.travel(MAY_DAY, tick=False):
        assert time.tzname[0] == "UTC" and datetime.now(UTC).month == 4
        yield


def test_server_in_utc_shows_the_day_of_japan(desk, may_day_in_utc):
    call = services.open_round(
        factories.edition("startup"),
        fiscal_year=2027,
        name="春の募集",
        opens_at=MAY_DAY,
        closes_at=MAY_DAY + timedelta(days=30),
        budget_yen=1_000_000,
        by=factories.user(Role.OFFICE),
        at=MAY_DAY - timedelta(days=1),
    )

    page = desk.sit_down(factories.member(factories.organization()), "/calls/")
    desk.open(call.name)
    expect(page.locator("main")).to_contain_text("令和9年5月1日（土） 07:00")
    expect(page.locator("main")).to_contain_text("2027-05-31 07:00")
    desk.press("Begin a draft")
    desk.fill(purpose="人が集まる場が少ない。")
    page.locator("[name=content]").focus()
    expect(page.locator("[data-autosave-status]")).to_contain_text("07:00")
    desk.follow("Back to the case")
    with desk.turned_to("#history"):
        expect(page.locator("#history")).to_contain_text("令和9年5月1日（土） 07:00")
        expect(page.locator("#history")).not_to_contain_text("4月30日")
