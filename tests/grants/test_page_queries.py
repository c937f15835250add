"""How often the pages that people open most ask the database: these numbers, however many cases."""

import pytest

from benchmarks import cases

pytestmark = pytest.mark.django_db

#: What each page asks; ``benchmarks/cases.py`` asks the same of PostgreSQL at up to 100,000 cases.
QUERIES = {}


def asked(world) -> dict[str, int]:
    found = cases.pages(world)
    return {name: cases.ask(who, path, requests=0).queries for name, who, path in found}


def test_no_page_asks_more_often_as_cases_grow():
    world = cases.make()
    cases.grow(world, 30)

    assert asked(world) == QUERIES
    assert max(QUERIES.values()) <= cases.MOST

    cases.grow(world, 120)
    assert asked(world) == QUERIES
