"""Releases: two people, frozen texts, at once or at a moment, corrections and tombstones."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from accounts.models import Role
from casework import city, history, verification
from casework.approvals import Wish
from casework.errors import NotPossible
from casework.models import FailedTask, Notice
from casework.services import advance
from guideline.models import Progress
from reporting import services
from reporting.models import CollaborationReport, PublicEntry, Release, ReleaseItem
from reporting.publishing import checks, releases, signed
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def approver():
    return factories.user(Role.APPROVER)


def begun(*reports, by, **said) -> Release:
    release = releases.begin(by=by, at=NOON)
    for report in reports:
        releases.put_in(release, "report", str(report.pk), by=by, at=NOON, **said)
    return release


def approve(draft, by, at=NOON):
    return advance(draft, "approve", by=by, at=at, decided_on=TODAY)


def public(report) -> ReleaseItem | None:
    entry = PublicEntry.objects.filter(kind="report", key=str(report.pk)).first()
    return entry and entry.item


def test_release_publishes_what_another_person_approves(office, approver):
    reports = [makers.accepted_collaboration(title=title) for title in ("一", "二")]
    release = begun(*reports, by=office)

    draft = releases.propose(release, by=office, at=NOON)
    assert not PublicEntry.objects.exists()
    with pytest.raises(PermissionDenied):
        approve(draft, office)
    approve(draft, approver)

    release.refresh_from_db()
    assert (release.state, release.published_at) == ("published", NOON)
    for report in reports:
        report.refresh_from_db()
        item = public(report)
        assert (report.state, item.number) == ("published", 1)
        assert item.content["text"]["title"] == report.title
        assert item.digest == history.digest_of(item.content)
        assert report.publication.version.content == item.content["text"]
    assert list(verification.faults()) == []


def test_whoever_does_both_jobs_does_not_approve_the_own_release():
    both = factories.user(Role.OFFICE, Role.APPROVER)
    draft = releases.propose(begun(makers.accepted_collaboration(), by=both), by=both, at=NOON)

    with pytest.raises(PermissionDenied):
        approve(draft, both)


def test_only_the_office_puts_a_release_together(approver):
    report = makers.accepted_collaboration()
    release = begun(report, by=factories.user(Role.OFFICE))
    item = release.items.get()

    for person in (
        approver,
        factories.user(Role.AUDITOR),
        makers.department_clerk(report.department),
    ):
        with pytest.raises(PermissionDenied):
            releases.begin(by=person, at=NOON)
        with pytest.raises(PermissionDenied):
            releases.put_in(release, "report", str(report.pk), by=person, at=NOON)
        with pytest.raises(PermissionDenied):
            releases.take_out(item, by=person, at=NOON)
        with pytest.raises(PermissionDenied):
            releases.set_moment(release, TOMORROW, by=person, at=NOON)
        with pytest.raises(PermissionDenied):
            releases.propose(release, by=person, at=NOON)


def test_what_waits_is_frozen_until_its_draft_is_dropped(office):
    report = makers.accepted_collaboration()
    release = begun(report, by=office)
    draft = releases.propose(release, by=office, at=NOON)
    item = release.items.get()

    with pytest.raises(ValidationError):
        releases.take_out(item, by=office, at=NOON)
    with pytest.raises(ValidationError):
        releases.set_moment(release, TOMORROW, by=office, at=NOON)
    with pytest.raises(ValidationError, match=release.number):
        releases.begin_with(report, by=office, at=NOON)

    advance(draft, "drop", by=office, at=NOON)
    item.refresh_from_db()
    assert (item.content, item.digest) == (None, "")
    assert Release.objects.get().state == "draft"
    releases.take_out(item, by=office, at=NOON)
    with pytest.raises(NotPossible):
        releases.propose(release, by=office, at=NOON)


def test_public_reads_what_was_frozen_though_the_record_went_on(office, approver):
    report = makers.accepted_collaboration(results="のべ60人が参加した。")
    draft = releases.propose(begun(report, by=office), by=office, at=NOON)
    CollaborationReport.objects.filter(pk=report.pk).update(results="すり替え")

    approve(draft, approver)

    assert public(report).content["text"]["results"] == "のべ60人が参加した。"
    report.refresh_from_db()
    assert report.publication.version.content["results"] == "のべ60人が参加した。"


def test_correction_is_a_new_version_with_a_note(office):
    report = makers.published_collaboration()
    with pytest.raises(ValidationError):
        releases.begin_with(report, by=office, at=NOON)
    services.save_collaboration_report(
        report, fields={"results": "61人"}, measures=[], edit_number=report.edit_number,
        by=office, at=NOON,
    )  # fmt: skip

    report = factories.released(report, note="人数の訂正", at=TOMORROW)

    first, second = ReleaseItem.objects.order_by("number")
    assert (first.action, second.action) == ("publish", "correct")
    assert (second.number, second.note) == (2, "人数の訂正")
    assert first.content["text"]["results"] != second.content["text"]["results"] == "61人"
    entry = PublicEntry.objects.get()
    assert (entry.item, entry.first_at) == (second, NOON)
    assert (report.state, report.publication.number) == ("corrected", 2)


def test_withdrawn_report_is_public_nowhere_and_can_come_back(office, approver):
    report = makers.published_collaboration()
    release = begun(report, by=office, withdraw=True, note="相手の求めによる")
    approve(releases.propose(release, by=office, at=NOON), approver)

    report.refresh_from_db()
    assert (report.state, report.publication) == ("withdrawn", None)
    item = public(report)
    assert (item.action, item.content, item.note) == ("withdraw", None, "相手の求めによる")
    assert item.title == "川の自然観察会"
    assert not CollaborationReport.objects.public(fictitious=True).exists()
    with pytest.raises(ValidationError):
        begun(report, by=office, withdraw=True, note="二度目")

    report = factories.released(report, note="再び公開", at=TOMORROW)
    assert (report.state, public(report).number) == ("corrected", 3)
    assert report.publication.number == 2


def test_what_was_never_public_is_not_withdrawn(office):
    with pytest.raises(ValidationError):
        begun(makers.accepted_collaboration(), by=office, withdraw=True, note="誤り")


def test_report_that_nobody_accepted_is_not_put_in(office):
    with pytest.raises(ValidationError):
        begun(makers.collaboration(), by=office)
    with pytest.raises(ValidationError):
        releases.put_in(releases.begin(by=office, at=NOON), "report", "99", by=office, at=NOON)


def test_order_of_the_committee_is_asked_before_the_release_is_proposed(office):
    report = makers.accepted_collaboration(received=False)
    city.set_value("tabling_order", "before_publication", source="試験", by=office, at=NOON)
    release = begun(report, by=office)

    with translation.override("en"), pytest.raises(NotPossible, match="committee"):
        releases.propose(release, by=office, at=NOON)


def test_correction_that_corrects_nothing_is_refused(office):
    report = makers.published_collaboration()
    with translation.override("en"), pytest.raises(ValidationError, match="nothing to correct"):
        begun(report, by=office, note="訂正")

    CollaborationReport.objects.filter(pk=report.pk).update(results="61人")
    release = begun(report, by=office, note="人数の訂正")
    CollaborationReport.objects.filter(pk=report.pk).update(results=report.results)
    with translation.override("en"), pytest.raises(NotPossible, match="nothing to correct"):
        releases.propose(release, by=office, at=NOON)


@pytest.mark.parametrize("kind", ["register", "figures", "progress"])
def test_table_that_reads_as_before_is_not_corrected_at_a_later_moment(office, approver, kind):
    year, measure = makers.granted_year(), factories.measure()
    row = {"fiscal_year": 2026, "as_of": TODAY, "status": "done"}
    Progress.objects.create(measure=measure, **row)
    fiscal_year = str(year.proposal.fiscal_year)
    day = f"{measure.edition.code}/{TODAY.isoformat()}"
    key = {"register": "all", "figures": fiscal_year, "progress": day}[kind]
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, kind, key, by=office, at=NOON)
    approve(releases.propose(release, by=office, at=NOON), approver)

    second = releases.begin(by=office, at=TOMORROW)
    with pytest.raises(ValidationError):
        releases.put_in(second, kind, key, note="訂正", by=office, at=TOMORROW)


@pytest.mark.parametrize("sign", ["\x0b", "\x01", "\ufffe"])
def test_signs_that_no_feed_can_hold_are_not_taken_in(office, approver, sign):
    report = makers.accepted_collaboration(title=f"川の{sign}会", results=f"一行{sign}二行")
    release = begun(report, by=office, note=f"前{sign}後")
    approve(releases.propose(release, by=office, at=NOON), approver)

    item = public(report)
    assert sign not in item.title + item.note + item.content["text"]["results"]
    assert "\n" not in item.title
    ElementTree.fromstring(Site("https://example.jp/", fictitious=False).read("feed.xml").body)
    line_end = "\n" if sign == "\x0b" else ""
    assert item.content["text"]["results"] == f"一行{line_end}二行"


def test_feed_holds_whatever_was_taken_in_before():
    report = makers.published_collaboration()
    ReleaseItem.objects.update(title="川の\x0b会", note="前\x01後")

    feed = Site("https://example.jp/", fictitious=False).read("feed.xml").body

    assert "川の" in "".join(ElementTree.fromstring(feed).itertext())
    assert report.publication


# At a moment


def scheduled(office, approver, *reports) -> Release:
    release = begun(*reports, by=office)
    releases.set_moment(release, TOMORROW, by=office, at=NOON)
    for one in checks.in_the_way(release, at=NOON):
        checks.accept(release, one.digest, reason="順序は決めていない", by=office, at=NOON)
    approve(releases.propose(release, by=office, at=NOON), approver)
    return Release.objects.get(pk=release.pk)


def test_scheduled_release_becomes_public_at_its_moment_once(office, approver):
    report = makers.accepted_collaboration()
    release = scheduled(office, approver, report)
    assert (release.state, public(report)) == ("scheduled", None)

    assert releases.go_public_due(at=TOMORROW - timedelta(seconds=1)) == 0
    assert public(report) is None
    assert releases.go_public_due(at=TOMORROW + timedelta(hours=3)) == 1
    assert releases.go_public_due(at=TOMORROW + timedelta(hours=3)) == 0

    release.refresh_from_db()
    assert (release.state, release.published_at) == ("published", TOMORROW + timedelta(hours=3))
    assert public(report).number == 1
    assert list(verification.faults()) == []


def test_release_is_not_made_public_before_its_moment_by_hand(office, approver):
    release = scheduled(office, approver, makers.accepted_collaboration())

    for person in (office, approver):
        with pytest.raises(PermissionDenied):
            advance(release, "go_public", by=person, at=TOMORROW)


def test_one_release_that_cannot_become_public_keeps_no_other_back(office, approver):
    stuck, fine = (
        makers.accepted_collaboration(title="止", received=False),
        makers.accepted_collaboration(title="進"),
    )
    scheduled(office, approver, stuck)
    scheduled(office, approver, fine)
    city.set_value("tabling_order", "before_publication", source="試験", by=office, at=NOON)
    for _minute in range(2):
        releases.go_public_due(at=TOMORROW)

    assert public(stuck) is None
    assert public(fine).number == 1
    (told,) = Notice.objects.filter(kind="release_stuck", recipient=office)
    assert told.case.specific.items.get().title == "止"
    release = Release.objects.get(pk=told.case_id)
    with translation.override("en"):
        assert "committee" in str(releases.why_stuck(release, at=TOMORROW))
    assert releases.why_stuck(release, at=NOON) is None


def test_release_that_breaks_keeps_no_other_back_and_is_put_before_the_office(office, approver):
    reports = [makers.accepted_collaboration(title=title) for title in ("壊", "進")]
    broken, _fine = [scheduled(office, approver, report) for report in reports]
    in_its_place = ReleaseItem.objects.create(
        release=releases.begin(by=office, at=NOON), kind="report", key=str(reports[0].pk),
        action="publish", number=2, title="この版番号は、もう取られている",
    )  # fmt: skip

    assert [releases.go_public_due(at=TOMORROW) for _minute in range(2)] == [1, 0]

    assert (public(reports[0]), public(reports[1]).number) == (None, 1)
    assert Notice.objects.get(kind="release_stuck").case_id == broken.pk
    assert FailedTask.objects.get().times == 2
    assert releases.why_stuck(Release.objects.get(pk=broken.pk), at=TOMORROW) == releases.STUCK
    in_its_place.delete()
    assert releases.go_public_due(at=TOMORROW) == 1
    assert list(verification.faults()) == []


def test_day_of_progress_that_is_not_on_record_any_more_does_not_become_public(office, approver):
    measure = factories.measure()
    row = Progress.objects.create(measure=measure, fiscal_year=2026, as_of=TODAY, status="done")
    release = releases.begin(by=office, at=NOON)
    key = f"{measure.edition.code}/{TODAY.isoformat()}"
    releases.put_in(release, "progress", key, by=office, at=NOON)
    draft = releases.propose(release, by=office, at=NOON)
    row.delete()

    with translation.override("en"), pytest.raises(NotPossible, match="not on record"):
        approve(draft, approver)


# What the approver signed


def tamper_content(item: ReleaseItem) -> None:
    item.content["text"]["results"] = "すり替え"
    item.save(update_fields=["content"])


def tamper_content_with_digest(item: ReleaseItem) -> None:
    item.content["text"]["results"] = "すり替え"
    item.digest = history.digest_of(item.content)
    item.save(update_fields=["content", "digest"])


def tamper_year(item: ReleaseItem) -> None:
    ReleaseItem.objects.filter(pk=item.pk).update(fiscal_year=1999)


TAMPERED = [tamper_content, tamper_content_with_digest, tamper_year]


@pytest.mark.parametrize("tamper", TAMPERED)
@pytest.mark.parametrize("moment", [None, TOMORROW])
def test_what_was_changed_after_the_proposal_is_not_approved(office, approver, tamper, moment):
    report = makers.accepted_collaboration()
    release = begun(report, by=office)
    releases.set_moment(release, moment, by=office, at=NOON)
    draft = releases.propose(release, by=office, at=NOON)
    tamper(release.items.get())

    with translation.override("en"), pytest.raises(NotPossible, match="not what was proposed"):
        approve(draft, approver)

    assert public(report) is None


@pytest.mark.parametrize("tamper", TAMPERED)
def test_what_was_changed_after_the_approval_does_not_become_public(office, approver, tamper):
    report = makers.accepted_collaboration()
    release = scheduled(office, approver, report)
    assert list(verification.faults()) == []
    tamper(release.items.get())

    assert releases.go_public_due(at=TOMORROW) == 0

    assert public(report) is None
    assert {fault.case for fault in verification.faults()} == {release.pk}


@pytest.mark.parametrize("tamper", TAMPERED)
def test_published_item_that_was_changed_is_found_with_the_history(tamper):
    report = makers.published_collaboration()
    item = ReleaseItem.objects.get()
    assert list(verification.faults()) == []
    rows = []
    list(verification.faults(lambda: rows.append(1)))
    assert len(rows) == verification.count()

    tamper(item)

    assert {fault.case for fault in verification.faults()} == {item.release_id}
    assert public(report) == item


def test_scheduled_release_is_stopped(office, approver):
    report = makers.accepted_collaboration()
    release = advance(scheduled(office, approver, report), "stop", by=office, at=NOON)

    assert releases.go_public_due(at=TOMORROW) == 0
    assert (release.state, public(report)) == ("dropped", None)
    assert factories.released(report).state == "published"


def test_moment_has_to_lie_ahead(office):
    release = begun(makers.accepted_collaboration(), by=office)
    with pytest.raises(ValidationError):
        releases.set_moment(release, NOON, by=office, at=NOON)
    releases.set_moment(release, TOMORROW, by=office, at=NOON)

    with pytest.raises(NotPossible):
        releases.propose(release, by=office, at=TOMORROW)


def test_release_for_a_moment_is_not_drafted_as_one_at_once(office, approver):
    release = begun(makers.accepted_collaboration(), by=office)
    releases.set_moment(release, TOMORROW, by=office, at=NOON)
    draft = releases.propose(release, by=office, at=NOON)

    assert draft.items.get().verb == "schedule"
    wish = draft.items.get()
    assert wish.facts == {"digest": signed.digest_of(release)}
    advance(draft, "drop", by=office, at=NOON)
    advance(release, "propose", by=office, at=NOON)
    with pytest.raises(NotPossible):
        factories.approvals.draft("即時", [Wish(release, "publish")], by=office, at=NOON)


# Tables


def test_register_progress_and_figures_are_frozen_with_it(office, approver):
    year = makers.granted_year()
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, "register", "all", by=office, at=NOON)
    releases.put_in(release, "figures", str(year.proposal.fiscal_year), by=office, at=NOON)
    approve(releases.propose(release, by=office, at=NOON), approver)

    content = {item.kind: item.content for item in release.items.all()}
    assert [row["project"] for row in content["register"]["rows"]] == [year.proposal.title]
    assert year.proposal.title in content["register"]["files"]["awards.csv"]
    assert content["figures"]["rows"] == [
        {
            "course": "startup",
            "projects": 1,
            "here": 1,
            "granted_yen": 80_000,
            "unknown": 0,
            "confirmed_yen": None,
            "confirmed": 0,
        }
    ]


@pytest.mark.parametrize(
    ("kind", "key"),
    [("register", "some"), ("figures", "1999"), ("figures", "x"), ("progress", "first/2023-13-45"),
     ("progress", "first"), ("report", "x")],
)  # fmt: skip
def test_what_is_not_there_is_not_put_in(office, kind, key):
    with pytest.raises(ValidationError):
        releases.put_in(releases.begin(by=office, at=NOON), kind, key, by=office, at=NOON)
