"""The copies of pictures that browsers show: for whoever sees the case, and not before the scan."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from casework import files, picture_copies, scanning
from casework.models import PictureCopy, StoredFile
from casework.picture_copies import NoCopy, NotYet, Size
from tests import factories
from tests.casework.camera import PLANTED, photo
from tests.casework.cases import filed, group_of
from tests.casework.clamd import EICAR, running
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@remembered
def proposal():
    return filed()


def uploaded(case=None, *, name: str = "IMG_0001.HEIC", content: bytes | None = None) -> StoredFile:
    upload = SimpleUploadedFile(name, content or photo("HEIF"))
    by = factories.anyone(Role.OFFICE)
    return files.store(case or proposal(), upload, label="", by=by, at=NOON)


def door(stored: StoredFile, size: str = "small") -> str:
    return reverse("casework:file-picture", args=[stored.key, size])


@pytest.mark.parametrize("size", Size.values)
def test_photo_of_a_telephone_is_shown_as_a_jpeg_without_its_position(client, size):
    stored = uploaded()
    client.force_login(factories.user(Role.OFFICE))

    answer = client.get(door(stored, size))

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert [planted for planted in PLANTED if planted in answer.content] == []
    assert answer["Cache-Control"] == "private, no-cache"


def test_browser_that_has_the_copy_is_told_so_only_after_asking_who_it_is(client):
    stored = uploaded()
    client.force_login(factories.user(Role.OFFICE))
    etag = client.get(door(stored))["ETag"]

    again = client.get(door(stored), headers={"if-none-match": etag})
    client.force_login(factories.member(factories.organization()))
    other = client.get(door(stored), headers={"if-none-match": etag})

    assert (again.status_code, again.content, other.status_code) == (304, b"", 404)


@pytest.mark.parametrize(
    ("who", "status"),
    [("group", 200), ("office", 200), ("auditor", 200), ("other group", 404), ("nobody", 302)],
)
def test_copy_is_for_whoever_may_see_the_case(client, who, status):
    case = proposal()
    stored = uploaded(case)
    people = {
        "group": lambda: group_of(case),
        "office": lambda: factories.user(Role.OFFICE),
        "auditor": lambda: factories.user(Role.AUDITOR),
        "other group": lambda: factories.member(factories.organization()),
    }
    if who in people:
        client.force_login(people[who]())

    assert client.get(door(stored)).status_code == status


def test_there_is_no_copy_of_a_paper_or_of_another_size(client):
    stored = uploaded(name="a.pdf", content=b"%PDF-1.7\n")
    client.force_login(factories.user(Role.OFFICE))

    assert client.get(door(stored)).status_code == 404
    assert client.get(door(uploaded(), "huge")).status_code == 404
    with pytest.raises(NoCopy):
        picture_copies.copy_of(stored, Size.SMALL)


def test_second_reader_gets_the_row_that_is_there(client):
    stored = uploaded()
    client.force_login(factories.user(Role.OFFICE))

    first, second = client.get(door(stored)).content, client.get(door(stored)).content

    assert first == second == bytes(PictureCopy.objects.get().content)


def test_upload_draws_both_copies_once_it_is_committed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        stored = uploaded()
        picture_copies.ask_soon(stored)

    assert set(stored.copies.values_list("size", flat=True)) == set(Size.values)


def test_large_picture_is_left_to_a_worker(client, monkeypatch):
    stored, asked = uploaded(), []
    monkeypatch.setattr(picture_copies, "AT_ONCE", 100)
    monkeypatch.setattr(
        picture_copies.current_app, "send_task", lambda *task, **how: asked.append(how["kwargs"])
    )
    client.force_login(factories.user(Role.OFFICE))

    with pytest.raises(NotYet):
        picture_copies.copy_of(stored, Size.LARGE)
    answer = client.get(door(stored))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert asked == [{"file_id": stored.pk}] * 2

    # Lost or twice: the same.
    assert [picture_copies.draw_all(stored.pk) for _ in range(2)] == [2, 0]
    assert client.get(door(stored)).status_code == 200


def test_worker_that_died_midway_is_made_up_for():
    stored = uploaded()
    small = picture_copies.copy_of(stored, Size.SMALL)

    assert picture_copies.draw_all(stored.pk) == 1
    assert stored.copies.get(size=Size.SMALL).pk == small.pk


def test_message_about_a_file_that_is_no_more_does_nothing():
    assert picture_copies.draw_all(0) == 0


def test_nothing_is_drawn_before_the_scanner_let_it_pass(settings, client):
    client.force_login(factories.user(Role.OFFICE))
    with running() as server:
        settings.CLAMD_URL, settings.CLAMD_TIMEOUT = server.url, 0.3
        stored = uploaded()

        assert client.get(door(stored)).status_code == 409
        assert picture_copies.draw_all(stored.pk) == 0
        assert not PictureCopy.objects.exists()
        scanning.scan(stored.pk, at=NOON + timedelta(minutes=1))
        assert client.get(door(stored)).status_code == 200


def test_copies_of_an_infected_picture_are_never_drawn(settings, client):
    client.force_login(factories.user(Role.OFFICE))
    with running() as server:
        settings.CLAMD_URL, settings.CLAMD_TIMEOUT = server.url, 0.3
        stored = uploaded(name="a.jpg", content=photo("JPEG") + EICAR)
        scanning.scan(stored.pk, at=NOON)

        assert client.get(door(stored)).status_code == 409
        assert picture_copies.draw_all(stored.pk) == 0


def test_scanner_that_is_configured_later_closes_what_was_drawn_before(settings, client):
    stored = uploaded()
    client.force_login(factories.user(Role.OFFICE))
    assert client.get(door(stored)).status_code == 200

    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    assert client.get(door(stored)).status_code == 409


def test_copies_go_with_the_file(client):
    stored = uploaded()
    picture_copies.draw_all(stored.pk)
    client.force_login(factories.user(Role.OFFICE))

    files.mark_destroyed(StoredFile.objects.filter(pk=stored.pk), at=NOON)

    assert not PictureCopy.objects.exists()
    assert client.get(door(stored)).status_code == 404
    assert picture_copies.draw_all(stored.pk) == 0


def test_picture_that_was_taken_out_is_shown_to_nobody(client):
    draft = factories.draft()
    upload = SimpleUploadedFile("a.webp", photo("WEBP"))
    stored = files.store(draft, upload, label="", by=group_of(draft), at=NOON)
    picture_copies.draw_all(stored.pk)

    files.remove(stored, by=group_of(draft), at=NOON)

    client.force_login(group_of(draft))
    assert client.get(door(stored)).status_code == 404


def test_bytes_that_are_lost_make_no_error(client):
    stored = uploaded()
    stored.content.storage.delete(stored.content.name)
    client.force_login(factories.user(Role.OFFICE))

    assert client.get(door(stored)).status_code == 404


def test_queryset_and_row_agree_on_what_is_served(settings):
    stored = uploaded()
    for url in ("", "tcp://127.0.0.1:1"):
        settings.CLAMD_URL = url
        for scan in StoredFile.Scan.values:
            StoredFile.objects.update(scan=scan)
            stored.refresh_from_db()
            assert StoredFile.objects.served().exists() == stored.is_served
