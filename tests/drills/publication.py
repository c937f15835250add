"""What may break while releases become public at their moment: each release once, as a whole, or not yet."""

from collections import Counter
from datetime import timedelta

from django.conf import settings

from accounts.models import Role
from casework import clock, verification
from casework.models import Event, Notice
from casework.services import advance
from reporting.models import Publication, PublicEntry, Release, ReleaseItem, SearchEntry
from reporting.publishing import releases
from reporting.publishing.site import Site as PublicSite
from tests import factories
from tests.drills.parts import Unmet, let_pass, until
from tests.drills.scenarios import LONG, Drill, Site, ask
from tests.reporting import makers

PUBLISH = "reporting.tasks.publish_due"
RELEASES, REPORTS = 4, 2


def worker_killed_while_releases_become_public(site: Site) -> None:
    """Kill the worker half-way (kill -9), then run the task twice at once, and once more, late."""
    site.kill("beat")
    made = schedule()
    let_pass(LONG)
    ask(PUBLISH)
    until(lambda: _published(made), "the first release is public")
    site.kill("worker")
    done = _published(made)
    if not 0 < done < RELEASES:
        raise Unmet(f"{done} of {RELEASES} releases were public when the worker was killed")
    whole_or_not_yet(made)
    site.start("worker", "second worker")
    for _ in range(2):
        ask(PUBLISH)
    until(lambda: _published(made) == RELEASES, "all releases are public")
    let_pass(timedelta(days=1))
    ask(PUBLISH)
    until(lambda: _indexed(made) == RELEASES * REPORTS, "all reports are found by the search")
    site.start("beat")
    once(made)
    site.await_rest()
    site.posted = Notice.objects.count()
    site.remark = f"{done} of {RELEASES} releases were public when the worker was killed"


def schedule() -> list[int]:
    """Let some releases of some reports be approved for a moment that is to come."""
    office, approver = factories.user(Role.OFFICE), factories.user(Role.APPROVER)
    at = clock.now()
    made = []
    for number in range(RELEASES):
        release = releases.begin(by=office, at=at)
        for place in range(REPORTS):
            report = makers.accepted_collaboration(title=f"訓練の報告{number}-{place}")
            releases.put_in(release, "report", str(report.pk), by=office, at=at)
        releases.set_moment(release, at + timedelta(minutes=1), by=office, at=at)
        draft = releases.propose(release, by=office, at=at)
        advance(draft, "approve", by=approver, at=at, decided_on=at.date())
        made.append(release.pk)
    return made


def _published(made: list[int]) -> int:
    return Release.objects.filter(pk__in=made, state="published").count()


def _keys(made: list[int]) -> list[str]:
    return list(ReleaseItem.objects.filter(release__in=made).values_list("key", flat=True))


def _indexed(made: list[int]) -> int:
    return SearchEntry.objects.filter(kind="report", key__in=_keys(made)).count()


def whole_or_not_yet(made: list[int]) -> None:
    """:raises Unmet: if a part of a release is public, or what is public is not all of one."""
    for release in Release.objects.filter(pk__in=made):
        public = PublicEntry.objects.filter(item__release=release).count()
        wanted = REPORTS if release.state == "published" else 0
        if public != wanted:
            raise Unmet(f"{public} reports of a release are public that is {release.state}")


def once(made: list[int]) -> None:
    """:raises Unmet: if anything of a release is missing, or is there twice."""
    keys = _keys(made)
    pks = [int(key) for key in keys]
    feed = (
        PublicSite("https://example.jp/", fictitious=settings.DEMO).read("feed.xml").body.decode()
    )
    entries = Counter(PublicEntry.objects.filter(kind="report").values_list("key", flat=True))
    moments = Release.objects.filter(pk__in=made).values_list("publish_at", flat=True)
    since = Notice.objects.filter(case__in=[*pks, *made], posted_at__gte=min(moments))
    told = since.values_list("case", "kind", "recipient", "to")
    found = {
        "became public": Counter(_events(made, "go_public")),
        "was published": Counter(_events(pks, "publish")),
        "version for the public": Counter(
            Publication.objects.filter(report__in=pks).values_list("report", flat=True)
        ),
        "entry": Counter({key: entries[key] for key in keys}),
        "in the feed": Counter({key: feed.count(f"/{key}.html</id>") for key in keys}),
        "in the search": Counter(
            SearchEntry.objects.filter(kind="report", key__in=keys).values_list("key", flat=True)
        ),
        "notice": Counter(told),
    }
    wrong = {name: counts for name, counts in found.items() if set(counts.values()) - {1}}
    numbers = set(ReleaseItem.objects.filter(release__in=made).values_list("number", flat=True))
    faults = list(verification.faults())
    if wrong or numbers != {1} or faults or len(found["was published"]) != len(keys):
        raise Unmet(f"not once: {wrong}, versions {numbers}, history {faults}")


def _events(cases: list[int], verb: str):
    return Event.objects.filter(case__in=cases, verb=verb).values_list("case", flat=True)


OF_PUBLICATION = (
    Drill(
        "worker killed while releases go out", worker_killed_while_releases_become_public,
        "six minutes and a day, by the demo clock",
    ),
)  # fmt: skip
