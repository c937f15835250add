"""The task that makes releases public dies half-way, and the next run goes on: everything once.

`make drills` kills real workers (`tests/drills/publication.py`); here a process ends at a statement.
"""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import Role
from casework import verification
from casework.models import Event, Notice
from reporting import tasks
from reporting.models import Publication, PublicEntry, Release, ReleaseItem, SearchEntry
from reporting.publishing import releases
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON
from tests.reporting import makers
from tests.reporting.test_releases import approve

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = NOON + timedelta(days=1)
RELEASES, REPORTS = 2, 2


class Death(BaseException):
    """The end of the process: nothing in it goes on."""


def dying_at(statement: str, number: int):
    """Return what lets a connection die before it runs the ``number``-th such statement."""
    seen = 0

    def run(execute, sql, params, many, context):
        nonlocal seen
        seen += sql.startswith(statement)
        if seen == number:
            raise Death(statement)
        return execute(sql, params, many, context)

    return run


def scheduled() -> list[Release]:
    office, approver = factories.user(Role.OFFICE), factories.user(Role.APPROVER)
    made = []
    for number in range(RELEASES):
        release = releases.begin(by=office, at=NOON)
        for place in range(REPORTS):
            report = makers.accepted_collaboration(title=f"報告{number}{place}")
            releases.put_in(release, "report", str(report.pk), by=office, at=NOON)
        releases.set_moment(release, MOMENT, by=office, at=NOON)
        approve(releases.propose(release, by=office, at=NOON), approver)
        made.append(release)
    return made


@pytest.mark.parametrize(
    ("statement", "number", "public"),
    [
        ('INSERT INTO "reporting_publicentry"', 2, 0),  # within the first release
        ('INSERT INTO "reporting_publicentry"', 4, 1),  # within the second
        ('INSERT INTO "reporting_searchentry"', 1, 1),  # the first is public, and in no index yet
    ],
)
def test_run_that_died_is_gone_on_with_and_nothing_is_there_twice(statement, number, public):
    made = scheduled()

    with time_machine.travel(MOMENT + timedelta(hours=5), tick=False):
        with connection.execute_wrapper(dying_at(statement, number)), pytest.raises(Death):
            tasks.publish_due()
        assert Release.objects.filter(state="published").count() == public
        assert PublicEntry.objects.count() == public * REPORTS
        assert SearchEntry.objects.count() == max(0, public - (number == 1)) * REPORTS
        for _run in range(3):
            tasks.publish_due()

    everything_is_there_once(made)


def everything_is_there_once(made: list[Release]) -> None:
    keys = set(ReleaseItem.objects.filter(release__in=made).values_list("key", flat=True))
    feed = Site("https://example.jp/", fictitious=False).read("feed.xml").body.decode()
    reports = {int(key) for key in keys}

    def events(verb: str) -> Counter:
        return Counter(Event.objects.filter(verb=verb).values_list("case", flat=True))

    assert len(keys) == RELEASES * REPORTS
    assert events("go_public") == Counter(release.pk for release in made)
    assert events("publish") == Counter(reports)
    assert Counter(Publication.objects.values_list("report", flat=True)) == Counter(reports)
    assert Counter(PublicEntry.objects.values_list("key", flat=True)) == Counter(keys)
    assert set(ReleaseItem.objects.values_list("number", flat=True)) == {1}
    assert Counter(SearchEntry.objects.values_list("key", flat=True)) == Counter(keys)
    assert {key: feed.count(f"/{key}.html</id>") for key in keys} == dict.fromkeys(keys, 1)
    told = Notice.objects.filter(posted_at__gte=MOMENT).values_list(
        "case", "kind", "recipient", "to"
    )
    assert set(Counter(told).values()) <= {1}
    assert list(verification.faults()) == []
