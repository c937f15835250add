"""Photos and flyers of a project year: who adds and sees them, and what could be published."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import typst
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework import destruction, files, picture_copies, retention, scanning
from casework.models import Case, PictureCopy, RetentionPeriod, StoredFile
from grants.models import Picture, ProjectYear
from grants.services.pictures import add_picture, describe_picture, remove_picture
from tests import factories
from tests.case_pages import part_of
from tests.casework.camera import PLANTED, parts_of, photo
from tests.casework.cases import group_of
from tests.casework.clamd import running
from tests.factories import NOON, TODAY
from tests.grants.test_months import planned_year
from tests.reporting.makers import department_clerk
from tests.windows import window, window_of

pytestmark = pytest.mark.django_db

NAMES = {"JPEG": "a.jpg", "PNG": "a.png", "WEBP": "a.webp", "HEIF": "IMG_0001.HEIC"}
SAID = {
    "taken_on": date(2026, 10, 3), "place": "鎌倉駅前", "caption": "花植え",
    "alternative_text": "子どもたちが花壇に花を植えている。", "consent": "given",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def year():
    return planned_year()


def upload(form: str = "JPEG", name: str = "", **how) -> SimpleUploadedFile:
    return SimpleUploadedFile(name or NAMES[form], photo(form, **how))


def flyer() -> SimpleUploadedFile:
    return SimpleUploadedFile("チラシ.pdf", typst.compile("花を植えよう".encode()))


def added(year: ProjectYear, file=None, *, by=None, **said) -> Picture:
    said = {"kind": Picture.Kind.PHOTO, **said}
    return add_picture(year, file or upload(), **said, by=by or group_of(year), at=NOON)


def described(picture: Picture, **said) -> Picture:
    fields = {**SAID, **said}
    return describe_picture(picture, fields=fields, by=group_of(picture.year), at=NOON)


def published(picture: Picture) -> Picture:
    """The picture with all that publication asks for."""
    picture_copies.draw_all(picture.file_id)
    return described(picture)


# Adding


@pytest.mark.parametrize("form", NAMES)
def test_original_is_kept_whole_and_what_is_published_bears_nothing_but_points(year, form):
    picture = published(added(year, upload(form, size=(1800, 1200))))

    with picture.file.content.open() as original:
        assert original.read() == photo(form, size=(1800, 1200))
    assert list(Picture.objects.publishable()) == [picture]
    for copy in picture.file.copies.all():
        content = bytes(copy.content)
        assert [planted for planted in PLANTED if planted in content] == []
        assert parts_of(content) <= {"E0", "DB", "C0", "C2", "C4", "IHDR", "PLTE", "IDAT", "IEND"}
    assert picture.file.copies.get(size="large").width == 1600


def test_day_is_what_the_camera_wrote_unless_a_person_says_another(year):
    other = upload("PNG")

    assert added(year).taken_on == date(2026, 10, 3)
    assert added(year, other, taken_on=date(2026, 10, 1)).taken_on == date(2026, 10, 1)


def test_clock_of_a_camera_that_runs_ahead_is_not_believed(year):
    early = NOON.replace(month=10, day=2)

    made = add_picture(year, upload(), kind="photo", by=group_of(year), at=early)

    assert made.taken_on is None


def test_day_that_has_not_come_is_refused(year):
    with pytest.raises(ValidationError, match="taken_on|日"):
        added(year, taken_on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError):
        described(added(year), taken_on=TODAY + timedelta(days=1))


def test_same_file_is_there_once_and_again_after_it_was_taken_out(year):
    first = added(year)

    with pytest.raises(ValidationError):
        added(year, upload(name="other.jpg"))
    assert StoredFile.objects.filter(case=year.pk).count() == 1

    remove_picture(first, by=group_of(year), at=NOON)
    assert added(year).pk != first.pk


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7\n"), "photo"),
        (SimpleUploadedFile("a.docx", b"PK\x03\x04"), "flyer"),
        (SimpleUploadedFile("a.jpg", photo("JPEG")[:200]), "photo"),
        (SimpleUploadedFile("a.jpg", photo("HEIF")), "photo"),
        (SimpleUploadedFile("a.jpg", b""), "photo"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7\n"), "flyer"),
        (SimpleUploadedFile("a.pdf", flyer().read()[:3000]), "flyer"),
    ],
    ids=[
        "paper as a photo",
        "document",
        "half a photo",
        "other than its name",
        "empty",
        "broken paper",
        "half a paper",
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(year, file, kind, tmp_path):
    file.seek(0)
    with pytest.raises(ValidationError):
        added(year, file, kind=kind)

    assert not Picture.objects.exists() and not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_flyer_may_be_a_paper_of_which_the_first_page_is_shown(year, client):
    picture = added(year, flyer(), kind="flyer")

    assert picture_copies.draw_all(picture.file_id) == 2
    client.force_login(group_of(year))
    answer = client.get(reverse("casework:file-picture", args=[picture.file.key, "small"]))
    assert answer.status_code == 200 and answer["Content-Type"] in ("image/png", "image/jpeg")
    assert max(picture.file.copies.values_list("height", flat=True)) == 1600
    assert list(Picture.objects.publishable()) == []
    described(picture)
    assert list(Picture.objects.publishable()) == [picture]


def test_broken_paper_has_no_copy_and_cannot_be_published(year):
    picture = described(added(year, flyer(), kind="flyer"))
    Path(picture.file.content.path).write_bytes(b"%PDF-1.7\n")  # a disk that lost it

    assert picture_copies.draw_all(picture.file_id) == 0
    assert [str(words) for words in picture.missing_for_publication()] != []
    assert list(Picture.objects.publishable()) == []


def test_pictures_are_not_among_the_papers_of_the_year_but_are_scanned(year, settings):
    with running() as server:
        settings.CLAMD_URL, settings.CLAMD_TIMEOUT = server.url, 0.3
        picture = described(added(year))

        assert not year.files.standing().exists()
        assert picture_copies.draw_all(picture.file_id) == 0
        assert list(Picture.objects.publishable()) == []
        assert list(scanning.waiting(at=NOON)) == [picture.file_id]
        scanning.scan(picture.file_id, at=NOON)
        assert picture_copies.draw_all(picture.file_id) == 2
        assert list(Picture.objects.publishable()) == [picture]


# Who


def test_group_and_department_add_and_describe(year):
    clerk = department_clerk(year.department)

    picture = added(year, by=clerk)

    assert describe_picture(picture, fields=SAID, by=clerk, at=NOON).caption == "花植え"
    assert describe_picture(picture, fields=SAID, by=group_of(year), at=NOON)


def people(year) -> dict:
    return {
        "viewer": factories.member(year.organization, MemberRole.VIEWER),
        "other group": factories.member(factories.organization()),
        "other department": department_clerk(factories.department(name="別の課")),
        "office": factories.user(Role.OFFICE),
        "auditor": factories.user(Role.AUDITOR),
        "coordinator": factories.user(Role.COORDINATOR),
    }


@pytest.mark.parametrize(
    "who", ["viewer", "other group", "other department", "office", "auditor", "coordinator"]
)
def test_nobody_else_adds_or_describes(year, who):
    picture = added(year)
    someone = people(year)[who]

    with pytest.raises(PermissionDenied):
        added(year, upload("PNG"), by=someone)
    with pytest.raises(PermissionDenied):
        describe_picture(picture, fields=SAID, by=someone, at=NOON)
    if who != "office":
        with pytest.raises(PermissionDenied):
            remove_picture(picture, by=someone, at=NOON)


def test_nothing_is_added_to_a_closed_year_but_the_office_may_take_out(year):
    picture = added(year)
    Case.objects.filter(pk=year.pk).update(closed_at=NOON)
    year.refresh_from_db()

    with pytest.raises(PermissionDenied):
        added(year, upload("PNG"))
    with pytest.raises(PermissionDenied):
        remove_picture(picture, by=group_of(year), at=NOON)
    remove_picture(picture, by=factories.user(Role.OFFICE), at=NOON)
    assert not Picture.objects.exists()


def test_picture_that_was_taken_out_is_shown_to_nobody(year, client):
    picture = published(added(year))

    remove_picture(picture, by=group_of(year), at=NOON)

    assert not PictureCopy.objects.exists()
    client.force_login(group_of(year))
    for door in (["file-picture", picture.file.key, "large"], ["file", picture.file.key]):
        name, *args = door
        assert client.get(reverse(f"casework:{name}", args=args)).status_code == 404
    assert year.events.filter(verb="remove_file").exists()


def test_another_answer_about_the_people_shown_stands_in_the_history(year):
    picture = described(added(year), consent="")

    described(picture, consent="given")
    described(picture, consent="given", caption="別")

    told = year.events.get(verb="picture_consent").facts
    assert told == {"picture": picture.pk, "consent": "given"}


# What could be published


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ({}, 0),
        ({"consent": "nobody"}, 0),
        ({"alternative_text": ""}, 1),
        ({"consent": ""}, 1),
        ({"consent": "", "alternative_text": ""}, 2),
    ],
)
def test_nothing_is_published_without_words_and_consent(year, said, number):
    picture = described(published(added(year)), **said)

    assert len(picture.missing_for_publication()) == number
    assert Picture.objects.publishable().exists() == (number == 0)


@pytest.mark.parametrize("undone", ["copy", "destroyed", "removed"])
def test_selector_and_row_agree(year, undone):
    picture = published(added(year))
    rows = StoredFile.objects.filter(pk=picture.file_id)
    if undone == "copy":
        PictureCopy.objects.all().delete()
    elif undone == "destroyed":
        files.mark_destroyed(rows, at=NOON)
    else:
        rows.update(removed_at=NOON)

    kept = Picture.objects.select_related("file").get()
    assert list(Picture.objects.publishable()) == []
    assert undone == "removed" or kept.missing_for_publication()


# Retention


def test_words_and_copies_go_when_the_project_is_over(year):
    published(added(year))
    factories.user(Role.OFFICE)
    kept = retention.classes()["pictures"]
    assert not kept.due(TODAY).exists()
    Case.objects.filter(pk__in=[year.pk, year.proposal_id]).update(
        closed_at=NOON - timedelta(days=9)
    )

    assert kept.due(TODAY).count() == 1
    of_files = retention.classes()["files"]
    of_files.destroy(of_files.due(TODAY), by=None, at=NOON)
    assert not PictureCopy.objects.exists()
    assert Picture.objects.get().missing_for_publication()
    kept.destroy(kept.due(TODAY), by=None, at=NOON)
    assert not Picture.objects.exists()
    assert destruction.propose(at=NOON) is None or RetentionPeriod.objects.exists()


# Pages


def test_group_adds_several_at_once_and_a_refused_file_is_named(year, as_person):
    client, page = as_person(group_of(year)), reverse("grants:pictures", args=[year.pk])
    broken = SimpleUploadedFile("broken.jpg", photo("JPEG")[:100])
    files_sent = [upload("HEIF"), broken, upload("PNG")]

    empty = client.get(page).content.decode()
    answer = client.post(page, {"files": files_sent, "kind": "photo", "place": "広場"}, follow=True)

    assert "There are no photos yet" in empty and "Choose photos of what you did" in empty
    said = answer.content.decode()
    assert "2 pictures were added." in said and "broken.jpg: " in said
    assert list(year.pictures.values_list("place", flat=True)) == ["広場", "広場"]
    assert "0 of 2 could be published." in said
    assert 'alt="Photo (活動写真), not described yet: IMG_0001.HEIC"' in said


def test_page_says_why_when_nothing_could_be_added(year, as_person):
    client, page = as_person(group_of(year)), reverse("grants:pictures", args=[year.pk])

    for sent in ({"files": [upload(name="a.gif")], "kind": "photo"}, {"kind": "photo"}):
        assert client.post(page, sent).status_code == 422
    many = [upload(name=f"{number}.jpg") for number in range(21)]
    answer = client.post(page, {"files": many, "kind": "photo"})
    assert answer.status_code == 422 and "up to 20 files" in answer.content.decode()
    assert not Picture.objects.exists()


def test_what_a_picture_shows_is_written_on_its_page(year, as_person):
    picture = added(year)
    picture_copies.draw_all(picture.file_id)
    client, page = as_person(group_of(year)), reverse("grants:picture", args=[picture.pk])

    before = client.get(page).content.decode()
    opened = window(client, page)
    future = client.post(page, {**opened, **SAID, "taken_on": "2027-01-01"})
    saved = client.post(page, {**opened, **SAID}, follow=True).content.decode()

    assert (
        "Write what the picture shows" in before and "Say whether the people shown agree" in before
    )
    assert future.status_code == 422 and b"cannot lie in the future" in future.content
    assert "1 of 1 could be published." in saved and SAID["alternative_text"] in saved


def test_an_older_window_does_not_give_back_a_consent_that_was_taken_back(year, as_person):
    picture = published(added(year))
    client, page = as_person(group_of(year)), reverse("grants:picture", args=[picture.pk])
    older = window(client, page)

    described(picture, consent="")
    answer = client.post(page, {**older, "caption": "花を植える"})

    assert answer.status_code == 422 and "花を植える" in answer.content.decode()
    assert window_of(answer)["consent"] == [""]
    picture.refresh_from_db()
    assert (picture.caption, picture.consent) == (SAID["caption"], "")
    assert client.post(page, older).status_code == 302
    picture.refresh_from_db()
    assert picture.consent == ""


def test_picture_taken_out_twice_is_out_and_cannot_be_described(year):
    picture, office = added(year), factories.user(Role.OFFICE)

    for _press in range(2):
        remove_picture(Picture(pk=picture.pk, year=year), by=office, at=NOON)

    assert year.events.filter(verb="remove_file").count() == 1
    with pytest.raises(ValidationError, match="taken out meanwhile"):
        described(picture)


@pytest.mark.parametrize(
    ("who", "read", "write", "remove"),
    [
        ("group", 200, 302, 302),
        ("viewer", 200, 403, 403),
        ("department", 200, 302, 302),
        ("office", 200, 403, 302),
        ("auditor", 200, 403, 403),
        ("other group", 404, 404, 404),
        ("other department", 404, 404, 404),
        ("coordinator", 404, 404, 404),
        ("nobody", 302, 302, 302),
    ],
)
def test_doors(year, client, who, read, write, remove):
    picture, group = added(year), group_of(year)
    everybody = people(year) | {"group": group, "department": department_clerk(year.department)}
    if who in everybody:
        client.force_login(everybody[who])
    page = reverse("grants:picture", args=[picture.pk])
    gallery = reverse("grants:pictures", args=[year.pk])
    small = reverse("casework:file-picture", args=[picture.file.key, "small"])

    assert [client.get(door).status_code for door in (page, gallery, small)] == [read] * 3
    assert client.post(page, {**window(client, page), **SAID}).status_code == write
    sent = {"files": [upload("PNG")], "kind": "photo"}
    assert client.post(gallery, sent).status_code == write
    assert client.get(reverse("grants:picture-remove", args=[picture.pk])).status_code in (302, 405)
    assert client.post(reverse("grants:picture-remove", args=[picture.pk])).status_code == remove
    if who in ("nobody", "other group"):
        assert Picture.objects.count() == 1


def test_gallery_is_only_of_a_project_year(year, client):
    client.force_login(group_of(year))

    assert client.get(reverse("grants:pictures", args=[year.proposal_id])).status_code == 404


def test_case_page_shows_the_newest(year, as_person):
    picture = described(added(year))

    said = part_of(as_person(factories.user(Role.OFFICE)), year, "activities")

    assert f'href="{reverse("grants:picture", args=[picture.pk])}"' in said
    assert f'alt="{SAID["alternative_text"]}"' in said and "See the photos and flyers (1)" in said


def test_gallery_asks_the_database_as_often_for_three_as_for_one(year, as_person):
    client, page = as_person(group_of(year)), reverse("grants:pictures", args=[year.pk])
    published(added(year))
    with CaptureQueriesContext(connection) as once:
        client.get(page)
    for form in ("PNG", "WEBP"):
        published(added(year, upload(form)))

    with CaptureQueriesContext(connection) as thrice:
        assert client.get(page).status_code == 200
    assert len(thrice) == len(once)
