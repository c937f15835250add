"""Every page that a person may open: WCAG 2.2 AA, no script errors, no sideways scrolling.

Two tables say which pages there are: the doors of the program and those of the administration site.
The pages of logging in are a library's; they are listed here, and the list is held against the
addresses. On the pages of libraries a Japanese reader meets no English sentence either.

Left out of the administration site: the tables of libraries, which open to nobody (their doors are
in the table), its page "not found", and the same page in another order, filter or page of a list.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import get_resolver, resolve, reverse
from playwright.sync_api import ConsoleMessage, Page

from accounts.models import User
from accounts.services.logins import reset_link
from casework import clock
from casework.models import Case, ClosedDay
from reporting.publishing import axe
from tests import factories
from tests.doors import admin, doors, world
from tests.doors.tables import Row
from tests.doors.world import World

from .conftest import log_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AXE = axe.OPTIONS
#: To look for style sheets that turn a page by the phone's position, axe copies the sheets that
#: others import into the page, which our policy refuses; only the administration site imports any.
AXE_OF_ADMIN = AXE | {"preload": False}

#: Pages of logging in: who is met there first → the names of the addresses.
LOG_IN = {
    "nobody": ["account_login", "account_signup", "account_reset_password",
               "account_reset_password_done", "account_reset_password_from_key_done",
               "account_inactive", "account_email_verification_sent"],
    "one_step": ["account_email", "account_change_password", "account_logout", "mfa_index",
                 "mfa_list_webauthn", "usersessions_list"],
    "sure": ["mfa_activate_totp", "mfa_add_webauthn"],
    "two_steps": ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes",
                  "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_reauthenticate",
                  "mfa_reauthenticate_webauthn"],
    "key": ["mfa_edit_webauthn", "mfa_remove_webauthn"],
    "on_the_way": ["account_reauthenticate", "account_set_password", "account_confirm_email",
                   "account_reset_password_from_key", "mfa_authenticate"],
}  # fmt: skip
#: Addresses that show no page.
NO_PAGE = {
    "mfa_download_recovery_codes",  # a file
    "mfa_login_webauthn",  # what a passkey is asked, for the script
    "account_confirm_login_code",  # codes by mail are not sent here
}

#: Three words of English, of which the last two are written small.
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")


@pytest.fixture
def played():
    """The world of the doors; the clock stands still in it."""
    with time_machine.travel(world.NOW, tick=False):
        yield world.build()


@pytest.fixture
def heard(page) -> list[str]:
    """What the browser complains about while the test walks."""
    findings = []
    page.on("console", lambda said: findings.extend(complaints(page.url, said)))
    page.on("pageerror", lambda error: findings.append(f"{page.url}: {error}"))
    return findings


#: Two browsers share the pages, for they are many.
shared = pytest.mark.parametrize("half", [0, 1])
#: A phone shows every page with more rules to break; the wide screen is left to ``make long``.
at_each_width = pytest.mark.parametrize(
    "width",
    [pytest.param(PHONE, id="phone"), pytest.param(WIDE, id="wide", marks=pytest.mark.long)],
)


@at_each_width
@shared
def test_no_page_keeps_anybody_out(played, page, live_server, heard, half, width):
    for column in doors.READERS:
        log_in(page.context, live_server.url, played.person(column))
        for site, address in [*tour(played, column), *every_state(played, column)][half::2]:
            with site:
                found = visit(page, address, width)
                heard += [f"{column} {address}: {finding}" for finding in found]
    log_in(page.context, live_server.url, None, language="en")
    for address in public(played)[half::2]:
        heard += [f"en {address}: {finding}" for finding in visit(page, address, width)]

    assert not heard, "\n".join(heard)


@pytest.mark.long
@shared
def test_no_page_of_the_administration_site_keeps_anybody_out(
    played, page, live_server, heard, half
):
    admin.furnish()

    for column in doors.READERS:
        log_in(page.context, live_server.url, played.person(column))
        for address in list(tables(played, column))[half::2]:
            heard += [f"{column} {address}: {finding}" for finding in visit(page, address)]

    assert not heard, "\n".join(heard)


@pytest.mark.long
def test_no_step_of_an_import_keeps_anybody_out(played, page, live_server, heard):
    admin.furnish()

    log_in(page.context, live_server.url, played.person("admin"))
    for step, reached in table_comes_in(page):
        heard += [f"{step}: {finding}" for finding in reached]

    assert not heard, "\n".join(heard)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_of_logging_in_keeps_anybody_out(page, live_server, heard, language):
    for name, reached in everyone_logs_in(page, live_server.url, language):
        heard += [f"{name}: {finding}" for finding in reached]

    assert not heard, "\n".join(heard)


def test_every_address_of_logging_in_is_walked_or_shows_no_page():
    names = {pattern.name for pattern in of_libraries(get_resolver())}

    assert names == {name for stage in LOG_IN.values() for name in stage} | NO_PAGE


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


def tables(played: World, column: str) -> Iterator[str]:
    """Yield the pages of the administration site that this person reads.

    The administrator reads each that opens to them, the office what belongs to it alone.
    """
    for row in admin.TABLE.rows():
        readers = "admin" if row["admin"] == "200" else doors.reader(row)
        if row["answer"] == "page" and readers == column:
            yield admin.address(row["door"], played)


def table_comes_in(page: Page) -> Iterator[tuple[str, list[str]]]:
    """Yield what is wrong on the pages that no address leads to: tables and forms that were sent."""
    known = ClosedDay.objects.earliest("day")
    days = reverse("admin:casework_closedday_changelist")
    upload(page, f"{known.day},休み,訂正", "2031-02-03,臨時の休み,訂正")
    page.locator(".import-preview ins").first.wait_for()
    yield "import, preview", look(page)
    page.locator("input[name=confirm]").click()
    page.locator(".messagelist .success").wait_for()
    yield "import, done", led_to(page, "admin:casework_closedday_changelist")
    upload(page, "2031-02-04,,")
    page.locator(".import-preview td li").first.wait_for()
    yield "import, refused", look(page)
    upload(page, "三日,休み,訂正")
    page.locator(".import-preview td li, .errorlist li").first.wait_for()
    yield "import, not a day", look(page)
    upload(page, "休み", columns="name")
    page.locator(".errorlist li").first.wait_for()
    yield "import, without its key", look(page)
    yield "history", visit(page, reverse("admin:casework_closedday_history", args=[known.pk]))
    yield "search", visit(page, f"{days}?q=臨時")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.locator("button[name=index]").click()
    page.locator("input[name=post]").wait_for(state="attached")
    yield "delete chosen rows", look(page)
    page.goto(reverse("admin:casework_closedday_add"))
    page.locator("input[name=_save]").click()
    page.locator(".errornote").wait_for()
    yield "form with errors", look(page)
    yield "small window", visit(page, reverse("admin:accounts_department_add") + "?_popup=1")


def upload(page: Page, *rows: str, columns: str = "day,name,source") -> None:
    """Send closed days as a CSV file."""
    page.set_viewport_size(WIDE)
    page.goto(reverse("admin:casework_closedday_import"))
    table = "\n".join([columns, *rows])
    file = {"name": "days.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("[name=import_file]").set_input_files(file)
    page.locator("[name=format]").select_option(label="csv")
    page.locator("#content form input[type=submit]").click()


def everyone_logs_in(page: Page, site: str, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what is wrong on each page of logging in, of people with one step, two, or no password."""
    log_in(page.context, site, None, language=language)
    yield from walk(page, LOG_IN["nobody"])
    person = factories.user("office")
    address = EmailAddress.objects.create(user=person, email=person.email)
    key = EmailConfirmationHMAC.create(address).key
    yield "confirm an address", visit(page, reverse("account_confirm_email", args=[key]))
    page.locator("main form button[type=submit]").click()
    boss = factories.user("administrator")
    page.goto(urlsplit(reset_link(person, by=boss, at=clock.now())).path)
    yield "new password", led_to(page, "account_reset_password_from_key")
    yield "link that is used up", visit(page, "/accounts/password/reset/key/1-none/")

    log_in(page.context, site, person, language=language)
    yield from walk(page, LOG_IN["one_step"])
    yield "who is it", visit(page, reverse("account_reauthenticate"))
    page.locator("[name=password]").fill("correct-horse")
    page.locator("main form button[type=submit]").first.click()
    yield from walk(page, LOG_IN["sure"])
    passkey = second_steps(page, person)
    yield from walk(page, LOG_IN["two_steps"])
    yield from walk(page, LOG_IN["key"], passkey.pk)

    log_in(page.context, site, None, language=language)
    page.goto(reverse("account_login"))
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill("correct-horse")
    page.locator("main form button[type=submit]").first.click()
    yield "second step", led_to(page, "mfa_authenticate")
    newcomer = factories.user("office")
    newcomer.set_unusable_password()
    newcomer.save()
    log_in(page.context, site, newcomer, language=language)
    yield from walk(page, ["account_set_password"])


def walk(page: Page, names: list[str], *args) -> Iterator[tuple[str, list[str]]]:
    for name in names:
        yield name, visit(page, reverse(name, args=args))


def second_steps(page: Page, person: User) -> Authenticator:
    """Give a person every kind of second step, of which the page adds the passkey; return it."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind | able})
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("[name=name]").fill("鍵")
    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return Authenticator.objects.get(user=person, type="webauthn")


def of_libraries(resolver) -> Iterator:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            if not pattern.namespace:  # the administration site's have their table
                yield from of_libraries(pattern)
        elif pattern.name and pattern.name.startswith(doors.LIBRARIES):
            yield pattern


def visit(page: Page, address: str, *widths: dict) -> list[str]:
    """Return what is wrong with the page at an address.

    :param widths: of the screens on which it is looked at; both, if none is named.
    """
    page.set_viewport_size(widths[0] if widths else WIDE)
    answer = page.goto(address)
    if answer.status != 200:
        return [f"status {answer.status}"]
    if (reached := urlsplit(page.url).path) != urlsplit(address).path:
        return [f"leads to {reached}"]
    return look(page, *widths)


def led_to(page: Page, name: str) -> list[str]:
    """Return what is wrong with the page that one should have been led to."""
    path = urlsplit(page.url).path
    return look(page) if resolve(path).view_name == name else [f"leads to {path}"]


def look(page: Page, *widths: dict) -> list[str]:
    """Return what is wrong with the page that is open, everything on it unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = english(page)
    for width in widths or (WIDE, PHONE):
        page.set_viewport_size(width)
        found += broken_rules(page)
        if width == PHONE:
            found += [f"wider than a phone: {what}" for what in page.evaluate(TOO_WIDE)]
    return list(dict.fromkeys(found))


def broken_rules(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = AXE_OF_ADMIN if "/admin/" in page.url else AXE
    answer = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} {node['html'][:160]}"
        for rule in answer
        for node in rule["nodes"]
    ]


def english(page: Page) -> list[str]:
    """Return the English sentences on a Japanese page of a library, those of labels too."""
    if page.evaluate(LANGUAGE) != "ja" or not re.search("/admin/|/accounts/", page.url):
        return []
    said = page.evaluate(SAID)
    return [f"English: {line}" for line in said.splitlines() if ENGLISH.search(line)]


LANGUAGE = "() => document.documentElement.lang"
#: What a reader sees, or hears read.
SAID = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll('[title], [alt], [aria-label], [placeholder], [type=submit]')]
    .flatMap(part => [part.title, part.alt, part.ariaLabel, part.placeholder, part.value])
].join('\\n')"""
#: What sticks out to the right, where the page as a whole does.
TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('main *, header *, footer *')]
    .filter(part => part.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 5).map(part => part.outerHTML.slice(0, 120))"""
