"""A report that becomes public before the committee had its say: warned of, or not, as the city sets it."""

from datetime import timedelta

import pytest

from accounts.models import Role
from casework import city
from casework.errors import NotPossible
from reporting import tablings
from reporting.publishing import checks, releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers, test_photos

pytestmark = pytest.mark.django_db

LAST_DAY = TODAY + timedelta(days=7)
AFTER = NOON + timedelta(days=8)


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


def said_of(report, *, by, at=NOON) -> list[str]:
    release = releases.begin_with(report, by=by, at=at)
    return [one.words for one in checks.findings(release, at=at) if one.code == "committee"]


def tabled(office, comments_until=LAST_DAY):
    report = makers.accepted_collaboration(received=False)
    made = tablings.table_reports(
        [report], fiscal_year=report.fiscal_year, tabled_on=TODAY, comments_until=comments_until,
        by=office, at=NOON,
    )  # fmt: skip
    return made.tabled.get()


def test_report_that_no_committee_received_needs_an_accepted_warning(office):
    report = makers.accepted_collaboration(received=False)
    release = releases.begin_with(report, by=office, at=NOON)
    with pytest.raises(NotPossible):
        releases.propose(release, by=office, at=NOON)

    (found,) = checks.in_the_way(release, at=NOON)
    assert not found.blocks
    checks.accept(release, found.digest, reason="急ぐ", by=office, at=NOON)

    assert releases.propose(release, by=office, at=NOON).state == "drafted"


def test_report_that_was_received_goes_without_a_warning(office):
    assert said_of(makers.accepted_collaboration(), by=office) == []


@pytest.mark.parametrize("order", ["", "before_publication"])
def test_committee_that_still_comments_is_named_with_its_last_day(office, order):
    one = tabled(office)
    if order:
        city.set_value("tabling_order", order, source="試験", by=office, at=NOON)

    (words,) = said_of(one.report, by=office)

    assert words.startswith("The committee comments on the report until")


def test_any_order_asks_for_no_committee_but_for_its_comments(office):
    city.set_value("tabling_order", "any", source="試験", by=office, at=NOON)
    assert said_of(makers.accepted_collaboration(received=False), by=office) == []

    one = tabled(office)
    tablings.comment(one, words="よい取組", by=factories.user(Role.COMMITTEE), at=NOON)

    assert said_of(one.report, by=office) == []
    release = releases.Release.objects.latest("pk")
    (found,) = [f for f in checks.findings(release, at=AFTER) if f.code == "committee"]
    assert found.words.startswith("The committee has commented")


@pytest.mark.parametrize(("number", "queries"), [(1, 16), (3, 16)])
def test_checks_of_a_release_read_many_reports_in_as_many_queries_as_one(
    office, number, queries, django_assert_num_queries
):
    """The tables of its text are read of all reports at once."""
    release = releases.begin(by=office, at=NOON)
    for _ in range(number):
        report = makers.collaboration(measures=[factories.measure()])
        test_photos.added(report)
        report = test_photos.accepted(report)
        releases.put_in(release, "report", str(report.pk), by=office, at=NOON)

    with django_assert_num_queries(queries):
        assert checks.findings(release, at=NOON) == []
