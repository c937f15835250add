"""What axe-core finds on one page, which is opened in a real browser: WCAG 2.2 A and AA.

JIS X 8341-3 names the criteria of an earlier WCAG, which are among them, under the same numbers.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Route, sync_playwright

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": RULES}
#: Where a thing stands is told by its place among its neighbours: a selector may hold words of the page.
BY_PLACE = {"xpath": True, "selectors": False}
#: The screens on which each page is opened: a phone’s and a desk’s; CSS pixels, width → height.
SCREENS = {390: 844, 1280: 900}
#: No site has this address: what the page asks for is answered here, and nothing leaves the machine.
ADDRESS = "http://release.invalid/"
_CRITERION = re.compile(r"wcag(\d)(\d)(\d+)")


class NoBrowser(Exception):
    """The browser could not be started."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of axe that a page breaks on one screen.

    :param rule: its code, such as ``image-alt``.
    :param criteria: the success criteria it belongs to, such as ``1.1.1``; none of a best practice.
    :param places: at how many places it is broken.
    :param first: XPath of the first of them.
    :param width: of the screen, in CSS pixels.
    """

    rule: str
    criteria: tuple[str, ...]
    places: int
    first: str
    width: int


class Looker:
    """A browser that is open while the ``with`` statement runs.

    It has a thread of its own: Playwright keeps an event loop in its thread, and in such a one Django
    refuses the database.

    :param executable: the path of a Chromium.
    :raises NoBrowser: when it is entered, if it does not start.
    """

    def __init__(self, executable: str):
        self._executable = executable
        self._open = ExitStack()

    def __enter__(self) -> "Looker":
        self._thread = self._open.enter_context(ThreadPoolExecutor(max_workers=1))
        self._inside = ExitStack()
        self._open.callback(lambda: self._thread.submit(self._inside.close).result())
        try:
            self._browser = self._thread.submit(self._start).result()
        except Error as error:
            self._open.close()
            raise NoBrowser(self._executable) from error
        return self

    def __exit__(self, *_raised) -> None:
        self._open.close()

    def _start(self) -> Browser:
        playwright = self._inside.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=self._executable)
        self._inside.callback(browser.close)
        return browser

    def look(self, page: bytes, style: bytes) -> list[Violation]:
        """Return what axe finds on a page of HTML, on each screen.

        :param style: the one style sheet it asks for; of pictures, their words are looked at.
        """
        return self._thread.submit(lambda: list(self._violations(page, style))).result()

    def _violations(self, page: bytes, style: bytes) -> Iterator[Violation]:
        for width, height in SCREENS.items():
            with self._browser.new_context(viewport={"width": width, "height": height}) as context:
                tab = context.new_page()
                tab.route("**/*", partial(_answer, page, style))
                tab.goto(ADDRESS)
                found = Axe().run(tab, options=OPTIONS | BY_PLACE).response["violations"]
            for one in found:
                yield _violation(one, width)


def _answer(page: bytes, style: bytes, route: Route) -> None:
    kind = route.request.resource_type
    if kind == "document":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif kind == "stylesheet":
        route.fulfill(body=style, content_type="text/css; charset=utf-8")
    else:
        route.abort()


def _violation(told: dict, width: int) -> Violation:
    matches = filter(None, map(_CRITERION.fullmatch, told["tags"]))
    return Violation(
        rule=told["id"],
        criteria=tuple(".".join(match.groups()) for match in matches),
        places=len(told["nodes"]),
        first=told["nodes"][0]["xpath"][0],
        width=width,
    )
