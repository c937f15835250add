"""What the public read of withdrawn reports, and comments of the committee: kept for years, then gone."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accounts.services.erasing import ERASED_NAME
from casework import approvals, destruction, guards, history, retention, verification
from casework.approvals import Wish
from casework.calendar import JAPAN, japan_date
from casework.errors import NotPossible
from casework.models import Destruction, Version
from casework.services import advance, correct
from reporting import tablings, withdrawn_reports
from reporting.models import (
    CollaborationReport,
    CommitteeComment,
    Publication,
    Release,
    ReleasedComment,
    ReleaseItem,
)
from reporting.publishing import checks, releases
from reporting.publishing.decision_grounds import what_becomes_public
from reporting.publishing.site import Site
from reporting.versions import content_of_collaboration
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

YEARS = 5
#: Withdrawn in fiscal year 2026: five years are over when fiscal year 2032 begins.
LAST_MOMENT = datetime(2032, 3, 31, 23, 59, tzinfo=JAPAN)
DUE = datetime(2032, 4, 1, 3, 40, tzinfo=JAPAN)
SECRET = "ひみつの観察会"
PHONE = "0467-00-0000"
AGAIN = NOON + timedelta(days=2)


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


def withdrawn(office, *, at=NOON) -> CollaborationReport:
    """A report that was corrected once, with the planted words in both, and then withdrawn."""
    report = factories.released(makers.published_collaboration(results=SECRET), note="人数")
    withdraw(report, office, at=at)
    return CollaborationReport.objects.get(pk=report.pk)


def withdraw(report, office, *, at=NOON) -> None:
    release = releases.begin(by=office, at=at)
    said = {"withdraw": True, "note": "相手の求めによる", "by": office, "at": at}
    releases.put_in(release, "report", str(report.pk), **said)
    draft = releases.propose(release, by=office, at=at)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=japan_date(at))


def destroy(office, code: str, at=DUE) -> Destruction | None:
    retention.set_period(code, YEARS, source="試験", by=office, at=NOON)
    listed = destruction.propose(at=at)
    if listed is not None:
        draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=office, at=at)
        approver = factories.anyone(Role.APPROVER)
        advance(draft, "approve", by=approver, at=at, decided_on=japan_date(at))
    return listed


def frozen(report) -> list[ReleaseItem]:
    found = ReleaseItem.objects.filter(
        kind="report", key=str(report.pk), action__in=["publish", "correct"]
    )
    return list(found.order_by("pk"))


def read_back() -> str:
    said = StringIO()
    call_command("verify_history", stdout=said, stderr=StringIO())
    return said.getvalue()


def test_words_are_due_the_day_after_their_years_and_not_before(office):
    report = withdrawn(office)
    both = list(report.publications.order_by("pk").values_list("pk", flat=True))
    assert len(both) == 2

    assert destruction.propose(at=DUE) is None  # a period that is not set keeps everything
    assert destroy(office, "withdrawn_reports", LAST_MOMENT) is None
    listed = destroy(office, "withdrawn_reports")
    assert [(row.row, row.outcome) for row in listed.items.order_by("row")] == [
        (pk, "destroyed") for pk in both
    ]


def test_destroyed_words_are_in_no_column_and_the_history_says_when_they_went(office):
    report = withdrawn(office)
    digests = [item.digest for item in frozen(report)]
    versions = list(Version.objects.filter(publication__report=report).order_by("pk"))
    path = f"reports/{report.fiscal_year}/{report.pk}.html"
    before = Site("https://city.example", fictitious=True).read(path)
    destroy(office, "withdrawn_reports")

    items = frozen(report)
    assert [item.content for item in items] == [None, None]
    assert [item.digest for item in items] == digests and all(digests)
    for publication in report.publications.select_related("version"):
        assert (bytes(publication.pdf), publication.version.content) == (b"", {})
    kept = Version.objects.filter(pk__in=[version.pk for version in versions]).order_by("pk")
    assert [row.digest for row in kept] == [history.digest_of(row.content) for row in versions]

    assert list(verification.faults()) == []
    said = read_back()
    assert "0 faults" in said
    assert said.count(f"Case {report.pk}: the words of publication") == 2
    assert "destroyed on 2032-04-01" in said
    after = Site("https://city.example", fictitious=True).read(path)
    assert after.gone and after.body == before.body
    call_command("verify_published", stdout=StringIO())
    assert "相手の求めによる" in after.body.decode() and SECRET not in after.body.decode()


def test_pages_of_the_office_say_that_the_words_are_gone(client, office):
    report = withdrawn(office)
    destroy(office, "withdrawn_reports")
    item = frozen(report)[0]
    client.force_login(office)

    page = client.get(reverse("reporting:release-item", args=[item.release_id, item.pk]))
    assert "令和14年4月1日" in page.text and SECRET not in page.text
    shown = reverse("reporting:release-preview", args=[item.release_id, item.pk, "ja"])
    assert shown not in page.text
    preview = client.get(shown)
    assert preview.status_code == 410
    assert "令和14年4月1日" in preview.text and SECRET not in preview.text


def test_decision_of_what_was_destroyed_reads_no_report_as_it_stands_now(client, office):
    report = makers.accepted_collaboration(results=f"{SECRET} 電話 {PHONE}")
    release = releases.begin_with(report, by=office, at=NOON)
    for one in checks.in_the_way(release, at=NOON):
        checks.accept(release, one.digest, reason="市の代表番号", by=office, at=NOON)
    draft = releases.propose(release, by=office, at=NOON)
    preview = reverse("reporting:release-preview", args=[release.pk, release.items.get().pk, "ja"])
    release = Release.objects.get(pk=release.pk)
    before = what_becomes_public(release, facts={}, today=TODAY)
    assert preview in before and PHONE in before
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=NOON, decided_on=TODAY)
    withdraw(report, office)
    destroy(office, "withdrawn_reports")
    report.refresh_from_db()
    assert PHONE in report.results  # the department's report stays

    said = what_becomes_public(Release.objects.get(pk=release.pk), facts={}, today=TODAY)

    assert "市の代表番号" in said
    assert PHONE not in said and preview not in said


def test_release_that_was_stopped_keeps_digests_and_no_words(client, office):
    report = withdrawn(office)
    stopped = releases.begin_with(report, note="もう一度", by=office, at=NOON)
    releases.set_moment(stopped, AGAIN, by=office, at=NOON)
    draft = releases.propose(stopped, by=office, at=NOON)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=NOON, decided_on=TODAY)
    item = stopped.items.get()
    assert SECRET in str(item.content)

    stopped = advance(stopped, "stop", by=office, at=NOON)

    kept = stopped.items.get()
    assert (kept.content, kept.digest) == (None, item.digest)
    with pytest.raises(NotPossible):
        correct(stopped, reason="押しまちがい", by=office, at=NOON)
    client.force_login(office)
    for name, args, status in (
        ("reporting:release-item", [stopped.pk, item.pk], 200),
        ("reporting:release-preview", [stopped.pk, item.pk, "ja"], 410),
    ):
        page = client.get(reverse(name, args=args))
        assert page.status_code == status
        assert "ここには残っていません" in page.text and SECRET not in page.text
    destroy(office, "withdrawn_reports")
    assert not ReleaseItem.objects.filter(content__icontains=SECRET).exists()
    assert list(verification.faults()) == []


def test_many_publications_are_destroyed_in_as_many_statements_as_one(office):
    def statements(report) -> int:
        rows = Publication.objects.filter(report=report)
        with CaptureQueriesContext(connection) as asked:
            withdrawn_reports.destroy(rows, by=office, at=DUE)
        assert [item.content for item in frozen(report)] == [None] * rows.count()
        return len(asked)

    once, more = makers.published_collaboration(), withdrawn(office)
    released = ReleaseItem.objects.get(key=str(once.pk))
    assert more.publications.count() == 2

    assert statements(more) == 3
    released.refresh_from_db()
    assert released.content  # another report's
    assert statements(once) == 3


def test_report_that_is_public_again_is_never_touched(office):
    report = withdrawn(office)
    report = factories.released(report, note="再び公開", at=AGAIN)

    assert destroy(office, "withdrawn_reports") is None
    assert all(item.content for item in frozen(report))
    assert all(bytes(row.pdf) for row in report.publications.all())


def test_report_that_is_public_when_the_list_is_approved_is_left_alone(office):
    report = withdrawn(office)
    retention.set_period("withdrawn_reports", YEARS, source="試験", by=office, at=NOON)
    listed = destruction.propose(at=DUE)
    report = factories.released(report, note="再び公開", at=DUE)
    draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=office, at=DUE)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=DUE, decided_on=DUE.date())

    assert set(listed.items.values_list("outcome", flat=True)) == {"changed"}
    assert all(item.content for item in frozen(report))


def test_hold_on_the_report_keeps_its_words(office):
    report = withdrawn(office)
    retention.hold(report, reason="監査", by=office, at=NOON)

    assert destroy(office, "withdrawn_reports") is None
    assert all(item.content for item in frozen(report))


def test_words_that_go_without_a_list_are_a_fault(office):
    report = withdrawn(office)
    ReleaseItem.objects.filter(pk=frozen(report)[0].pk).update(content=None)
    Version.objects.filter(
        publication__report=report, number=report.publications.first().version.number
    ).update(content={})

    named = [fault.case for fault in verification.faults()]
    assert sorted(named) == sorted([report.pk, frozen(report)[0].release_id])


def test_published_rows_lose_their_words_and_nothing_else(office):
    report = withdrawn(office)
    for rows, change in (
        (Publication.objects.all(), {"pdf": b"x"}),
        (Publication.objects.all(), {"note": ""}),
        (Version.objects.filter(publication__report=report), {"content": {"title": "別"}}),
        (Version.objects.filter(publication__report=report), {"content": {}, "digest": "x"}),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)
    assert guards.missing(connection) == {}


def commented(office, report) -> CommitteeComment:
    tabling = tablings.table_reports(
        [report], fiscal_year=report.fiscal_year, tabled_on=TODAY, by=office, at=NOON,
        comments_until=TODAY,
    )  # fmt: skip
    member = factories.anyone(Role.COMMITTEE)
    return tablings.comment(tabling.tabled.get(), words="よい協働です。", by=member, at=NOON)


def test_comment_goes_when_its_report_is_over_and_no_text_quotes_the_mark(office):
    report = makers.published_collaboration()
    said = commented(office, report)
    ReleasedComment.objects.create(comment=said, by=office, at=NOON)

    assert destroy(office, "committee_comments") is None  # a correction would lose it
    report.publication = None  # as a withdrawal does
    report.save(update_fields=["publication"])
    assert destroy(office, "committee_comments", LAST_MOMENT) is None
    listed = destroy(office, "committee_comments")
    assert listed.items.get().row == said.pk
    said.refresh_from_db()
    assert said.words == ERASED_NAME
    assert content_of_collaboration(report)["committee"] == []
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CommitteeComment.objects.update(words="別の意見")


@pytest.mark.parametrize("state", ["waiting", "scheduled"])
def test_comment_stays_while_it_waits_frozen_in_a_release_that_makes_the_report_public_again(
    office, state
):
    report = makers.accepted_collaboration(received=False)
    said = commented(office, report)
    ReleasedComment.objects.create(comment=said, by=office, at=NOON)
    withdraw(factories.released(report), office)
    moment = DUE + timedelta(days=40) if state == "scheduled" else None
    before = DUE - timedelta(days=3)
    made = releases.begin(by=office, at=before)
    releases.set_moment(made, moment, by=office, at=before)
    releases.put_in(made, "report", str(report.pk), note="直した", by=office, at=before)
    draft = releases.propose(made, by=office, at=before)
    if moment:
        approver = factories.anyone(Role.APPROVER)
        advance(draft, "approve", by=approver, at=before, decided_on=japan_date(before))
    assert Release.objects.get(pk=made.pk).state == state

    assert destroy(office, "committee_comments") is None
    (waits,) = frozen(report)[1:]
    assert waits.content["text"]["committee"] == ["よい協働です。"]
    assert content_of_collaboration(report)["committee"] == ["よい協働です。"]

    end = (Release.objects.get(pk=made.pk), "stop") if moment else (draft, "drop")
    advance(*end, by=office, at=DUE, reason="取りやめ")
    assert destroy(office, "committee_comments").items.get().row == said.pk


def test_tabled_report_whose_words_are_gone_says_so(client, office):
    report = makers.published_collaboration(results=SECRET)
    said = commented(office, report)
    withdraw(report, office)
    address = reverse("reporting:tabled-report", args=[said.tabled.tabling_id, said.tabled.place])
    client.force_login(office)
    assert SECRET in client.get(address).text

    destroy(office, "withdrawn_reports")

    page = client.get(address).text
    assert SECRET not in page and said.words in page
    assert "廃棄" in page
