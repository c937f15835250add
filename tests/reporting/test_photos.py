"""Photos of a report: without consent or description they stay with the city, and leave it at any time."""

import hashlib
import io
import re
import zipfile

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from PIL import Image

from accounts.models import Role
from casework import picture_copies, works
from casework.models import PictureCopy, StoredFile
from casework.services import advance
from grants.services import pictures as of_project
from reporting import booklet, photos, services
from reporting.models import Booklet, CollaborationReport, ReportPhoto, Tabling
from reporting.printing import public_pdf
from reporting.publishing import checks, releases
from reporting.publishing.site import Site
from reporting.tablings import table_reports
from reporting.versions import content_of_collaboration
from tests import factories
from tests.casework.camera import PLANTED
from tests.casework.camera import photo as from_camera
from tests.factories import NOON, TODAY
from tests.reporting import makers
from tests.windows import window, window_of

pytestmark = pytest.mark.django_db

SAID = {
    "alternative_text": "川辺で子どもが網を持っている。",
    "caption": "観察会のようす",
    "people": "子ども二人（保護者の書面あり）",
    "consent": "given",
}


#: The city’s settings, the entry, which photos stand.
QUERIES_OF_PAGE = 3


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def clerk_of(report):
    return makers.department_clerk(report.department)


def upload(form="JPEG", name="photo.jpg", **how):
    return ContentFile(from_camera(form, **how), name=name)


def drawn(photo: ReportPhoto) -> ReportPhoto:
    """Let the copies be there, as they are once the upload is committed."""
    picture_copies.draw_all(photo.file_id)
    return ReportPhoto.objects.get(pk=photo.pk)


def added(report, *, size=(64, 48), **said) -> ReportPhoto:
    file = upload(size=size)
    return drawn(photos.add(report, file, **{**SAID, **said}, by=clerk_of(report), at=NOON))


def accepted(report):
    """A report that the office accepted and the committee received."""
    office = factories.anyone(Role.OFFICE)
    report = advance(report, "submit", by=clerk_of(report), at=NOON)
    report = advance(report, "accept", by=office, at=NOON)
    return services.record_tabling(report, tabled_on=TODAY, by=office, at=NOON)


def published(report) -> CollaborationReport:
    return factories.approved(accepted(report), "publish")


def withdraw(report) -> None:
    office = factories.anyone(Role.OFFICE)
    made = releases.begin(by=office, at=NOON)
    releases.put_in(
        made, "report", str(report.pk), withdraw=True, note="相手の求めによる", by=office, at=NOON
    )
    draft = releases.propose(made, by=office, at=NOON)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=NOON, decided_on=TODAY)


def public_files() -> dict[str, bytes]:
    return dict(Site("https://example.jp/", fictitious=False).files())


def path_of(photo: ReportPhoto) -> str:
    return f"reports/{photo.report.fiscal_year}/{photo.report_id}/photo-{photo.pk}.jpg"


# What is published


def test_photo_is_in_the_text_as_its_copy_and_of_the_people_nothing():
    photo = added(makers.collaboration())

    content = content_of_collaboration(photo.report, public=True)

    (told,) = content["photos"]
    copy = PictureCopy.objects.get(file=photo.file, size="large")
    assert told == {
        "id": photo.pk, "alt": SAID["alternative_text"], "caption": "観察会のようす",
        "consent": "given", "media_type": "image/jpeg", "width": 64, "height": 48,
        "digest": copy.digest,
    }  # fmt: skip
    assert copy.digest == hashlib.sha256(bytes(copy.content)).hexdigest() != photo.file.digest
    assert "保護者" not in str(content_of_collaboration(photo.report))


def test_live_picture_is_the_exported_file_and_holds_nothing_of_the_camera(tmp_path, settings):
    settings.SITE_URL = "https://example.jp"
    report = makers.collaboration()
    photo, other = added(report), added(report, size=(48, 64), caption="")
    published(report)

    call_command("export_site", str(tmp_path), stdout=io.StringIO())

    for one, size in ((photo, (64, 48)), (other, (48, 64))):
        file = (tmp_path / path_of(one)).read_bytes()
        answer = Client().get("/public/" + path_of(one))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer.content == file
        assert Image.open(io.BytesIO(file)).size == size
        assert not any(words in file for words in PLANTED)
    for start, up in (("", "../../"), ("en/", "../../../")):
        page = (tmp_path / start / f"reports/2025/{report.pk}.html").read_text()
        assert f'src="{up}{path_of(photo)}"' in page and SAID["alternative_text"] in page
        assert page.count("<figcaption>") == 1 and page.count("<img ") == 2
    assert path_of(photo) not in (tmp_path / "sitemap.xml").read_text()
    site = Client().get(f"/reports/{report.pk}/").content.decode()
    assert f'src="/public/{path_of(photo)}"' in site


def test_second_export_leaves_pictures_untouched_and_a_withdrawn_report_takes_its_own_along(
    tmp_path,
):
    gone, stays = makers.collaboration(), makers.collaboration()
    of_gone, of_stays = added(gone), added(stays)
    published(gone)
    published(stays)

    def export() -> None:
        call_command("export_site", str(tmp_path), stdout=io.StringIO())

    export()
    before = (tmp_path / path_of(of_stays)).stat().st_mtime_ns
    export()
    withdraw(gone)
    export()

    assert (tmp_path / path_of(of_stays)).stat().st_mtime_ns == before
    assert not (tmp_path / path_of(of_gone)).exists()
    assert Client().get("/public/" + path_of(of_gone)).status_code == 404
    assert "photo-" not in (tmp_path / f"reports/2025/{gone.pk}.html").read_text()


@pytest.mark.parametrize(
    "wrong",
    ["en/{path}", "reports/2024/{rest}", "reports/2025/0{rest}", "{png}", "reports/2025/{other}"],
)
def test_picture_stands_at_one_path_only(wrong):
    report, another = makers.collaboration(), makers.collaboration()
    photo = added(report)
    published(report)
    published(another)
    rest = path_of(photo).removeprefix("reports/2025/")
    other = f"{another.pk}/photo-{photo.pk}.jpg"
    png = path_of(photo).replace(".jpg", ".png")

    path = wrong.format(path=path_of(photo), rest=rest, other=other, png=png)

    assert Client().get("/public/" + path_of(photo)).status_code == 200
    assert Client().get("/public/" + path).status_code == 404


# What is not


def waiting_scan(photo):
    StoredFile.objects.filter(pk=photo.file_id).update(scan=StoredFile.Scan.WAITING)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"consent": ""}, "The consent is missing."),
        ({"alternative_text": ""}, "The alternative text is missing."),
        (waiting_scan, "The copy without position and day is not there."),
    ],
    ids=["consent", "description", "scanner"],
)
def test_release_is_blocked_until_the_photo_is_mended_or_kept_internal_by_name(lacking, words):
    report = makers.collaboration()
    photo = added(report, **(lacking if isinstance(lacking, dict) else {}))
    if not isinstance(lacking, dict):
        lacking(photo)
    office = factories.anyone(Role.OFFICE)
    made = releases.begin_with(accepted(report), by=office, at=NOON)

    (found,) = checks.in_the_way(made, at=NOON)
    assert (found.words, found.blocks) == (words, True)
    photos.describe(photo, fields={"kept_internal": True}, by=office, at=NOON)

    assert checks.in_the_way(made, at=NOON) == []
    decision = report.events.get(verb="keep_photo_internal")
    assert (decision.by, decision.facts["photo"]) == (office, photo.pk)
    assert content_of_collaboration(report, public=True)["photos"] == []


def take_back_consent(photo, by):
    photos.describe(photo, fields={"consent": ""}, by=by, at=NOON)


def keep_internal(photo, by):
    photos.describe(photo, fields={"kept_internal": True}, by=by, at=NOON)


def take_out(photo, by):
    photos.take_out(photo, by=by, at=NOON)


@pytest.mark.parametrize("act", [take_back_consent, keep_internal, take_out])
@pytest.mark.parametrize("who", ["office", "department"])
def test_photo_leaves_all_public_doors_at_once_when_somebody_objects(act, who):
    report = makers.collaboration()
    photo, stays = added(report), added(report, size=(50, 50))
    report = published(report)
    kept = public_pdf(report)
    by = factories.anyone(Role.OFFICE) if who == "office" else clerk_of(report)
    path = path_of(photo)

    act(photo, by)

    assert Client().get("/public/" + path).status_code == 404
    assert Client().get("/public/" + path_of(stays)).status_code == 200
    files = public_files()
    assert path not in files and path_of(stays) in files
    for page in (files[f"reports/2025/{report.pk}.html"].decode(),
                 Client().get(f"/reports/{report.pk}/").content.decode()):  # fmt: skip
        assert f"photo-{photo.pk}." not in page and f"photo-{stays.pk}." in page
    report = CollaborationReport.objects.get(pk=report.pk)
    assert [images_in(one) for one in (kept, public_pdf(report))] == [2, 1]


@pytest.mark.parametrize("act", [take_back_consent, keep_internal])
def test_an_older_window_undoes_no_objection_and_is_shown_beside_what_is_kept(client, act):
    report = makers.collaboration()
    photo = added(report)
    report = published(report)
    client.force_login(factories.anyone(Role.OFFICE))
    client.cookies["django_language"] = "en"
    own = reverse("reporting:photo", args=[photo.pk])
    older = window(client, own)

    act(photo, clerk_of(report))
    kept = ReportPhoto.objects.values().get(pk=photo.pk)
    answer = client.post(own, {**older, "caption": "観察会のようすです"})

    assert answer.status_code == 422
    told = answer.content.decode()
    assert "Your older window said otherwise" in told and "観察会のようすです" in told
    assert ReportPhoto.objects.values().get(pk=photo.pk) == kept
    assert Client().get("/public/" + path_of(photo)).status_code == 404

    assert client.post(own, older).status_code == 302  # nothing typed: nothing to be written
    assert ReportPhoto.objects.values().get(pk=photo.pk) == kept

    now = window(client, own)
    assert client.post(own, {**now, "caption": "観察会のようすです"}).status_code == 302
    assert ReportPhoto.objects.values().get(pk=photo.pk) == {
        **kept,
        "caption": "観察会のようすです",
    }
    assert Client().get("/public/" + path_of(photo)).status_code == 404


def test_page_that_showed_an_older_window_saves_nothing_of_it_at_a_second_press(client):
    report = makers.collaboration()
    photo = added(report)
    client.force_login(clerk_of(report))
    own = reverse("reporting:photo", args=[photo.pk])
    older = window(client, own)
    take_back_consent(photo, clerk_of(report))

    again = window_of(client.post(own, {**older, "caption": "別の言葉"}))

    assert (again["caption"], again["consent"]) == ([SAID["caption"]], [""])
    assert client.post(own, again).status_code == 302
    photo.refresh_from_db()
    assert (photo.caption, photo.consent) == (SAID["caption"], "")


def test_window_without_a_mark_writes_nothing(client):
    report = makers.collaboration()
    photo = added(report)
    client.force_login(clerk_of(report))

    answer = client.post(
        reverse("reporting:photo", args=[photo.pk]), {**SAID, "caption": "別の言葉"}
    )

    assert answer.status_code == 422
    photo.refresh_from_db()
    assert photo.caption == SAID["caption"]


def test_photo_taken_out_twice_is_out_and_cannot_be_described():
    report = makers.collaboration()
    photo = added(report)
    office = factories.anyone(Role.OFFICE)

    for _press in range(2):
        photos.take_out(ReportPhoto(pk=photo.pk, report=report), by=office, at=NOON)

    assert report.events.filter(verb="take_out_photo").count() == 1
    with pytest.raises(ValidationError, match="taken out meanwhile"):
        photos.describe(photo, fields={"caption": "別の言葉"}, by=office, at=NOON)


def test_before_a_photo_is_taken_out_the_page_says_whether_the_public_loses_it(client):
    report = makers.collaboration()
    photo, inside = added(report), added(report, size=(50, 50))
    keep_internal(inside, factories.anyone(Role.OFFICE))
    client.force_login(clerk_of(report))
    client.cookies["django_language"] = "en"

    def asked(one) -> str:
        return client.get(reverse("reporting:photo-remove", args=[one.pk])).content.decode()

    words = "The public sees this photo now."
    assert words not in asked(photo)
    report = published(report)
    assert words in asked(photo) and words not in asked(inside)
    own = client.get(reverse("reporting:photo", args=[photo.pk])).content.decode()
    assert f'action="{reverse("reporting:photo-remove", args=[photo.pk])}"' not in own
    assert Client().get("/public/" + path_of(photo)).status_code == 200
    withdraw(report)
    assert words not in asked(photo)


def test_photo_of_the_project_goes_when_the_project_takes_back_its_consent_or_the_picture():
    year = makers.granted_year("collaboration")
    group = makers.group_of(year)
    first, second = (
        of_project.add_picture(
            year, upload(size=(n, 48)), kind="photo", consent="nobody", by=group, at=NOON
        )
        for n in (60, 70)
    )
    report = makers.collaboration(year.proposal.department)
    report.project_year = year
    report.save()
    picked = []
    for picture in (first, second):
        photo = drawn(photos.pick(report, picture, by=clerk_of(report), at=NOON))
        fields = {"alternative_text": "会場の入り口"}
        photos.describe(photo, fields=fields, by=clerk_of(report), at=NOON)
        picked.append(photo)
    published(report)
    paths = [path_of(photo) for photo in picked]
    assert all(path in public_files() for path in paths)

    of_project.describe_picture(first, fields={"consent": ""}, by=group, at=NOON)
    of_project.remove_picture(second, by=factories.anyone(Role.OFFICE), at=NOON)

    assert not any(path in public_files() for path in paths)
    assert [Client().get("/public/" + path).status_code for path in paths] == [404, 404]
    (withdrawn, removed) = ReportPhoto.objects.order_by("pk")
    assert len(withdrawn.missing_for_publication()) == 1
    assert removed.picture is None and removed.missing_for_publication()


def test_photo_released_by_hand_without_consent_is_drawn_nowhere():
    """A frozen text that no check ever saw: the drawing itself asks again."""
    report = makers.collaboration()
    photo = added(report)
    report = published(report)
    item = report.publications.get().version
    entry = Site("https://example.jp/", fictitious=False).entries.get().item
    entry.content["text"]["photos"][0]["consent"] = ""
    entry.save()

    assert item.content["photos"][0]["consent"] == "given"
    assert path_of(photo) not in public_files()
    assert "photo-" not in public_files()[f"reports/2025/{report.pk}.html"].decode()


# On paper


def test_booklet_holds_what_was_tabled_with_consent_as_pdf_and_word():
    report = makers.collaboration()
    agreed, _unasked = added(report, size=(60, 90)), added(report, size=(9, 9), consent="")
    objected = added(report, size=(70, 70))
    office = factories.anyone(Role.OFFICE)
    tabling = table_reports(
        [accepted(report)], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office,
        at=NOON,
    )  # fmt: skip
    take_back_consent(objected, office)

    asked = booklet.ask_for_booklet(tabling, by=office, at=NOON)
    assert works.do(asked.pk, now=timezone.now)

    made = Booklet.objects.get(tabling=tabling)
    assert images_in(bytes(made.pdf)) == 1
    paper = Document(io.BytesIO(bytes(made.docx)))
    (shape,) = paper.inline_shapes
    assert shape._inline.docPr.get("descr") == SAID["alternative_text"]
    assert shape.height > shape.width  # as it was taken
    assert SAID["caption"] in [one.text for one in paper.paragraphs]
    small = PictureCopy.objects.get(file=agreed.file, size="small")
    with zipfile.ZipFile(io.BytesIO(bytes(made.docx))) as parts:
        (media,) = [name for name in parts.namelist() if name.startswith("word/media/")]
        assert parts.read(media) == bytes(small.content)


def test_booklet_with_a_photo_that_somebody_objects_to_is_given_to_nobody_and_made_anew(client):
    report, office = makers.collaboration(), factories.anyone(Role.OFFICE)
    photo = added(report, size=(60, 90))
    tabling = table_reports(
        [accepted(report)], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office,
        at=NOON,
    )  # fmt: skip
    first = booklet.ask_for_booklet(tabling, by=office, at=NOON)
    assert works.do(first.pk, now=timezone.now)
    client.force_login(office)
    paper, page = f"/tablings/{tabling.pk}/booklet.pdf", f"/tablings/{tabling.pk}/"
    assert images_in(client.get(paper).content) == 1
    assert booklet.ask_for_booklet(tabling, by=office, at=NOON).pk == first.pk

    take_back_consent(photo, office)

    assert client.get(paper).status_code == 404
    shown = client.get(page).content.decode()
    assert "冊子を作る" in shown and "反対のあった写真" in shown
    anew = booklet.ask_for_booklet(Tabling.objects.get(), by=office, at=NOON)
    assert anew.pk != first.pk and works.do(anew.pk, now=timezone.now)
    assert images_in(client.get(paper).content) == 0


def images_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Subtype\s*/Image\b", pdf))


@pytest.mark.parametrize("number", [1, 3])
def test_public_page_asks_the_database_as_often_for_three_photos_as_for_one(
    client, number, django_assert_num_queries
):
    report = makers.collaboration()
    for n in range(number):
        added(report, size=(20 + n, 20))
    published(report)

    with django_assert_num_queries(QUERIES_OF_PAGE):
        page = client.get(f"/public/reports/2025/{report.pk}.html")

    assert page.content.count(b"<img ") == number


# Who


def test_only_agreed_pictures_of_the_own_project_can_be_picked_once(client):
    year, another = makers.granted_year("collaboration"), makers.granted_year("startup")
    said = {"kind": "photo", "at": NOON}
    group = makers.group_of(year)
    agreed = of_project.add_picture(year, upload(), consent="given", by=group, **said)
    unasked = of_project.add_picture(year, upload(size=(50, 50)), by=group, **said)
    foreign = of_project.add_picture(
        another, upload(), consent="given", by=makers.group_of(another), **said
    )
    report = makers.collaboration(year.proposal.department)
    report.project_year = year
    report.save()
    clerk = clerk_of(report)
    client.force_login(clerk)
    address = reverse("reporting:photo-pick", args=[report.pk])

    assert client.post(address, {"picture": agreed.pk}).status_code == 302
    assert client.post(address, {"picture": foreign.pk}).status_code == 404
    for picture in (agreed, unasked, foreign):
        with pytest.raises(ValidationError):
            photos.pick(report, picture, by=clerk, at=NOON)

    photo = ReportPhoto.objects.get()
    assert (photo.picture, photo.consent) == (agreed, "given")
    page = client.get(reverse("reporting:photos", args=[report.pk])).content.decode()
    assert f"/report-photos/{photo.pk}/" in page and f'value="{unasked.pk}"' not in page


def test_others_neither_see_nor_touch_photos(client):
    report = makers.collaboration()
    photo = added(report)
    for person, seen, tends in (
        (makers.department_clerk(factories.department()), 404, 404),
        (factories.user(Role.AUDITOR), 200, 403),
        (factories.user(Role.OFFICE), 200, 200),
        (factories.user(Role.COMMITTEE), 404, 404),
        (clerk_of(report), 200, 200),
    ):
        client.force_login(person)
        image = client.get(reverse("reporting:photo-image", args=[photo.pk, "large"]))
        page = client.get(reverse("reporting:photo", args=[photo.pk]))
        assert (image.status_code, page.status_code) == (seen, tends), person
        if tends != 200:
            for verb in (take_out, take_back_consent):
                with pytest.raises(PermissionDenied):
                    verb(photo, person.act_on(TODAY))
    with pytest.raises(PermissionDenied):
        photos.add(report, upload(), by=factories.user(Role.OFFICE), at=NOON)


def test_committee_sees_what_was_tabled_with_consent_and_nothing_else(client):
    report, other = makers.collaboration(), makers.collaboration(fiscal_year=2024)
    agreed, unasked, elsewhere = added(report), added(report, size=(9, 9), consent=""), added(other)
    report = accepted(report)
    office = factories.anyone(Role.OFFICE)
    tabling = table_reports(
        [report], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office, at=NOON
    )
    client.force_login(factories.user(Role.COMMITTEE))

    page = client.get(reverse("reporting:tabled-report", args=[tabling.pk, 1])).content.decode()
    doors = [reverse("reporting:photo-image", args=[one.pk, "large"])
             for one in (agreed, unasked, elsewhere)]  # fmt: skip

    assert doors[0] in page and doors[1] not in page
    assert [client.get(door).status_code for door in doors] == [200, 404, 404]


def test_words_under_a_photo_are_frozen_with_the_release_but_an_objection_is_heard():
    report = makers.collaboration()
    photo = added(report)
    office = factories.anyone(Role.OFFICE)
    made = releases.begin_with(accepted(report), by=office, at=NOON)
    draft = releases.propose(made, by=office, at=NOON)

    with pytest.raises(ValidationError):
        photos.describe(photo, fields={"caption": "別の言葉"}, by=office, at=NOON)
    with pytest.raises(ValidationError):
        photos.describe(photo, fields={"caption": "別の言葉"}, by=clerk_of(report), at=NOON)
    photos.describe(photo, fields={"consent": ""}, by=clerk_of(report), at=NOON)
    advance(draft, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)

    assert f"reports/2025/{report.pk}.html" in public_files()
    assert path_of(photo) not in public_files()


# The pages


def test_department_adds_a_photo_from_the_page_where_it_writes(client):
    report = makers.collaboration()
    clerk = clerk_of(report)
    client.force_login(clerk)
    edit = reverse("reporting:collaboration-edit", args=[report.pk])
    page = client.get(edit).content.decode()
    assert 'name="then" value="photos"' in page
    address = reverse("reporting:photos", args=[report.pk])

    answer = client.post(address, {**SAID, "upload": upload()})

    assert (answer.status_code, answer.url) == (302, address)
    photo = drawn(ReportPhoto.objects.get())
    assert (photo.people, photo.consent, photo.by) == (SAID["people"], "given", clerk)
    shown = reverse("reporting:photo-image", args=[photo.pk, "small"])
    content = client.get(reverse("casework:case-part", args=[report.pk, "content"]))
    assert f'href="{address}"' in content.content.decode()
    for where in (edit, address):
        assert shown in client.get(where).content.decode(), where
    own = reverse("reporting:photo", args=[photo.pk])
    said = {**window(client, own), "alternative_text": "別の説明"}
    assert client.post(own, said).status_code == 302
    photo.refresh_from_db()
    assert photo.alternative_text == "別の説明"
    remove = reverse("reporting:photo-remove", args=[photo.pk])
    assert f'href="{remove}"' in client.get(own).content.decode()
    asked = client.get(remove).content.decode()
    assert '<form method="post">' in asked and f'href="{own}"' in asked
    assert ReportPhoto.objects.exists()
    assert client.post(remove).status_code == 302
    assert not ReportPhoto.objects.exists()
    assert client.get(shown).status_code == 404
    assert StoredFile.objects.get(pk=photo.file_id).removed_at == NOON


@pytest.mark.parametrize(
    "wrong", [ContentFile(b"text", name="a.txt"), ContentFile(b"no picture", name="a.jpg")]
)
def test_what_is_no_picture_is_refused_with_a_reason(client, wrong):
    report = makers.collaboration()
    client.force_login(clerk_of(report))

    answer = client.post(reverse("reporting:photos", args=[report.pk]), {**SAID, "upload": wrong})

    assert answer.status_code == 422
    assert not ReportPhoto.objects.exists()


def test_same_picture_stands_once_and_no_more_than_most():
    report = makers.collaboration()
    added(report)
    with pytest.raises(ValidationError, match="already there"):
        photos.add(report, upload(size=(64, 48)), **SAID, by=clerk_of(report), at=NOON)
    assert ReportPhoto.objects.count() == 1
    for n in range(2, photos.MOST + 1):
        photos.add(report, upload(size=(n, 9)), **SAID, by=clerk_of(report), at=NOON)
    with pytest.raises(ValidationError, match="at most"):
        photos.add(report, upload(size=(9, 99)), **SAID, by=clerk_of(report), at=NOON)


def test_first_photo_of_a_requested_report_starts_it():
    factories.department()
    (report,) = services.request_collaboration_reports(
        fiscal_year=2025, due_on=None, by=factories.user(Role.OFFICE), at=NOON
    )

    photos.add(report, upload(), **SAID, by=clerk_of(report), at=NOON)

    assert CollaborationReport.objects.get(pk=report.pk).state == "drafting"
