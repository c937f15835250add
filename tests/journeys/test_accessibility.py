"""Every page that a person may open: WCAG 2.2 AA, no script errors, no sideways scrolling."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page

from accounts.models import User
from casework.models import Case
from config.rehearsal.cast import DOMAIN
from tests.doors import doors, world

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
    world.build()
    with time_machine.travel(world.NOW, tick=False):
        yield world.things()


def test_no_page_keeps_anybody_out(played, page, live_server):
    findings = []
    page.on("console", lambda said: findings.extend(complaints(page.url, said)))
    page.on("pageerror", lambda error: findings.append(f"{page.url}: {error}"))

    for column, person, addresses in tours(played):
        log_in(page.context, live_server.url, person)
        for address in addresses:
            findings += [f"{column} {address}: {finding}" for finding in visit(page, address)]
    log_in(page.context, live_server.url, None, language="en")
    for address in [*ENTRANCE, *public(played)]:
        findings += [f"en {address}: {finding}" for finding in visit(page, address)]

    assert not findings, "\n".join(findings)


def complaints(address: str, said: ConsoleMessage) -> list[str]:
    """Return what the browser complains about: scripts, and what the security policy refused."""
    return [f"{address}: {said.text}"] if said.type in ("error", "warning") else []


def tours(things: dict) -> Iterator[tuple[str, User | None, list[str]]]:
    """Yield each person with the pages to visit: an address once, case pages with each person."""
    seen: set[str] = set()
    for column, name in world.PEOPLE.items():
        person = User.objects.get(email=f"{name}{DOMAIN}") if name else None
        extra = OWN_LOGIN if column == "member" else [] if person else ENTRANCE
        addresses = [*extra, *cases_of_each_state(person, column)] if person else [*extra]
        for row in doors.read():
            if row["method"] == "GET" and row[column] == "200":
                address = doors.address(row, things)
                if address not in seen or row["door"] == "casework:case":
                    addresses.append(address)
                seen.add(address)
        yield column, person, [a for a in dict.fromkeys(addresses) if is_page(a, person)]


def cases_of_each_state(person: User, column: str) -> list[str]:
    """Return the office's way to one case of every kind and state."""
    if column != "office":
        return []
    found = Case.objects.visible_to(person.act_on(world.NOW.date())).order_by("pk")
    one = {(case.kind, case.state): case for case in found}
    return [reverse("casework:case", args=[case.pk]) for case in one.values()]


def public(things: dict) -> list[str]:
    rows = [row for row in doors.read() if row["method"] == "GET" and row["anonymous"] == "200"]
    return [a for a in (doors.address(row, things) for row in rows) if is_page(a, None)]


def is_page(address: str, person: User | None) -> bool:
    client = Client()
    if person:
        client.force_login(person)
    response = client.get(address)
    response.close()
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


def visit(page: Page, address: str) -> list[str]:
    """Return what is wrong with a page, everything on it unfolded."""
    page.set_viewport_size(WIDE)
    page.goto(address)
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
