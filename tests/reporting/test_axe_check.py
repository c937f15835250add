"""axe looks at the very pages of a release: what it found is told, and counts while they read as they did."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role
from casework import works
from casework.errors import NotPossible
from casework.models import Work
from guideline.models import Progress
from reporting.models import PageLook, Release, ReleaseItem
from reporting.publishing import axe_check, checks, contents, releases
from reporting.publishing.axe import Looker
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers
from tests.services import chromium

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
#: Breaks three rules on each screen: two pictures without words, pale words, no language.
PLANTED = (
    b"<!doctype html><html><head><title>a</title><link rel=stylesheet href='../style.css'></head>"
    b"<body><main><h1>a</h1><img src='photo-1.jpg'><img src='photo-2.jpg'>"
    b"<p class='pale'>pale</p></main></body></html>"
)
STYLE = b".pale { color: #ddd }"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def with_browser(settings):
    """A browser is set; the path is that of none, so that whoever opens it sees it."""
    settings.AXE_BROWSER = "/nowhere/chromium"


@pytest.fixture
def report():
    return makers.accepted_collaboration(results="花を植えた。")


@pytest.fixture
def release(office, report) -> Release:
    return releases.begin_with(report, by=office, at=NOON)


def said(release: Release, at=NOON) -> list[tuple[str, str, str]]:
    return [(one.code, one.place, one.words) for one in checks.findings(release, at=at)]


def codes(release: Release, at=NOON) -> list[str]:
    return [code for code, _place, _words in said(release, at=at)]


def looked_at(release: Release, *violations: dict, at=NOON) -> None:
    """Keep looks at the pages of a release, as a worker does."""
    for item in release.items.all():
        content = checks.content_of(item, at=at)
        kept = {"digest": axe_check.digest_shown(item, content), "at": at}
        PageLook.objects.update_or_create(
            item=item, defaults=kept | {"violations": list(violations)}
        )


def checked(user, release: Release, language="en") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client.post(reverse("reporting:release-check", args=[release.pk])).content.decode()


def test_where_no_browser_is_set_nothing_is_asked_and_the_page_says_so(office, release):
    assert codes(release) == []
    words = checked(office, release)
    assert "it is not set" in words and "Let axe look" not in words
    with pytest.raises(NotPossible, match="no browser"):
        axe_check.ask_to_look(release, by=office, at=NOON)


def test_page_that_axe_did_not_look_at_is_in_the_way_until_it_did(office, release, with_browser):
    assert codes(release) == ["axe_unseen"]
    assert "Let axe look at the pages" in checked(office, release)

    looked_at(release)

    assert codes(release) == []
    words = checked(office, release)
    assert "Nothing is in the way." in words and "Let axe look" not in words


def test_what_was_written_since_is_looked_at_again(office, release, report, with_browser):
    looked_at(release)
    report.results = "花と木を植えた。"
    report.save()

    assert codes(release, at=LATER) == ["axe_unseen"]


def test_tables_are_no_others_at_a_later_moment(office, with_browser):
    year, measure = makers.granted_year(), factories.measure()
    Progress.objects.create(
        measure=measure, fiscal_year=2026, as_of=TODAY, status="partly", result="進めた"
    )
    release = releases.begin(by=office, at=NOON)
    for kind, key in (
        ("register", contents.ALL),
        ("figures", str(year.proposal.fiscal_year)),
        ("progress", f"{measure.edition.code}/{TODAY.isoformat()}"),
    ):
        releases.put_in(release, kind, key, by=office, at=NOON)
    assert codes(release).count("axe_unseen") == 3
    looked_at(release)

    assert "axe_unseen" not in codes(release, at=LATER)


def test_tombstone_is_looked_at_too(office, with_browser):
    report = makers.published_collaboration()
    release = releases.begin(by=office, at=NOON)
    releases.put_in(
        release, "report", str(report.pk), withdraw=True, note="取り下げ", by=office, at=NOON
    )
    assert codes(release) == ["axe_unseen"]

    looked_at(release)
    assert codes(release) == []


def test_what_waits_was_looked_at_before_it_was_proposed(office, release, with_browser):
    looked_at(release)
    draft = releases.propose(release, by=office, at=NOON)
    PageLook.objects.all().delete()
    release.refresh_from_db()

    assert draft.state and codes(release) == []
    with pytest.raises(NotPossible, match="before it was proposed"):
        axe_check.ask_to_look(release, by=office, at=NOON)


def test_rule_that_is_broken_is_told_once_with_its_pages(office, release, with_browser):
    broken = {"rule": "image-alt", "criteria": ["1.1.1"], "places": 2, "first": "/html/body/img"}
    advised = {"rule": "region", "criteria": [], "places": 1, "first": "/html/body/p"}
    looked_at(
        release,
        *({**broken, "language": language, "width": 390} for language in ("ja", "en")),
        {**advised, "language": "ja", "width": 1280},
    )

    with translation.override("en"):
        assert said(release) == [
            (
                "axe", "page in Japanese (390 px), page in English (390 px)",
                "The rule “image-alt” of axe (WCAG 1.1.1) is broken at 2 places, the first: "
                "/html/body/img. Tell the administrator of this site.",
            ),
            (
                "axe", "page in Japanese (1280 px)",
                "The rule “region” of axe (advised, of no criterion) is broken at 1 places, the first: "
                "/html/body/p. Tell the administrator of this site.",
            ),
        ]  # fmt: skip
    with pytest.raises(NotPossible, match="2 findings"):
        releases.propose(release, by=office, at=NOON)


def test_browser_that_does_not_start_is_told_and_asking_again_tries_again(
    office, release, with_browser
):
    asked = axe_check.ask_to_look(release, by=office, at=NOON)
    assert axe_check.ask_to_look(release, by=office, at=NOON).pk == asked.pk

    assert works.do(asked.pk, now=timezone.now)

    asked.refresh_from_db()
    assert asked.state == "failed" and "/nowhere/chromium" in asked.refusal
    assert not PageLook.objects.exists()
    assert axe_check.ask_to_look(release, by=office, at=NOON).state == "waiting"


def test_bar_is_for_whoever_reads_releases(office, release, with_browser):
    asked = axe_check.ask_to_look(release, by=office, at=NOON)

    for role, sees in ((Role.OFFICE, True), (Role.APPROVER, True), (Role.COMMITTEE, False)):
        seen = Work.objects.visible_to(factories.user(role))
        assert seen.filter(pk=asked.pk).exists() is sees


@pytest.mark.journey
def test_looker_finds_what_is_planted_on_each_screen():
    with Looker(chromium()) as looker:
        found = looker.look(PLANTED, STYLE)
        assert not looker.look(PLANTED.replace(b"<img", b"<img alt=''").replace(
            b"<html>", b"<html lang='ja'>"
        ), b"")  # fmt: skip

    told = [(one.width, one.rule, one.criteria, one.places) for one in found]
    assert told == [
        (width, rule, criteria, places)
        for width in (390, 1280)
        for rule, criteria, places in (
            ("color-contrast", ("1.4.3",), 1),
            ("html-has-lang", ("3.1.1",), 1),
            ("image-alt", ("1.1.1",), 2),
        )
    ]


@pytest.mark.journey
def test_worker_looks_at_every_page_that_stands_in_the_release(office, release, settings):
    settings.AXE_BROWSER = chromium()
    gone = makers.accepted_collaboration(title="出したもの")
    releases.put_in(release, "report", str(gone.pk), by=office, at=NOON)
    asked = axe_check.ask_to_look(release, by=office, at=NOON)
    releases.take_out(ReleaseItem.objects.get(key=str(gone.pk)), by=office, at=NOON)

    assert works.do(asked.pk, now=timezone.now)

    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.total) == ("done", 1, 1)
    (kept,) = PageLook.objects.all()
    assert (kept.item, kept.violations) == (release.items.get(), [])
    assert codes(release) == []
    assert releases.propose(release, by=office, at=NOON).state
