"""What all journeys share: a clock that stands where the test puts it, and who sits at the page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from casework.flow import Stage, Text
from tests.factories import NOON


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """The clock of the machine shows NOON; call it with another moment to move it."""
    traveller = time_machine.travel(NOON, tick=False)
    yield traveller.start().move_to
    traveller.stop()


def log_in(context: BrowserContext, site: str, person: User | None, *, language="ja") -> None:
    """Give a browser the cookies of ``person``; the password is tested where logging in is."""
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    if person:
        client = Client()
        client.force_login(person)
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.clear_cookies()
    context.add_cookies([{"name": k, "value": v, "url": site} for k, v in cookies.items()])


#: Place on the page of a case → the part on which it stands, where that is not the first.
PARTS = {
    "#agreement": "money", "#decision": "money", "#history": "records", "#letters": "papers",
    "#matching": "coordination", "#money": "money", "#terms": "coordination",
    ".settlement-steps": "money",
}  # fmt: skip


class Desk:
    """One browser that changes hands, and the clicks that every journey consists of."""

    def __init__(self, page: Page, site: str, *, language: str = "ja"):
        self.page, self.site, self.language = page, site, language

    def word(self, msgid: Text) -> str:
        """Return what the page says for ``msgid`` in the language of the journey."""
        with translation.override(self.language):
            return gettext(str(msgid))

    def sit_down(self, person: User | None, address: str) -> Page:
        """Let a person sit down, or nobody, and begin at ``address``."""
        log_in(self.page.context, self.site, person, language=self.language)
        self.page.goto(address)
        return self.page

    def follow(self, msgid: str) -> None:
        """Click the link that says this."""
        main = self.page.locator("main")
        self._click(main.get_by_role("link", name=self.word(msgid), exact=True))

    def press(self, msgid: str) -> None:
        """Press the button that says this, and wait for the page that comes of it."""
        main = self.page.locator("main")
        self._click(main.get_by_role("button", name=self.word(msgid), exact=True))

    def open(self, named: str) -> None:
        """Click the first thing on the page that has this title, or this number beside it."""
        main = self.page.locator("main")
        numbered = main.locator("tr").filter(has=self.page.get_by_text(named, exact=True))
        self._click(main.get_by_role("link", name=named).or_(numbered.locator("a")))

    def says(self, place: str, *texts: Text) -> None:
        """Check that a place of the page says each of these, a msgid or the words themselves."""
        with self.turned_to(place):
            for text in texts:
                expect(self.page.locator(place).first).to_contain_text(self.word(text))

    @contextmanager
    def turned_to(self, place: str) -> Iterator[None]:
        """Go to the part of the page of a case on which a place stands, and then back."""
        here, part = self.page.url, PARTS.get(place)
        case = re.search(r"/cases/\d+/", here)
        if part and case:
            self.page.goto(f"{case[0]}{part}/")
        yield
        if part and case:
            self.page.goto(here)

    def stands_at(self, stage: Stage, *, todo: Text = "") -> None:
        """Check the state at the head of the page of a case, and what its reader does next.

        :param todo: what the box "next step" says, if it is not what the stage says.
        """
        self.says(".page-head", stage.label)
        self.says(".next-step", todo or stage.todo)

    def fill(self, **fields: str) -> None:
        """Fill in fields by their names; a double underscore stands for a hyphen."""
        for name, value in fields.items():
            self.page.locator(f"[name={name.replace('__', '-')}]").fill(value)

    def move(self, verb: str, **fields: str) -> None:
        """Click the button of a move, fill in what it asks for, and make it."""
        self._through(f"/moves/{verb}/", fields)

    def draft(self, verb: str, **fields: str) -> None:
        """Draft a decision (起案) from the page of the case."""
        self._through(f"/draft/{verb}/", fields)

    def approve(self, approver: User) -> None:
        """Let an approver approve what waits on the desk."""
        self.sit_down(approver, "/approvals/")
        self._click(self.page.locator(".case-cell a"))
        self.move("approve")

    def _through(self, door: str, fields: dict[str, str]) -> None:
        self._enter(door)
        self.fill(**fields)
        self.send()

    def send(self) -> None:
        """Press the first button below the form; what was asked for is done."""
        self._click(self.page.locator("main form .actions button"))
        expect(self.page.locator("p.message-success").first).to_be_visible()

    def begin(self, verb: str) -> None:
        """Click the button of a move whose form holds more than text."""
        self._enter(f"/moves/{verb}/")

    def _enter(self, door: str) -> None:
        self._click(self.page.locator(f"main a[href*='{door}']"))

    def _click(self, found: Locator) -> None:
        with self.page.expect_navigation():
            found.first.click()

    def pdf(self, address: str) -> bytes:
        """Fetch a PDF as the person at the page."""
        answer = self.page.context.request.get(address)
        assert answer.ok and answer.headers["content-type"] == "application/pdf", answer.status
        return answer.body()


@pytest.fixture
def desk(page, live_server) -> Desk:
    return Desk(page, live_server.url)
