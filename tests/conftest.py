"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests import services

# How fast the machine is, and what else it does, is nothing that a property is about.
properties.register_profile("yell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("yell")


@pytest.hookimpl(trylast=True)  # after -m has left out what was not asked for
def pytest_collection_modifyitems(items) -> None:
    """Refuse to run tests of PostgreSQL on another database: they would prove nothing."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return
    if any(item.get_closest_marker("postgres") for item in items):
        raise pytest.UsageError(
            "Type: .venv/bin/python -m tests.services postgres .venv/bin/python -m pytest -m postgres"
        )


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real broker."""
    with services.valkey() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A real Chromium, driven by Playwright; make a page in a context of its own in each test."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=services.chromium(), args=quiet)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser, live_server) -> Iterator:
    """A fresh browser page at the site, speaking Japanese."""
    context = browser.new_context(base_url=live_server.url, locale="ja-JP")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def messages_in_english() -> Iterator[None]:
    """Let tests quote messages as the sources have them, whatever an earlier request left active."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def emptied_database(request, _django_db_helper) -> Iterator[None]:
    """Let SQLite empty the append-only tables after a test that committed to them."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if commits or (marker and marker.kwargs.get("transaction")):
        from casework import guards

        guards.lift(plan=["emptying"])  # emptying installs them again
