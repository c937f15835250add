"""Nothing that is not released stands in any file of the site, nor on any page: secrets are planted, all is read."""

import hashlib
import io
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import Client

from accounts.models import Department, Officer, Role
from casework import picture_copies
from casework.models import PictureCopy
from casework.services import advance
from grants import services as issues
from grants.models import CityIssue, Proposal, Question
from guideline import years
from guideline.models import (
    Edition,
    Figure,
    Measure,
    MeasureYear,
    PrintedCount,
    Progress,
    Section,
)
from reporting import partner_parts, photos, services, tablings
from reporting.models import CollaborationReport, Partner, PublicEntry, ReportPhoto
from reporting.publishing import checks, issue_wording, releases
from reporting.publishing.export import MANIFEST
from reviews.models import ConflictNote
from reviews.services import declare_conflict
from tests import factories
from tests.casework.camera import photo as from_camera
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.anybody import crawl

pytestmark = pytest.mark.django_db

#: Stands in every planted text; nothing that is released bears it.
SECRET = "秘密の語"
PICTURES = (".jpg", ".png")
#: Pictures of which even the copy is gone.
TAKEN_OUT = 1
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(settings):
    settings.SITE_URL = "https://example.jp"
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


def progress_of_two_days(measure, *, said: str = "20件の相談") -> None:
    for day, words in ((TODAY, said), (TODAY + timedelta(days=1), SECRET)):
        Progress.objects.create(
            measure=measure, fiscal_year=2026, as_of=day, status="done", result=words, reason=words
        )


def views_and_comments(office) -> None:
    """A public report of which a partner's view is not given, and two of the committee's comments not released."""
    year = makers.granted_year("collaboration")
    report = makers.collaboration(title="委員会が読んだ会", department=year.department)
    clerk = makers.department_clerk(report.department)
    for name in ("答えた団体", "答えない団体"):
        group = factories.member(factories.organization(name=name)).organizations.get()
        Partner.objects.create(report=report, name=name, organization=group)
    given, silent = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    said = {"process_score": 5, "outcome_score": 2, "changed": "川がきれいになった。"}
    given = partner_parts.save_part(
        given, fields=said, edit_number=0, by=makers.group_of(given), at=NOON
    )
    advance(given, "give", by=makers.group_of(given), at=NOON)
    begun = {"process_score": 1, "changed": SECRET}
    by = makers.group_of(silent)
    partner_parts.save_part(silent, fields=begun, edit_number=0, by=by, at=NOON)
    report = advance(report, "submit", by=clerk, at=NOON)
    report = advance(report, "accept", by=office, at=NOON)
    tabling = tablings.table_reports(
        [report], fiscal_year=report.fiscal_year, tabled_on=TODAY, by=office, at=NOON,
        comments_until=TODAY,
    )  # fmt: skip
    (tabled,) = tabling.tabled.all()
    member = factories.anyone(Role.COMMITTEE)
    for words in (f"{SECRET}：公表しない意見", "公表する意見"):
        comment = tablings.comment(tabled, words=words, by=member, at=NOON)
    tablings.release_comments(tabled, comments=[comment.pk], by=office, at=TOMORROW)
    factories.approved(CollaborationReport.objects.get(pk=report.pk), "publish", at=TOMORROW)


def years_of_a_measure(measure, office) -> None:
    """What the office writes of a year after its release, and of a year that was not released."""
    for fiscal_year in (2026, 2027):
        words = dict.fromkeys(("target", "plan", "result", "next_plan"), SECRET)
        by_month = {"plan_months": [5], "plan_by_month": {"5": SECRET}}
        there = MeasureYear.objects.filter(measure=measure, fiscal_year=fiscal_year).first()
        number = there.edit_number if there else 0
        years.write(
            measure, fiscal_year, {**words, **by_month}, edit_number=number, by=office, at=TOMORROW
        )
        figure = Figure(label=SECRET, unit=SECRET[:4], value=987_654_321)
        years.write_figure(measure, fiscal_year, figure, by=office, at=TOMORROW)


def issues_that_are_not_public(office) -> None:
    """City issues that were asked for, are written, were sent, and were returned."""
    clerk = factories.user(Role.DEPARTMENT)
    asked = issues.ask_for_issues(
        fiscal_year=2026, due_on=date(2026, 12, 20), by=office, at=NOON
    )  # fmt: skip
    of_the_clerk = [one for one in asked if one.department_id in clerk.duties.departments]
    assert of_the_clerk
    for issue in asked:
        planted(issue)
        planted(issue.case_ptr)
    words = {"title": SECRET, "problem": SECRET, "offers": SECRET, "seeks": SECRET, "until": None}
    (issue,) = of_the_clerk
    written = issues.save_issue(issue, fields=words, edit_number=0, by=clerk, at=NOON)
    sent = advance(written, "send", by=clerk, at=NOON)
    advance(sent, "send_back", by=office, at=NOON, reason=SECRET)


def progress_to_withdraw(office) -> Measure:
    """A public day of an edition of its own, with a year, a figure and a printed count."""
    edition = Edition.objects.create(code="regretted", title="前の指針", status="in_force")
    section = Section.objects.create(edition=edition, number=1, title="前の章")
    measure = Measure.objects.create(
        edition=edition, section=section, number=1, title="前の施策", classification="I"
    )
    progress_of_two_days(measure, said=SECRET)
    PrintedCount.objects.create(
        edition=edition, as_of=TODAY, classification="I", status="done", count=1, denominator=1,
        source=SECRET,
    )  # fmt: skip
    written = dict.fromkeys(("target", "plan", "result", "next_plan"), SECRET)
    months = {"plan_months": [4], "plan_by_month": {"4": SECRET}}
    years.write(measure, 2026, {**written, **months}, edit_number=0, by=office, at=NOON)
    figure = Figure(label=SECRET, unit=SECRET[:4], value=987_654_321)
    years.write_figure(measure, 2026, figure, by=office, at=NOON)
    return measure


def issue_to_take_back(office) -> CityIssue:
    clerk = factories.user(Role.DEPARTMENT)
    (department,) = Department.objects.filter(pk__in=clerk.duties.departments)
    issue = issues.open_issue(department, fiscal_year=2026, title=SECRET, by=clerk, at=NOON)
    words = {"title": SECRET, "problem": SECRET, "offers": SECRET, "seeks": SECRET, "until": None}
    issue = issues.save_issue(issue, fields=words, edit_number=issue.edit_number, by=clerk, at=NOON)
    sent = advance(issue, "send", by=clerk, at=NOON)
    accepted = [one.digest for one in issue_wording.findings(sent)]  # the secret is a name, too
    return advance(sent, "publish", by=office, at=NOON, accepted=accepted)


def day_of(measure: Measure) -> tuple[str, str]:
    return "progress", f"{measure.edition.code}/{TODAY.isoformat()}"


@dataclass(frozen=True)
class Scene:
    """What is public, with secrets beside all of it."""

    proposal: Proposal
    secret_pictures: set[str]
    public_picture: str
    corrected: CollaborationReport
    withdrawn: CollaborationReport


@remembered
def scene(office) -> Scene:
    regretted = progress_to_withdraw(office)
    approve(releases.propose(release(office, day_of(regretted)), by=office, at=NOON))
    measure = factories.measure()
    progress_of_two_days(measure)
    written = {"plan": "公表する計画", "plan_months": [4]}
    years.write(measure, 2026, written, edit_number=0, by=office, at=NOON)
    proposal = money_and_people(office)
    projects_that_are_not_adopted()
    asker = factories.user()
    Question.objects.create(round=proposal.round, text=SECRET, by=asker, at=NOON)
    corrected = published_with_a_correction_under_way(office)
    accepted_warning(office)
    gone = withdrawn(office)
    taken_back = issue_to_take_back(office)
    made = release(
        office, ("register", "all"), ("figures", str(proposal.fiscal_year)), day_of(measure)
    )
    approve(releases.propose(made, by=office, at=NOON))
    ends = release(office, day_of(regretted), withdraw=True, note="誤りがあった", at=TOMORROW)
    approve(releases.propose(ends, by=office, at=TOMORROW), at=TOMORROW)
    advance(taken_back, "send_back", by=office, at=TOMORROW, reason=SECRET)
    reports_that_are_not_public(office)
    views_and_comments(office)
    years_of_a_measure(measure, office)
    issues_that_are_not_public(office)
    secret_pictures, public_picture = photos_that_are_not_public(office)
    return Scene(proposal, secret_pictures, public_picture, corrected, gone)


def leaks(told: dict[str, str]) -> dict[str, str]:
    """Return of each address what stands around the planted secret, and of whatever else is inner."""
    inner = (SECRET, "7654321", "ｶｸｳﾉｶｲ", "架空銀行", "@example", "987654321", "987,654,321")
    return {
        address: text[max(0, text.find(secret) - 80) :][:200]
        for address, text in told.items()
        for secret in inner
        if secret in text
    }


def is_told(told: dict[str, str], proposal: Proposal) -> bool:
    """Return whether what is public is there, so that an empty site does not pass."""
    public = (
        "公開された川の会", proposal.title, "20件の相談", "取り下げた会", "委員会が読んだ会",
        "公表する意見", "公表する計画", "川がきれいになった。", "川辺の網",
    )  # fmt: skip
    return all(any(words in text for text in told.values()) for words in public)


def test_no_file_of_the_site_holds_what_was_not_released(office, tmp_path):
    there = scene(office)

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
    assert pictures == {there.public_picture}
    assert there.public_picture not in there.secret_pictures
    kept = PictureCopy.objects.filter(size="large").count()
    assert len(there.secret_pictures) == kept - 1 + TAKEN_OUT
    assert is_told(told, there.proposal)
    assert leaks(told) == {}
    assert not any("あとで取りやめた写真" in text for text in told.values())
    assert PublicEntry.objects.count() == 9


def test_no_address_that_leads_anywhere_holds_what_was_not_released(office):
    there = scene(office)
    searches = [f"/search/?q={quote(words)}" for words in ("川", "会", SECRET[:2], "意見")]

    told = dict(crawl(Client(), *searches))

    assert len(told) > 150
    assert is_told(told, there.proposal)
    for address in searches:
        told[address] = told[address].replace(SECRET[:2], "")  # the words that were searched for
    assert leaks(told) == {}
    for report in (there.corrected, there.withdrawn):
        for address in (f"/reports/{report.pk}/", f"/public/reports/2025/{report.pk}.html"):
            assert SECRET not in Client().get(address).content.decode(), address


def test_no_door_of_a_photo_is_open_but_that_of_the_public_one(office):
    scene(office)
    doors = [
        f"/public/reports/{photo.report.fiscal_year}/{photo.report_id}/photo-{photo.pk}.{ending}"
        for photo in ReportPhoto.objects.select_related("report")
        for ending in ("jpg", "png")
    ]

    assert len([door for door in doors if Client().get(door).status_code != 404]) == 1
    for photo in ReportPhoto.objects.all():
        for inner in (f"/report-photos/{photo.pk}/picture/large/", f"/files/{photo.file.key}/"):
            assert Client().get(inner).status_code == 302, "a door for those who log in"


def test_secret_that_was_released_is_found(office, tmp_path):
    """The test above can fail: the same words, released, stand in the files."""
    makers.published_collaboration(results=SECRET)

    call_command("export_site", str(tmp_path), stdout=io.StringIO())

    assert any(SECRET in path.read_text() for path in tmp_path.rglob("*.html"))
