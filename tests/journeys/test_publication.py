"""A report on a collaboration in a browser: from the department's pen to the page that the public reads.

The department writes, the group says how it was, the office returns and accepts, the committee
comments, a second person approves. ``PICTURES=docs/pictures`` takes the pictures of the documentation.
"""

import os
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import ViewportSize, expect

from accounts.models import Role
from casework import works
from casework.models import Work
from reporting.flow import COLLABORATION_FLOW
from reporting.models import CollaborationReport
from reporting.publishing import axe_check
from tests import factories
from tests.factories import JAPAN
from tests.services import chromium

from . import steps

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE, GROUP = "川べりの清掃と観察会", "川を守る会"
VIEW = f"{TITLE}（{GROUP}の意見）"
PHONE: ViewportSize = {"width": 390, "height": 844}
WINDOW: ViewportSize = {"width": 1280, "height": 1000}
AFTER_THE_COMMENTS = datetime(2026, 12, 8, 9, 0, tzinfo=JAPAN)
STAGES = COLLABORATION_FLOW.stages


@pytest.fixture
def people(clock):
    """A department, the group it worked with, and who reads what they write."""
    factories.sender()
    factories.measure()
    group = factories.organization(name=GROUP, confirmed_at=factories.NOON)
    return {
        "group": factories.member(group),
        "department": factories.user(Role.DEPARTMENT),
        "office": factories.user(Role.OFFICE),
        "approver": factories.user(Role.APPROVER),
        "committee": factories.user(Role.COMMITTEE),
    }


@pytest.fixture
def picture(desk, tmp_path):
    """Take a picture of the page: of what a window or a phone shows of it, or of the whole."""
    folder = Path(os.environ.get("PICTURES", tmp_path))

    def take(name: str, size: ViewportSize = WINDOW, *, whole: bool = False) -> None:
        desk.page.set_viewport_size(size)
        desk.page.evaluate("window.scrollTo(0, 0)")
        desk.page.screenshot(path=folder / f"{name}.png", full_page=whole)
        desk.page.set_viewport_size(WINDOW)

    return take


def test_report_from_the_department_to_the_public(desk, people, clock, picture, settings):
    settings.AXE_BROWSER = chromium()
    be_asked(desk, people)
    write(desk, people, picture)
    say_how_it_was(desk, people, picture)
    send_it_and_get_it_back(desk, people)
    put_it_right(desk, people)
    table_it(desk, people)
    comment(desk, people, picture)
    clock(AFTER_THE_COMMENTS)
    release_the_comments(desk, people)
    propose(desk, people, picture)
    desk.approve(people["approver"])
    read_it_as_anybody(desk, picture)

    assert _report().state == "published"
    assert [view["process_score"] for view in _report().publication.version.content["views"]] == [5]


def be_asked(desk, people) -> None:
    """The office asks all departments for their reports of the fiscal year, with a day."""
    desk.sit_down(people["office"], reverse("reporting:requests"))
    desk.page.locator("[name=fiscal_year]").select_option("2026")
    desk.fill(due_on="2026-12-28")
    desk.press("Ask all departments")


def write(desk, people, picture) -> None:
    """The department names the group, and gives its own scores."""
    page = desk.sit_down(people["department"], "/department/")
    desk.open("令和8年度の協働")
    desk.says("#deadlines", "2026-12-28")
    desk.move("start")
    desk.follow("Write the report")
    desk.fill(
        title=TITLE, partners__0__name=GROUP, purpose="川べりのごみを減らす。",
        content="清掃を3回、観察会を2回ひらいた。", city_role="道具とごみの回収",
        partner_role="企画と当日の運営", cost_yen="９５，０００", results="ごみが減った。",
        figures__0__label="参加者", figures__0__value="120", figures__0__unit="人",
        citizens_change="川べりを歩く人がふえた。",
    )  # fmt: skip
    page.locator("[name=form]").select_option("co_host")
    page.locator("[name=process_score]").select_option("4")
    page.locator("[name=outcome_score]").select_option("3")
    picture("collaboration-report")
    desk.press(steps.TO_THE_CASE)
    page.goto(reverse("reporting:ask-partners", args=[_report().pk]))
    desk.fill(due_on="2026-12-01")
    desk.press("Ask the partners")


def say_how_it_was(desk, people, picture) -> None:
    """The group scores without reading the department's scores, and says what changed."""
    page = desk.sit_down(people["group"], "/my/")
    desk.open(VIEW)
    desk.says("#deadlines", "2026-12-01")
    desk.follow("Write the view")
    page.locator("[name=process_score]").select_option("5")
    page.locator("[name=outcome_score]").select_option("2")
    desk.fill(changed="若い人が来るようになった。", corrections="参加者は130人でした。")
    picture("view-of-the-group", PHONE)
    desk.press(steps.TO_THE_CASE)
    desk.move("give")


def send_it_and_get_it_back(desk, people) -> None:
    """The office asks for one answer to be put right, and returns the report."""
    desk.sit_down(people["department"], "/department/")
    desk.open(TITLE)
    desk.move("submit")
    page = desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.stands_at(STAGES["submitted"])
    desk.follow("Check the report")
    expect(page.locator("main")).to_contain_text("参加者は130人でした。")
    asked = page.locator("section.line-check").filter(
        has=page.get_by_role("heading", name="数で見た成果")
    )
    asked.locator("textarea").fill("参加者の数を団体と確かめてください。")
    desk.press("Save the check")
    page.goto(f"/cases/{_report().pk}/")
    desk.move("send_back")


def put_it_right(desk, people) -> None:
    """The department reads what is asked at its place, and sends the report again."""
    page = desk.sit_down(people["department"], "/department/")
    desk.open(TITLE)
    desk.stands_at(STAGES["returned"])
    desk.follow("Write the report")
    expect(page.locator("main")).to_contain_text("参加者の数を団体と確かめてください。")
    desk.fill(figures__0__value="130")
    desk.press(steps.TO_THE_CASE)
    desk.move("resubmit")
    desk.sit_down(people["office"], "/office/")
    desk.open(TITLE)
    desk.move("accept")


def table_it(desk, people) -> None:
    """The office lays the accepted report before the committee, which comments until a day."""
    page = desk.sit_down(people["office"], "/office/")
    desk.follow("Written reports to the committee")
    desk.open("令和8年度")
    page.locator("main form input[type=checkbox]").first.check()
    desk.fill(tabled_on="2026-11-20", comments_until="2026-12-07")
    desk.press("Table these reports")


def comment(desk, people, picture) -> None:
    """A member of the committee reads the report with the scores of both sides, and comments."""
    page = desk.sit_down(people["committee"], "/committee/")
    page.locator(".papers a").first.click()
    desk.open(TITLE)
    page.locator("#comments textarea").fill("若い人の参加を続けてほしい。")
    desk.press("Keep the comment")
    desk.says("#comments", "若い人の参加を続けてほしい。")
    picture("comments-of-the-committee", whole=True)


def release_the_comments(desk, people) -> None:
    """After the last day the office lets the comments stand in the public text."""
    page = desk.sit_down(people["office"], reverse("reporting:tablings"))
    page.locator("main tbody a").first.click()
    desk.open(TITLE)
    page.locator("[name=comments]").check()
    desk.press("Save")
    expect(page.locator("#comments [name=comments]")).to_be_checked()


def propose(desk, people, picture) -> None:
    """The office puts the report into a release, sees it as the public will, and proposes it."""
    page = desk.sit_down(people["office"], f"/cases/{_report().pk}/")
    desk.stands_at(STAGES["accepted"], todo="The committee has received it. Put it into a release.")
    desk.follow("Put into a release")
    desk.press("Put into a release")
    picture("release")
    desk.open(TITLE)
    desk.follow("See it as the public will (Japanese)")
    expect(page.locator("body")).to_contain_text("若い人の参加を続けてほしい。")
    page.go_back()
    page.go_back()
    desk.press("Run the checks")
    let_axe_look(desk)
    desk.press("Run the checks")
    picture("checks-of-a-release")
    desk.follow("Propose the release")
    desk.send()


def let_axe_look(desk) -> None:
    """axe looks at the pages in a browser of its own, as the worker of this test lets it."""
    desk.press("Let axe look at the pages")
    assert works.do(Work.objects.get(kind=axe_check.KIND).pk, now=timezone.now)
    desk.page.reload()
    desk.follow("Show the result")


def read_it_as_anybody(desk, picture) -> None:
    """Anybody reads the report, both sides' scores and the committee's words; no wish for corrections."""
    page = desk.sit_down(None, "/public/index.html")
    page.get_by_role("link", name=TITLE).first.click()
    for said in (TITLE, GROUP, "130", "若い人が来るようになった。", "若い人の参加を続けてほしい。"):
        expect(page.locator("main")).to_contain_text(said)
    expect(page.locator("main")).not_to_contain_text("参加者は130人でした。")
    picture("public-report", whole=True)
    picture("public-report-phone", PHONE)


def _report() -> CollaborationReport:
    return CollaborationReport.objects.get()
