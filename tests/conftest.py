"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests import remembering, services

# How fast the machine is, and what else it does, is nothing that a property is about.
properties.register_profile("yell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("yell")


def pytest_ignore_collect(collection_path, config) -> bool | None:
    """Leave alone what cannot hold a test that ``-m`` asks for: its marker stands there by name.

    To import all files for a handful of tests takes longer than many a pass of them.
    """
    if collection_path.name.startswith("test_") and collection_path.suffix == ".py":
        text = collection_path.read_text()
        return any(name not in text for name in asked_for(config.option.markexpr)) or None
    return None


def asked_for(expression: str) -> list[str]:
    """Return the markers that every test which ``-m`` chooses bears; none where it says "or"."""
    parts = [] if " or " in expression else expression.split(" and ")
    return [part for part in parts if part.isidentifier()]


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Say of the tables, which were made from the models, that they are migrated, as a site's are."""
    settings.MIGRATION_MODULES = {}  # --nomigrations hides them for good
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in MigrationLoader(None).disk_migrations:
            recorder.record_applied(app, name)


@pytest.fixture(autouse=True)
def journal(request, _django_db_helper) -> Iterator[None]:
    """Take down what the makers of a test's beginning write (see :mod:`tests.remembering`)."""
    marker = request.node.get_closest_marker("django_db")
    touches = marker or "db" in request.fixturenames
    if not touches or commits(request) or connection.vendor != "sqlite":
        yield
        return
    with remembering.journal():
        yield


@pytest.fixture(autouse=True, scope="module")
def forgotten() -> None:
    """What the makers of one file wrote is nothing to the next."""
    remembering.forget()


@pytest.fixture(autouse=True)
def messages_in_english() -> Iterator[None]:
    """Let tests quote messages as the sources have them, whatever an earlier request left active."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def emptied_database(request, _django_db_helper) -> Iterator[None]:
    """Let SQLite empty the append-only tables after a test that committed to them."""
    yield
    if commits(request):
        from casework import guards

        guards.lift(plan=["emptying"])  # emptying installs them again


def commits(request) -> bool:
    """Whether a test writes for good, in place of in a transaction that is taken back after it."""
    marker = request.node.get_closest_marker("django_db")
    named = {"transactional_db", "live_server"} & set(request.fixturenames)
    return bool(named or (marker and marker.kwargs.get("transaction")))
