"""Every page that a person may open: WCAG 2.2 AA, no script errors, no sideways scrolling."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page

from casework.models import Case
from tests.doors import doors, world
from tests.doors.tables import Row
from tests.doors.world import World

from .conftest import log_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
AXE = {"resultTypes": ["violations"], "runOnly": RULES}

#: Pages of libraries that we dress.
ENTRANCE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
OWN_LOGIN = ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/",
             "/accounts/2fa/totp/activate/", "/accounts/sessions/"]  # fmt: skip


@pytest.fixture
def played():
    """The world of the doors; the clock stands still in it."""
    with time_machine.travel(world.NOW, tick=False):
        yield world.build()


def test_no_page_keeps_anybody_out(played, page, live_server):
    findings = []
    page.on("console", lambda said: findings.extend(complaints(page.url, said)))
    page.on("pageerror", lambda error: findings.append(f"{page.url}: {error}"))

    for column in doors.READERS:
        log_in(page.context, live_server.url, played.person(column))
        for site, address in [*tour(played, column), *every_state(played, column)]:
            with site:
                findings += [f"{column} {address}: {finding}" for finding in visit(page, address)]
    log_in(page.context, live_server.url, None, language="en")
    for address in [*ENTRANCE, *public(played)]:
        findings += [f"en {address}: {finding}" for finding in visit(page, address)]

    assert not findings, "\n".join(findings)


def complaints(address: str, said: ConsoleMessage) -> list[str]:
    """Return what the browser complains about: scripts, and what the security policy refused."""
    return [f"{address}: {said.text}"] if said.type in ("error", "warning") else []


def pages() -> list[Row]:
    """Return every door behind which there is a page; a door that is missing fails in its table."""
    return [row for row in doors.TABLE.rows() if row["answer"] == "page"]


def tour(played: World, column: str) -> Iterator[tuple[AbstractContextManager, str]]:
    """Yield the pages that this person reads, each with the site as it is set up for it.

    Each page is read by one person, who sees most of it; each desk belongs to one role.
    """
    libraries = {"anonymous": ENTRANCE, "member": OWN_LOGIN}
    for address in libraries.get(column, []):
        yield nullcontext(), address
    for row in pages():
        if doors.reader(row) == column:
            yield doors.site_of(row), doors.address(row, played.things)


def every_state(played: World, column: str) -> list[tuple[AbstractContextManager, str]]:
    """Return the office's way to one case of every kind and state that no door leads to."""
    if column != "office":
        return []
    found = Case.objects.visible_to(played.person(column)).order_by("pk")
    doors_of_cases = [row["args"] for row in pages() if row["door"] == "casework:case"]
    shown = [played.things[args.removeprefix("pk=")] for args in doors_of_cases]
    known = set(Case.objects.filter(pk__in=shown).values_list("kind", "state"))
    one = {(case.kind, case.state): case for case in found if (case.kind, case.state) not in known}
    return [(nullcontext(), reverse("casework:case", args=[case.pk])) for case in one.values()]


def public(played: World) -> list[str]:
    """Return the pages that everyone may read, which are read in English too."""
    rows = [row for row in pages() if row["anonymous"] == "200" and "DEMO=1" not in row["args"]]
    return [doors.address(row, played.things) for row in rows]


def visit(page: Page, address: str) -> list[str]:
    """Return what is wrong with a page, everything on it unfolded."""
    page.set_viewport_size(WIDE)
    answer = page.goto(address)
    if answer.status != 200:
        return [f"status {answer.status}"]
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = broken_rules(page)
    page.set_viewport_size(PHONE)
    found += broken_rules(page)
    found += [f"wider than a phone: {what}" for what in page.evaluate(TOO_WIDE)]
    return list(dict.fromkeys(found))


def broken_rules(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    answer = page.evaluate("options => axe.run(options)", AXE)["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} {node['html'][:160]}"
        for rule in answer
        for node in rule["nodes"]
    ]


#: What sticks out to the right, where the page as a whole does.
TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('main *, header *, footer *')]
    .filter(part => part.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 5).map(part => part.outerHTML.slice(0, 120))"""
