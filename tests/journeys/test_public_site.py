"""The exported site in a browser, from the disk: every kind of page, wide and on a phone, without scripts."""

import io
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from tests.factories import NOON
from tests.reporting import test_site as site

from .test_accessibility import PHONE, WIDE, broken_rules

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Everything that can be released, exported."""
    with time_machine.travel(NOON, tick=False):
        site.everything()
        call_command("export_site", str(tmp_path), "--base-url", site.BASE, stdout=io.StringIO())
    return tmp_path


def test_no_exported_page_keeps_anybody_out(folder, page):
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) == 22
    found = []
    for path in pages:
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            found += [f"{path}: {rule}" for rule in broken_rules(page)]
            found += [f"{path}: wider than the window"] if wide else []
            assert page.evaluate("document.scripts.length") == 0
    assert not found, "\n".join(found)
