"""Nothing that is not released stands in any file of the site: secrets are planted, every file is read."""

import hashlib
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import Client

from accounts.models import Officer, Role
from casework import picture_copies
from casework.models import PictureCopy
from casework.services import advance
from grants.models import Proposal
from guideline.models import Progress
from reporting import photos, services
from reporting.models import CollaborationReport, PublicEntry, ReportPhoto
from reporting.publishing import checks, releases
from reporting.publishing.export import MANIFEST
from reviews.models import ConflictNote
from reviews.services import declare_conflict
from tests import factories
from tests.casework.camera import photo as from_camera
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Stands in every planted text; nothing that is released bears it.
SECRET = "秘密の語"
PICTURES = (".jpg", ".png")
#: Pictures of which even the copy is gone.
TAKEN_OUT = 1
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def planted(row, *, but: tuple[str, ...] = ()) -> None:
    """Write a secret into every column of words of a row that takes any words."""
    fields = [
        field
        for field in row._meta.local_fields
        if isinstance(field, CharField | TextField)
        and not field.choices
        and not field.unique
        and (field.max_length or 99) >= 30
        and field.name not in ("kind", "state", "came_from", "code", "digest", *but)
    ]
    assert fields, row
    words = {field.name: f"{SECRET}：{row._meta.model_name}.{field.name}" for field in fields}
    type(row)._base_manager.filter(pk=row.pk).update(
        **{name: text[: row._meta.get_field(name).max_length] for name, text in words.items()}
    )


def release(office, *things, at=NOON, **said):
    made = releases.begin(title=SECRET, by=office, at=at)
    for kind, key in things:
        releases.put_in(made, kind, key, by=office, at=at, **said)
    return made


def approve(draft, at=NOON):
    advance(draft, "approve", by=factories.user(Role.APPROVER), at=at, decided_on=TODAY)


def reports_that_are_not_public(office) -> None:
    """Reports in every state before publication, one that waits in a release, corrections, a withdrawn one."""
    for verbs in ((), ("submit",), ("submit", "accept"), ("submit", "send_back")):
        report = makers.collaboration()
        for verb in verbs:
            by = makers.department_clerk(report.department) if verb == "submit" else office
            told = {"reason": SECRET} if verb == "send_back" else {}
            report = advance(report, verb, by=by, at=NOON, **told)
        planted(report)
        planted(report.case_ptr)
    draft, waits = makers.accepted_collaboration(), makers.accepted_collaboration()
    for report in (draft, waits):
        planted(report)
        planted(report.case_ptr)
    release(office, ("report", str(draft.pk)))
    releases.propose(release(office, ("report", str(waits.pk))), by=office, at=NOON)


def photo_of(report, *, size: int, taken_out: bool = False, **said) -> str:
    """Add a photo with secrets in all its words; return the digest of the copy that would be public."""
    said = {
        "alternative_text": SECRET,
        "caption": SECRET,
        "people": SECRET,
        "consent": "given",
        **said,
    }
    kept_internal = said.pop("kept_internal", False)
    clerk = makers.department_clerk(report.department)
    file = ContentFile(from_camera("JPEG", size=(size, size)), name="photo.jpg")
    made = photos.add(report, file, **said, by=clerk, at=NOON)
    picture_copies.draw_all(made.file_id)
    digest = PictureCopy.objects.get(file=made.file_id, size="large").digest
    if kept_internal:
        photos.describe(made, fields={"kept_internal": True}, by=clerk, at=NOON)
    if taken_out:
        photos.take_out(made, by=clerk, at=NOON)
    return digest


def photos_that_are_not_public(office) -> tuple[set[str], str]:
    """Photos beside a public one; return the digests of the secret pictures, and of the public one."""
    report, unpublished = makers.collaboration(), makers.collaboration()
    secret = {
        photo_of(unpublished, size=20),
        photo_of(report, size=21, kept_internal=True),
        photo_of(report, size=22, taken_out=True),
        photo_of(report, size=23, consent="", kept_internal=True),
    }
    public = photo_of(report, size=24, alternative_text="川辺の網", caption="", people=SECRET)
    regretted = photo_of(report, size=25, alternative_text="あとで取りやめた写真", caption="")
    report = advance(report, "submit", by=makers.department_clerk(report.department), at=NOON)
    report = factories.approved(advance(report, "accept", by=office, at=NOON), "publish")
    photos.describe(report.photos.last(), fields={"consent": ""}, by=office, at=NOON)
    added_later = ContentFile(from_camera("JPEG", size=(26, 26)), name="photo.jpg")
    later = photos.add(
        report, added_later, alternative_text=SECRET, consent="given", by=office, at=NOON
    )
    picture_copies.draw_all(later.file_id)
    secret.add(PictureCopy.objects.get(file=later.file_id, size="large").digest)
    return secret | {regretted}, public


def published_with_a_correction_under_way(office) -> CollaborationReport:
    report = makers.published_collaboration(title="公開された川の会")
    services.save_collaboration_report(
        report, fields={"title": SECRET, "results": SECRET, "purpose": SECRET}, measures=[],
        edit_number=report.edit_number, by=office, at=NOON,
    )  # fmt: skip
    release(office, ("report", str(report.pk)), note=SECRET)
    return report


def withdrawn(office) -> CollaborationReport:
    report = makers.published_collaboration(
        title="取り下げた会", results=SECRET, content=SECRET, partner_names=SECRET
    )
    made = release(
        office, ("report", str(report.pk)), withdraw=True, note="相手の求めによる", at=TOMORROW
    )
    approve(releases.propose(made, by=office, at=TOMORROW), at=TOMORROW)
    return report


def accepted_warning(office) -> None:
    report = makers.accepted_collaboration(results="0467-00-0000")
    made = release(office, ("report", str(report.pk)))
    (found,) = checks.in_the_way(made, at=NOON)
    checks.accept(made, found.digest, reason=SECRET, by=office, at=NOON)
    approve(releases.propose(made, by=office, at=NOON))


def money_and_people(office) -> Proposal:
    """A granted project that is public, with all that is not: people, bank, grounds, what was written."""
    year = makers.granted_year()
    claim = factories.claimed(year)
    proposal, group = year.proposal, year.organization
    planted(group, but=("name",))
    for person in (*group.members.all(), office):
        planted(person, but=("email",))
    Officer.objects.create(organization=group, name=SECRET, post=SECRET, name_kana=SECRET)
    planted(proposal)
    planted(year)
    planted(claim)
    for row in (*year.budget_lines.all(), *year.payments.all(), *proposal.proposal_measures.all()):
        planted(row)
    seat = proposal.round.seats.first()
    conflict = declare_conflict(seat=seat, proposal=proposal, kind="officer", by=office, at=NOON)
    ConflictNote.objects.update_or_create(conflict=conflict, defaults={"text": SECRET})
    return proposal


def projects_that_are_not_adopted() -> None:
    group = factories.member(factories.organization())
    draft = factories.draft("startup", by=group)
    sent = advance(factories.draft("startup", by=group), "submit", by=group, at=NOON)
    for proposal in (draft, sent):
        planted(proposal)
        planted(proposal.case_ptr)
    planted(group.organizations.get())


def progress_of_two_days(measure) -> None:
    for day, words in ((TODAY, "20件の相談"), (TODAY + timedelta(days=1), SECRET)):
        Progress.objects.create(
            measure=measure, fiscal_year=2026, as_of=day, status="done", result=words, reason=words
        )


def test_no_file_of_the_site_holds_what_was_not_released(office, tmp_path, settings):
    settings.SITE_URL = "https://example.jp"
    measure = factories.measure()
    progress_of_two_days(measure)
    proposal = money_and_people(office)
    projects_that_are_not_adopted()
    corrected = published_with_a_correction_under_way(office)
    accepted_warning(office)
    gone = withdrawn(office)
    made = release(
        office,
        ("register", "all"),
        ("figures", str(proposal.fiscal_year)),
        ("progress", f"{measure.edition.code}/{TODAY.isoformat()}"),
    )
    approve(releases.propose(made, by=office, at=NOON))
    reports_that_are_not_public(office)
    secret_pictures, public_picture = photos_that_are_not_public(office)

    call_command("export_site", str(tmp_path), stdout=io.StringIO())

    told = {
        str(path.relative_to(tmp_path)): path.read_bytes().decode("utf-8-sig")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != MANIFEST and path.suffix not in PICTURES
    }
    pictures = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tmp_path.rglob("*")
        if path.suffix in PICTURES
    }
    assert pictures == {public_picture} and public_picture not in secret_pictures
    assert len(secret_pictures) == PictureCopy.objects.filter(size="large").count() - 1 + TAKEN_OUT
    doors = [
        f"/public/reports/{photo.report.fiscal_year}/{photo.report_id}/photo-{photo.pk}.{ending}"
        for photo in ReportPhoto.objects.select_related("report")
        for ending in ("jpg", "png")
    ]
    open_doors = [door for door in doors if Client().get(door).status_code != 404]
    assert len(open_doors) == 1 and "川辺の網" in "".join(told.values())
    for photo in ReportPhoto.objects.all():
        for inner in (f"/report-photos/{photo.pk}/picture/large/", f"/files/{photo.file.key}/"):
            assert Client().get(inner).status_code == 302, "a door for those who log in"
    assert not any("あとで取りやめた写真" in text for text in told.values())
    for words in ("公開された川の会", proposal.title, "20件の相談", "取り下げた会"):
        assert any(words in text for text in told.values()), words
    leaks = {
        path: text[max(0, text.find(SECRET) - 80) :][:200]
        for path, text in told.items()
        if SECRET in text
    }
    assert leaks == {}
    for inner in ("7654321", "ｶｸｳﾉｶｲ", "架空銀行", "@example"):
        assert [path for path, text in told.items() if inner in text] == [], inner
    assert SECRET not in Client().get(f"/reports/{corrected.pk}/").content.decode()
    assert SECRET not in Client().get(f"/public/reports/2025/{gone.pk}.html").content.decode()
    assert PublicEntry.objects.count() == 7


def test_secret_that_was_released_is_found(office, tmp_path):
    """The test above can fail: the same words, released, stand in the files."""
    makers.published_collaboration(results=SECRET)

    call_command("export_site", str(tmp_path), stdout=io.StringIO())

    assert any(SECRET in path.read_text() for path in tmp_path.rglob("*.html"))
