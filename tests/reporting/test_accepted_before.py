"""What was accepted once is not asked again while the public reads it unchanged; links are told once."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from reporting import services
from reporting.models import AcceptedWarning, CollaborationReport, Release
from reporting.publishing import checks, releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers
from tests.reporting.test_public import past_award

pytestmark = pytest.mark.django_db

PHONE, OTHER = "0467-00-0000", "0467-11-1111"
LATER, LAST = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


@pytest.fixture
def report(office) -> CollaborationReport:
    """A public report with a phone number that was accepted."""
    made = makers.accepted_collaboration(results=f"電話 {PHONE}", content="花を植えた。")
    release = releases.begin_with(made, by=office, at=NOON)
    accept_all(release, office, at=NOON)
    publish(release, office, at=NOON)
    return made


def accept_all(release: Release, office, *, at, reason="市の代表番号") -> int:
    found = checks.in_the_way(release, at=at)
    for one in found:
        checks.accept(release, one.digest, reason=reason, by=office, at=at)
    return len(found)


def publish(release: Release, office, *, at) -> None:
    draft = releases.propose(release, by=office, at=at)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=TODAY)


def corrected(report: CollaborationReport, office, *, at, **fields) -> Release:
    report = CollaborationReport.objects.get(pk=report.pk)
    services.save_collaboration_report(
        report, fields=fields, measures=[], edit_number=report.edit_number, by=office, at=at
    )
    return releases.begin_with(report, note="訂正", by=office, at=at)


def test_unchanged_finding_is_not_asked_again_and_says_when_it_was_accepted(office, report):
    first = Release.objects.get()
    second = corrected(report, office, at=LATER, content="花を100株植えた。")

    assert checks.in_the_way(second, at=LATER) == []
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(office)
    shown = html.unescape(
        client.post(reverse("reporting:release-check", args=[second.pk])).getvalue().decode()
    )
    assert f"accepted before, with {first.number}" in shown
    assert PHONE in shown and "市の代表番号" in shown
    publish(second, office, at=LATER)

    third = corrected(report, office, at=LAST, content="花を200株植えた。")
    releases.propose(third, by=office, at=LAST)

    rows = AcceptedWarning.objects.order_by("pk")
    assert [(row.release, row.reason, row.by, row.at) for row in rows] == [
        (release, "市の代表番号", office, NOON) for release in (first, second, third)
    ]
    assert [row.before for row in rows] == [None, rows[0], rows[0]]


def test_another_text_at_the_place_is_asked_anew(office, report):
    release = corrected(report, office, at=LATER, results=f"電話 {OTHER}")

    assert [one.code for one in checks.in_the_way(release, at=LATER)] == ["reach"]
    with pytest.raises(NotPossible):
        releases.propose(release, by=office, at=LATER)


def test_what_was_taken_out_and_comes_back_is_asked_anew(office, report):
    publish(corrected(report, office, at=LATER, results="消した。"), office, at=LATER)

    release = corrected(report, office, at=LAST, results=f"電話 {PHONE}")

    assert [one.code for one in checks.in_the_way(release, at=LAST)] == ["reach"]


def test_what_was_withdrawn_and_comes_back_is_asked_anew(office, report):
    release = releases.begin(by=office, at=LATER)
    releases.put_in(
        release, "report", str(report.pk), withdraw=True, note="相手の求め", by=office, at=LATER
    )
    publish(release, office, at=LATER)

    again = releases.begin(by=office, at=LAST)
    releases.put_in(again, "report", str(report.pk), note="もう一度", by=office, at=LAST)

    assert [one.code for one in checks.in_the_way(again, at=LAST)] == ["reach"]


def test_page_that_is_taken_out_of_a_draft_and_put_in_again_keeps_what_was_accepted(office):
    made = makers.accepted_collaboration(results=f"電話 {PHONE}")
    release = releases.begin_with(made, by=office, at=NOON)
    assert accept_all(release, office, at=NOON) == 1
    releases.take_out(release.items.get(), by=office, at=NOON)
    releases.put_in(release, "report", str(made.pk), by=office, at=LATER)

    assert checks.in_the_way(release, at=LATER) == []


def test_acceptance_for_one_page_holds_for_no_other(office, report):
    other = makers.accepted_collaboration(results=f"電話 {PHONE}")
    release = corrected(report, office, at=LATER, content="花を100株植えた。")
    releases.put_in(release, "report", str(other.pk), by=office, at=LATER)

    (found,) = checks.in_the_way(release, at=LATER)

    assert found.item.key == str(other.pk)


def test_address_that_stands_in_many_rows_is_told_once_with_its_places(office):
    url = "https://www.city.example.jp/npo/award.html"
    for number in range(5):
        past_award(f"startup-2023-{number}", source=url, group_name=f"会{number}")
    past_award("startup-2024-1", source="https://www.city.example.jp/other", group_name="別の会")
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, "register", "all", by=office, at=NOON)

    found = [one for one in checks.in_the_way(release, at=NOON) if one.code == "links"]

    assert sorted(one.words.partition("https")[2] for one in found) == [
        "://www.city.example.jp/npo/award.html", "://www.city.example.jp/other",
    ]  # fmt: skip
    (many,) = [one for one in found if url in one.words]
    assert many.place.count("startup-2023-") == 3 and many.place.endswith("and 2 more")
    accept_all(release, office, at=NOON, reason="市のページ")
    publish(release, office, at=NOON)

    past_award("startup-2023-9", source=url, group_name="増えた会")
    again = releases.begin(by=office, at=LATER)
    releases.put_in(again, "register", "all", note="1件足した", by=office, at=LATER)
    assert checks.in_the_way(again, at=LATER) == []


def test_phone_number_stands_before_the_links(office):
    text = f"https://a.example.jp/ https://b.example.jp/ 電話 {PHONE}"
    made = makers.accepted_collaboration(results=text)
    release = releases.begin_with(made, by=office, at=NOON)

    assert [one.code for one in checks.findings(release, at=NOON)] == ["reach", "links", "links"]
