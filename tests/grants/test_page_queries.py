"""How often the pages that people open most ask the database: these numbers, however many cases."""

import pytest

from benchmarks import cases

pytestmark = pytest.mark.django_db

#: What each page asks; ``benchmarks/cases.py`` asks the same of PostgreSQL at up to 100,000 cases.
QUERIES = {
    "office list": 7,
    "applicant page": 11,
    "payment list": 10,
    "proposal: now (office)": 10,
    "proposal: requirements (office)": 12,
    "proposal: content (office)": 10,
    "proposal: contact (office)": 10,
    "proposal: papers (office)": 11,
    "proposal: records (office)": 10,
    "year: now (office)": 11,
    "year: content (office)": 8,
    "year: money (office)": 10,
    "year: activities (office)": 10,
    "year: reports (office)": 11,
    "year: contact (office)": 10,
    "year: papers (office)": 11,
    "year: records (office)": 11,
    "proposal: now (group)": 10,
    "proposal: requirements (group)": 12,
    "proposal: content (group)": 10,
    "proposal: contact (group)": 10,
    "proposal: papers (group)": 11,
    "proposal: records (group)": 10,
    "year: now (group)": 11,
    "year: content (group)": 8,
    "year: money (group)": 10,
    "year: activities (group)": 10,
    "year: reports (group)": 11,
    "year: contact (group)": 10,
    "year: papers (group)": 11,
    "year: records (group)": 11,
}


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
