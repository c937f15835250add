"""Uploads: what they are is read from their bytes; who may add and take out."""

import hashlib
import io
import zipfile
import zlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from accounts.models import MemberRole, Role
from casework import files, upload_limit
from casework.models import Case, CitySetting, Event, StoredFile
from casework.services import advance
from tests import factories
from tests.casework.camera import photo
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON
from tests.remembering import remembered

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
JFIF = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
JPG, HEIC, WEBP = photo("JPEG"), photo("HEIF"), photo("WEBP")


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def png(points: bytes, *, width: int = 1, height: int = 1) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    parts = {b"IHDR": size + bytes([8, 0, 0, 0, 0]), b"IDAT": zlib.compress(points), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts.items())


PNG = png(b"\0\0")


def office_file(*names: str, content: str = "<x/>") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(zipfile.ZipInfo(name), content)  # the same bytes at any time
    return made.getvalue()


def renamed_macros(main: str, part: str) -> bytes:
    """A document whose macros lie under a name that does not tell: its list of types does."""
    kind = "application/vnd.ms-office.vbaProject"
    return office_file(
        main, part, content=f'<Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )


def locked(content: bytes) -> bytes:
    """The same zip with the mark of a password on each part, in its lists as in front of it."""
    made = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            made[at + offset] |= 1
    return bytes(made)


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        for number in range(21):
            archive.writestr(f"xl/{number}.xml", bytes(10 * 1024 * 1024))
    return made.getvalue()


DOCX, XLSX = office_file("word/document.xml"), office_file("xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("A.PDF", PDF, "application/pdf"),
        ("写真.png", PNG, "image/png"),
        ("a.jpg", JPG, "image/jpeg"),
        ("a.jpeg", JPG, "image/jpeg"),
        ("IMG_0001.HEIC", HEIC, "image/heic"),
        ("a.heif", HEIC.replace(b"ftypheic", b"ftypmif1", 1), "image/heif"),
        ("a.webp", WEBP, "image/webp"),
        ("a.png", png(bytes(5000)), "image/png"),  # what is left over is not unpacked
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_accepted_files_are_known_by_their_bytes(name, content, media_type):
    assert files.check(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", PDF + b"x" * files.MAX_BYTES, "larger"),
        ("a.exe", b"MZ\x90\x00", "not accepted"),
        ("a.html", HTML, "not accepted"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not accepted"),
        ("a.zip", office_file(), "not accepted"),
        ("a.docm", office_file("word/document.xml"), "not accepted"),
        ("pdf", PDF, "not accepted"),
        ("a.pdf.exe", PDF, "not accepted"),
        ("a.png", HTML, "not what its name says"),
        ("a.pdf", HTML, "not what its name says"),
        ("a.pdf", PNG, "not what its name says"),
        ("a.png", JPG, "not what its name says"),
        ("a.jpg", b"\xff\xd8", "not what its name says"),
        ("a.docx", XLSX, "not what its name says"),
        ("a.xlsx", DOCX, "not what its name says"),
        ("a.xlsx", office_file("payload.html"), "not what its name says"),
        ("a.xlsx", XLSX[:40], "damaged"),
        ("a.xlsx", office_file("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
        ("a.docx", office_file("word/document.xml", "word/VBAPROJECT.BIN"), "macros"),
        ("a.xlsx", office_file("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "macros"),
        ("a.xlsx", renamed_macros("xl/workbook.xml", "xl/data.bin"), "macros"),
        ("a.docx", renamed_macros("word/document.xml", "word/media/image1.png"), "macros"),
        ("a.xlsx", locked(XLSX), "password"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "password"),
        ("a.xlsx", bomb(), "far too large"),
        ("a.png", PNG[:-20], "cannot be read"),
        ("a.png", PNG[:-14] + b"\xff" + PNG[-13:], "cannot be read"),
        ("a.png", png(b"\0"), "cannot be read"),
        ("a.png", png(b"\0\0", width=100_000, height=100_000), "too many points"),
        ("a.jpg", JPG[:-2], "cannot be read"),
        ("a.jpg", JFIF + b"\xff\xd9", "cannot be read"),
        ("a.jpg", JPG[: len(JPG) // 2], "cannot be read"),
        ("a.jpg", HEIC, "not what its name says"),
        ("a.heic", JPG, "not what its name says"),
        ("a.heic", b"\0\0\0\x1cftypisom" + HEIC[12:], "not what its name says"),
        ("a.heic", HEIC[: len(HEIC) // 2], "cannot be read"),
        ("a.heic", HEIC[:40], "cannot be read"),
        ("a.webp", JPG, "not what its name says"),
        ("a.webp", WEBP[:-20], "cannot be read"),
        ("a.png", png(b"\0\0", width=10_000, height=7_000), "too many points"),
        ("a.png", png(b"\0\0", width=10_000, height=10_000), "too many points"),
    ],
)
def test_refused_files_are_refused_in_words(name, content, why):
    with translation.override("en"), pytest.raises(ValidationError, match=why):
        files.check(name, content)


def test_largest_file_is_accepted():
    content = PDF.ljust(files.MAX_BYTES, b"\n")

    assert files.check("a.pdf", content) == "application/pdf"


def test_city_may_take_less_than_the_program():
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        files.check("a.pdf", PDF.ljust(1024 * 1024 + 1), limit=1024 * 1024)


@pytest.mark.parametrize("said", ["0", "21", "1.5", "-1", "many"])
def test_limit_that_makes_no_sense_is_refused(said):
    with pytest.raises(ValidationError, match="from 1 to 20"):
        upload_limit.parse(said)


# Storing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
@remembered
def draft():
    return factories.draft()


def store(case, by, *, name="計画.pdf", content=PDF, label="計画") -> StoredFile:
    return files.store(case, SimpleUploadedFile(name, content), label=label, by=by, at=NOON)


def read(stored: StoredFile) -> bytes:
    with stored.content.open() as content:
        return content.read()


def test_file_is_kept_with_its_digest_and_a_line_of_history(draft, folder):
    stored = store(draft, group_of(draft))

    digest = hashlib.sha256(PDF).hexdigest()
    assert (stored.name, stored.label, stored.size) == ("計画.pdf", "計画", len(PDF))
    assert (stored.media_type, stored.digest) == ("application/pdf", digest)
    assert read(stored) == PDF
    assert stored.content.name == f"cases/{draft.pk}/{stored.key}.pdf"
    event = draft.events.get(verb="add_file")
    assert event.facts == {"file": stored.pk, "digest": digest}


def test_same_file_stands_among_the_papers_once(draft, folder):
    """Taken out it may come again; what a message brought is no paper of the case."""
    told = {"by": draft.organization.members.get(), "at": NOON}
    first = files.add_paper(draft, SimpleUploadedFile("会則.pdf", PDF), label="会則", **told)

    with pytest.raises(ValidationError, match="already, as “会則”"):
        files.add_paper(draft, SimpleUploadedFile("同じ.pdf", PDF), label="", **told)
    assert StoredFile.objects.get() == first
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    files.remove(first, **told)
    files.add_paper(draft, SimpleUploadedFile("会則.pdf", PDF), label="会則", **told)

    assert draft.files.standing().count() == 1


def test_file_bears_no_name_of_its_uploader_on_the_disk(draft, folder):
    stored = store(draft, group_of(draft), name="../../etc/計画 (1).pdf")

    assert stored.name == "計画 (1).pdf"
    (path,) = (p for p in folder.rglob("*") if p.is_file())
    assert path.name == f"{stored.key}.pdf"


def test_refused_file_leaves_nothing(draft, folder):
    before = Event.objects.count()

    with pytest.raises(ValidationError):
        store(draft, group_of(draft), name="a.png", content=HTML)

    assert not StoredFile.objects.exists()
    assert Event.objects.count() == before
    assert not [p for p in folder.rglob("*") if p.is_file()]


def test_too_large_file_is_not_read_to_its_end(draft):
    upload = SimpleUploadedFile("a.pdf", PDF.ljust(files.MAX_BYTES + 5, b"\n"))

    with pytest.raises(ValidationError):
        files.store(draft, upload, label="", by=group_of(draft), at=NOON)

    assert upload.tell() == files.MAX_BYTES + 1


def test_upload_keeps_to_the_limit_that_the_city_set(draft):
    set_to = {"code": "upload_limit", "value": "1", "source": "a", "at": NOON}
    CitySetting.objects.create(**set_to, by=factories.user(Role.OFFICE))

    with pytest.raises(ValidationError, match="larger than 1 MB"):
        store(draft, group_of(draft), content=PDF.ljust(1024 * 1024 + 1))


def test_other_group_adds_no_file(draft):
    with pytest.raises(PermissionDenied):
        store(draft, factories.member(factories.organization()))


def test_viewer_adds_no_file(draft):
    with pytest.raises(PermissionDenied):
        store(draft, factories.member(draft.organization, MemberRole.VIEWER))


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.PANEL, Role.DEPARTMENT])
def test_other_roles_add_no_file(draft, role):
    with pytest.raises(PermissionDenied):
        store(draft, factories.user(role))


def test_duty_counts_on_the_day_of_the_upload(draft):
    clerk = factories.user(Role.OFFICE)
    clerk.duty_set.update(valid_until=NOON.date())
    clerk.act_on(NOON.date().replace(month=12))

    assert store(draft, clerk)  # read as of NOON, whatever the person acted on before


# Taking out


def test_file_is_taken_out_of_a_draft_but_kept(draft):
    stored = store(draft, group_of(draft))

    files.remove(stored, by=group_of(draft), at=NOON)

    assert stored.removed_at == NOON
    assert not StoredFile.objects.standing().exists()
    assert read(stored) == PDF
    assert draft.events.get(verb="remove_file").facts == {"file": stored.pk}


def test_file_of_a_filed_case_stays():
    draft = factories.draft()
    stored = store(draft, group_of(draft))
    advance(draft, "submit", by=group_of(draft), at=NOON)

    with pytest.raises(PermissionDenied):
        files.remove(stored, by=group_of(draft), at=NOON)


def test_group_adds_nothing_when_it_is_not_its_turn():
    """What was filed is what the panel reads; later files would be "a second after"."""
    proposal = filed()

    with pytest.raises(PermissionDenied):
        store(proposal, group_of(proposal))
    assert store(proposal, factories.user(Role.OFFICE)).case_id == proposal.pk


def test_nobody_adds_to_a_closed_case():
    proposal = filed()
    advance(proposal, "withdraw", by=group_of(proposal), at=NOON)

    with pytest.raises(PermissionDenied):
        store(Case.objects.get(pk=proposal.pk).specific, factories.user(Role.OFFICE))


def test_file_can_be_taken_out_while_the_case_is_mended():
    factories.sender()
    proposal = sent_back()
    stored = store(proposal, group_of(proposal))

    files.remove(stored, by=group_of(proposal), at=NOON)

    assert not proposal.files.standing().exists()


def test_other_person_takes_nothing_out(draft):
    stored = store(draft, group_of(draft))

    with pytest.raises(PermissionDenied):
        files.remove(stored, by=factories.member(factories.organization()), at=NOON)


# Seeing


def test_file_is_seen_by_whoever_sees_its_case(draft):
    stored = store(draft, group_of(draft))

    assert stored in StoredFile.objects.visible_to(group_of(draft))
    assert stored not in StoredFile.objects.visible_to(factories.user(Role.OFFICE))


@pytest.mark.parametrize(
    ("who", "status"),
    [("group", 200), ("office", 404), ("other group", 404), ("nobody", 302)],
)
def test_download_asks_who_may_see_the_case(client, draft, who, status):
    stored = store(draft, group_of(draft))
    people = {
        "group": lambda: group_of(draft),
        "office": lambda: factories.user(Role.OFFICE),
        "other group": lambda: factories.member(factories.organization()),
    }
    if who in people:
        client.force_login(people[who]())

    response = client.get(f"/files/{stored.key}/")

    assert response.status_code == status
    if status == 200:
        assert b"".join(response.streaming_content) == PDF
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "attachment" in response["Content-Disposition"]


def test_case_of_a_file_may_not_be_read_by_its_address(client, draft):
    Case.objects.filter(pk=draft.pk).update(internal=True)
    stored = store(draft, group_of(draft))
    client.force_login(group_of(draft))

    assert client.get(f"/files/{stored.key}/").status_code == 404
