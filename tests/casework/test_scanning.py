"""Quarantine: a file is closed until a real scanner on a real line has found it clean."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import Role
from casework import clamd, files, messaging, scanning, verification
from casework.models import Notice, StoredFile
from tests import factories
from tests.casework.cases import filed, group_of
from tests.casework.clamd import EICAR, running
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

MINUTE, ENGLISH = timedelta(minutes=1), {"accept-language": "en"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
INFECTED = PDF + EICAR
Scan = StoredFile.Scan


@pytest.fixture
def scanner(settings, tmp_path):
    settings.MEDIA_ROOT, settings.CLAMD_TIMEOUT = tmp_path, 0.3
    with running() as server:
        settings.CLAMD_URL = server.url
        yield server


@remembered
def proposal():
    return filed()


def uploaded(case, content: bytes = PDF) -> StoredFile:
    by = group_of(case) if case.filed_at is None else factories.user(Role.OFFICE)
    return files.store(case, ContentFile(content, name="計画.pdf"), label="", by=by, at=NOON)


def scanned(stored: StoredFile, at=NOON) -> StoredFile:
    scanning.scan(stored.pk, at=at)
    stored.refresh_from_db()
    return stored


# The line to the scanner


@pytest.mark.parametrize(("content", "found"), [(PDF, ""), (INFECTED, "Eicar-Test-Signature")])
def test_scanner_says_what_it_found_in_all_pieces(scanner, content, found):
    whole = content.rjust(3 * clamd.PIECE + 1, b" ")

    assert clamd.scan(scanner.url, io.BytesIO(whole), timeout=5) == found
    assert scanner.scanned == [whole]


@pytest.mark.parametrize(
    ("mood", "why"), [("dead", "hung up|Connection"), ("slow", "timed out"), ("full", "size limit")]
)
def test_no_answer_is_never_taken_for_clean(scanner, mood, why):
    scanner.mood = mood

    with pytest.raises(clamd.NoAnswer, match=why):
        clamd.scan(scanner.url, io.BytesIO(PDF), timeout=0.3)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere.ctl", "http://a:3310", "a"])
def test_scanner_that_is_not_there_gives_no_answer(url):
    with pytest.raises(clamd.NoAnswer):
        clamd.scan(url, io.BytesIO(PDF), timeout=1)


# The states of a file


def test_upload_waits_and_is_open_once_found_clean(scanner, client):
    stored = uploaded(proposal())
    client.force_login(factories.user(Role.OFFICE))
    door = reverse("casework:file", args=[stored.key])

    closed = client.get(door, headers=ENGLISH)
    scanned(stored, NOON + MINUTE)

    assert closed.status_code == 409 and "not scanned yet" in closed.content.decode()
    assert (stored.scan, stored.scan_at) == (Scan.CLEAN, NOON + MINUTE)
    assert b"".join(client.get(door).streaming_content) == PDF


def test_infected_file_stays_closed_and_is_told(scanner, client):
    case = proposal()
    stored = scanned(uploaded(case, INFECTED))

    client.force_login(stored.by)
    page = client.get(reverse("casework:file", args=[stored.key]))
    told = Notice.objects.filter(kind="file_infected")

    assert stored.scan == Scan.INFECTED and not stored.is_served
    assert page.status_code == 409 and "Eicar-Test-Signature" in page.content.decode()
    assert {notice.recipient for notice in told} >= {stored.by}
    assert case.events.get(verb="file_infected").facts["file"] == stored.pk
    assert list(verification.faults()) == []
    assert files.is_intact(stored)  # sealed, and still what the history says it was


def test_infected_file_of_a_draft_is_told_to_its_group_alone(scanner):
    draft = factories.draft()
    office = factories.user(Role.OFFICE)

    stored = scanned(uploaded(draft, INFECTED))

    told = Notice.objects.filter(kind="file_infected").values_list("recipient", flat=True)
    assert list(told) == [stored.by_id] and office.pk not in told


def test_scanning_twice_changes_and_tells_nothing(scanner):
    stored = scanned(uploaded(proposal(), INFECTED))
    before = (stored.scan_at, Notice.objects.count())

    scanned(stored, NOON + MINUTE)

    assert (stored.scan_at, Notice.objects.count()) == before
    assert len(scanner.scanned) == 1


def test_second_worker_leaves_a_file_to_the_first(scanner):
    stored = uploaded(proposal())
    assert scanning._claim(stored.pk, NOON)

    assert not scanning.scan(stored.pk, at=NOON + MINUTE)
    assert scanning.scan(stored.pk, at=NOON + scanning.LEASE)  # it died over it


def test_files_that_stand_elsewhere_are_scanned_too(scanner):
    """An attachment of a message, and what is shown apart from the papers of its case."""
    case, office = proposal(), factories.user(Role.OFFICE)
    upload = ContentFile(PDF, name="地図.pdf")
    messaging.write(case, text="地図です。", key=uuid4(), by=office, at=NOON, uploads=[upload])
    attached = StoredFile.objects.get()
    apart = files.store(
        case, ContentFile(PDF, name="b.pdf"), label="", by=office, at=NOON, apart=True
    )

    assert list(scanning.waiting(at=NOON)) == [attached.pk, apart.pk]
    assert [scanned(one).scan for one in (attached, apart)] == [Scan.CLEAN, Scan.CLEAN]


@pytest.mark.parametrize("mood", ["dead", "slow"])
def test_silent_scanner_is_asked_again_later_and_longer(scanner, mood):
    scanner.mood = mood
    stored = scanned(uploaded(proposal()))
    first = stored.scan_after

    assert stored.scan == Scan.FAILED and not stored.is_served
    assert list(scanning.waiting(at=NOON)) == []
    scanned(stored, first)
    assert stored.scan_after - first > first - NOON
    scanner.mood = "well"
    assert list(scanning.waiting(at=stored.scan_after)) == [stored.pk]
    assert scanned(stored, stored.scan_after).scan == Scan.CLEAN


def test_files_from_before_the_scanner_are_closed_and_swept(scanner, settings):
    url, settings.CLAMD_URL = settings.CLAMD_URL, ""
    stored = uploaded(proposal())
    open_before = stored.is_served
    settings.CLAMD_URL = url

    assert open_before and not stored.is_served
    assert list(scanning.waiting(at=NOON)) == [stored.pk]
    assert scanned(stored).is_served


def test_file_of_a_message_is_scanned_too_and_opens_once_found_clean(scanner, client):
    case, office = proposal(), factories.user(Role.OFFICE)
    messaging.write(
        case, text="地図です。", key=uuid4(), by=office, at=NOON,
        uploads=[ContentFile(PDF, name="地図.pdf")],
    )  # fmt: skip
    stored = StoredFile.objects.get()
    client.force_login(group_of(case))
    closed = client.get(reverse("casework:file", args=[stored.key]), headers=ENGLISH)

    assert list(scanning.waiting(at=NOON)) == [stored.pk]
    assert closed.status_code == 409
    assert scanned(stored).is_served
    opened = client.get(reverse("casework:file", args=[stored.key]))
    assert b"".join(opened.streaming_content) == PDF


def test_what_was_to_be_scanned_stays_closed_when_the_scanner_is_taken_away(scanner, settings):
    stored = uploaded(proposal())
    settings.CLAMD_URL = ""

    assert not stored.is_served
    assert list(scanning.waiting(at=NOON)) == []
    assert not scanning.scan(stored.pk, at=NOON)


@pytest.mark.parametrize("configured", [True, False])
def test_engine_room_says_whether_files_are_scanned(scanner, settings, client, configured):
    if not configured:
        settings.CLAMD_URL = ""
    client.force_login(factories.user(Role.OFFICE))

    page = client.get(reverse("casework:engine"), headers=ENGLISH).content.decode()

    assert ("No scanner is configured" in page) is not configured
