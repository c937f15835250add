"""Reports at the committee: tabled as a booklet, commented on until a day, released by the office."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone, translation
from docx import Document

from accounts.models import Role
from casework import works
from casework.services import advance
from reporting import booklet, partner_parts, services, tablings
from reporting.booklet_answers import in_words
from reporting.booklet_totals import by_department, differences, sum_of
from reporting.models import (
    Booklet,
    CollaborationReport,
    CommitteeComment,
    PartnerPart,
    Tabling,
)
from reporting.publishing import releases
from reporting.versions import content_of_collaboration
from tests import factories
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers
from tests.windows import window

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=30)


def office():
    return factories.anyone(Role.OFFICE)


@remembered
def scored_by_both():
    """An accepted report on which its partner gave its view."""
    group = factories.member(factories.organization(name="川を守る会"))
    report = makers.collaboration(process_score=4, outcome_score=2, difficulties="雨が多かった。")
    clerk = makers.department_clerk(report.department)
    report = partner_of(report, group.organizations.get(), clerk)
    partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    part = PartnerPart.objects.get(report=report)
    said = {"process_score": 5, "outcome_score": 2, "changed": "川がきれいになった。"}
    part = partner_parts.save_part(
        part, fields=said, edit_number=0, by=group.act_on(TODAY), at=NOON
    )
    advance(part, "give", by=group, at=NOON)
    report = advance(report, "submit", by=clerk, at=NOON)
    return advance(report, "accept", by=office(), at=NOON)


def partner_of(report, group, clerk):
    return services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": group.name, "organization": group}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip


@remembered
def tabling():
    """Three reports of two departments before the committee; one has no known cost."""
    first = scored_by_both()
    more = [
        makers.accepted_collaboration(first.department, form="commission", cost_yen=None),
        makers.accepted_collaboration(form="commission", cost_yen=45_000),
    ]
    return tablings.table_reports(
        [first, *more], fiscal_year=2025, tabled_on=TODAY, by=office(), at=NOON,
        comments_until=TODAY + timedelta(days=7),
    )  # fmt: skip


def member():
    return factories.anyone(Role.COMMITTEE)


def first_of(found):
    return found.tabled.order_by("place").first()


def of_partner(found):
    return next(one for one in found.tabled.all() if one.version.content["views"])


def made(found) -> Booklet:
    asked = booklet.ask_for_booklet(found, by=office(), at=NOON)
    assert works.do(asked.pk, now=timezone.now)
    return Booklet.objects.get(tabling=found)


def test_each_report_is_tabled_as_it_stands_and_only_once():
    found = tabling()

    assert [one.place for one in found.tabled.order_by("place")] == [1, 2, 3]
    assert {one.report.tabled_on for one in found.tabled.all()} == {TODAY}
    assert list(tablings.to_be_tabled(2025, office())) == []
    with pytest.raises(ValidationError):
        tablings.table_reports(
            [first_of(found).report], fiscal_year=2025, tabled_on=TODAY, comments_until=None,
            by=office(), at=NOON,
        )  # fmt: skip


def test_no_report_is_tabled_before_the_day_it_was_accepted(client):
    report = makers.accepted_collaboration(received=False)
    client.force_login(office())
    said = {"tabled_on": (TODAY - timedelta(days=1)).isoformat(), "reports": [report.pk]}

    with time_machine.travel(NOON, tick=False):
        alone = client.post(reverse("reporting:tabling", args=[report.pk]), said)
        page = reverse("reporting:tabling-new", args=[report.fiscal_year])
        refused = client.post(page, said)
        assert {refused.status_code, alone.status_code} == {422}
        assert (
            f"「{report.title}」は{TODAY.isoformat()}に受理されました" in refused.content.decode()
        )
        ahead = (TODAY + timedelta(days=1)).isoformat()
        assert client.post(page, {**said, "tabled_on": ahead}).status_code == 422
        assert not Tabling.objects.exists()
        assert client.post(page, {**said, "tabled_on": TODAY.isoformat()}).status_code == 302


def test_only_accepted_reports_are_tabled_by_the_office_on_days_that_can_be():
    report = makers.accepted_collaboration()
    said = {"fiscal_year": 2025, "tabled_on": TODAY, "comments_until": None, "at": NOON}

    for role in (Role.COMMITTEE, Role.APPROVER, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            tablings.table_reports([report], by=factories.user(role), **said)
    for wrong in (
        {"tabled_on": TODAY + timedelta(days=1)},
        {"comments_until": TODAY - timedelta(days=1)},
        {"fiscal_year": 2024},
    ):
        with pytest.raises(ValidationError):
            tablings.table_reports([report], by=office(), **{**said, **wrong})
    with pytest.raises(ValidationError):
        tablings.table_reports([makers.collaboration()], by=office(), **said)


def test_public_report_is_tabled_as_the_public_reads_it(client):
    report = makers.published_collaboration(results="公表した成果")
    services.save_collaboration_report(
        report, fields={"results": "まだ公表していない訂正"}, measures=[],
        edit_number=report.edit_number, by=office(), at=NOON,
    )  # fmt: skip
    client.force_login(office())
    assert (
        report.title in client.get(reverse("reporting:tabling-new", args=[2025])).content.decode()
    )

    found = tablings.table_reports(
        [report], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office(), at=NOON
    )

    one = found.tabled.get()
    assert one.version == report.publication.version
    assert one.version.content["results"] == "公表した成果"
    assert "公表した成果" in pdf_text(bytes(made(found).pdf))


def test_totals_are_those_of_the_rows():
    contents = [one.version.content for one in booklet.tabled_in(tabling())]

    totals = by_department(contents)

    # Added up another way: by the reports themselves, one department at a time.
    for total in totals:
        own = [c for c in contents if c["department"] == total.department]
        assert total.reports == len(own)
        known = [c["cost_yen"] for c in own if c["cost_yen"] is not None]
        assert total.cost_yen == (sum(known) if known else None)
        assert total.unknown == [c["cost_yen"] for c in own].count(None)
        assert dict(total.forms) == {
            form: len([c for c in own if c["form"] == form]) for form in {c["form"] for c in own}
        }
    assert sum_of(totals).cost_yen == 30_000 + 45_000
    assert sum(total.unknown for total in totals) == 1
    assert len(totals) == 2


def content_of(**said) -> dict:
    scores = {"process_score": None, "outcome_score": None, "views": []}
    return {"title": "協働", "partner_names": "川の会", **scores, **said}


def test_booklet_tells_unknown_cost_as_unknown_and_counts_reports_without_a_form():
    contents = [
        content_of(department="一課", form="co_host", cost_yen=None),
        content_of(department="一課", form="", cost_yen=None),
        content_of(department="二課", form="co_host", cost_yen=0),
        content_of(department="三課", form="subsidy", cost_yen=45_000),
    ]

    table = booklet.totals_part(contents)["sections"][0]["table"]

    columns = ["担当課", "共催", "補助", "未記入", "件数", "事業費（円）", "費用が未記入"]
    assert table["columns"] == columns
    assert table["rows"] == [
        ["一課", 1, 0, 1, 2, "不明", 2],
        ["二課", 1, 0, 0, 1, 0, 0],
        ["三課", 0, 1, 0, 1, 45_000, 0],
    ]
    assert table["total"] == ["計", 2, 1, 1, 4, 45_000, 2]
    of_one = booklet.totals_part(contents[:2])["sections"][0]["table"]
    assert of_one["total"] == ["計", 1, 1, 2, "不明", 2]


def test_differences_are_told_of_who_scored_on_both_sides():
    contents = [one.version.content for one in booklet.tabled_in(tabling())]

    found = {(one.partner, one.code): one.difference for one in differences(contents)}

    assert found == {("川を守る会", "process_score"): -1, ("川を守る会", "outcome_score"): 0}


def test_worker_makes_the_booklet_once_as_pdf_and_for_word():
    found = tabling()
    paper = made(found)

    text = pdf_text(bytes(paper.pdf))
    words = Document(io.BytesIO(bytes(paper.docx)))
    cells = "".join(c.text for t in words.tables for row in t.rows for c in row.cells)
    for said in ("目次", "担当課と形態ごとの集計", "双方の評価の差", "雨が多かった。"):
        assert said in text, said
    assert "川がきれいになった。" in "".join(p.text for p in words.paragraphs)
    assert "75,000" in text and "75,000" in cells
    again = booklet.ask_for_booklet(found, by=office(), at=LATER)
    assert again.state == "done"
    assert Booklet.objects.count() == 1


def test_booklet_says_how_every_department_answered_that_was_asked():
    first = makers.accepted_collaboration(factories.department(name="一課"))
    makers.collaboration(first.department, fiscal_year=2024)  # another year's
    for name in ("二課", "三課"):
        factories.department(name=name)
    services.request_collaboration_reports(fiscal_year=2025, due_on=None, by=office(), at=NOON)
    for name, verb in (("四課", "accept"), ("五課", "submit")):
        _walk(makers.collaboration(factories.department(name=name)), verb)
    _walk(asked("二課"), "answer_none")
    found = tablings.table_reports(
        [first], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office(), at=NOON
    )
    # What is answered after that day is not part of what the committee received.
    _walk(asked("三課"), "answer_none")

    data = booklet.booklet_data(found, [first_of(found).version.content], [[]])

    part = next(one for one in data["parts"] if one["heading"] == "担当課の回答")
    assert sorted(part["sections"][0]["table"]["rows"]) == sorted(
        [
            ["一課", 1, "まだ提出していない報告書 1件"],
            ["二課", 0, "協働はなかったと回答"],
            ["三課", 0, "まだ提出していない報告書 1件"],
            ["四課", 0, "この冊子にない報告書 1件、依頼していない"],
            ["五課", 0, "提出済み・窓口で確認中 1件、依頼していない"],
        ]
    )
    assert [(one["label"], one["value"]) for one in data["items"]] == [
        ("報告書", "1件"), ("報告書のある担当課", "1課"),
        ("協働はなかったと回答した担当課", "1課"), ("まだ提出していない担当課", "2課"),
    ]  # fmt: skip
    paper = made(found)
    words = Document(io.BytesIO(bytes(paper.docx)))
    cells = [c.text for t in words.tables for row in t.rows for c in row.cells]
    assert "協働はなかったと回答" in cells
    assert "協働はなかったと回答" in pdf_text(bytes(paper.pdf))


def asked(name):
    return CollaborationReport.objects.get(department__name=name, request_key__isnull=False)


def _walk(report, verb):
    clerk = makers.department_clerk(report.department)
    report = advance(report, "submit" if verb == "accept" else verb, by=clerk, at=NOON)
    if verb == "accept":
        advance(report, "accept", by=office(), at=NOON)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"here": 2}, ""),
        ({"none": 1}, "協働はなかったと回答"),
        ({"none": 1, "here": 1}, ""),
        ({"here": 1, "missing": 2, "elsewhere": 1},
         "この冊子にない報告書 1件、まだ提出していない報告書 2件"),
        ({"not_asked": 1}, "依頼していない"),
    ],
)  # fmt: skip
def test_what_a_department_answered_is_said_in_words(counts, said):
    assert in_words({"department": "一課", "counts": counts}) == said


def test_contents_of_the_booklet_for_word_ask_for_the_page_of_each_report():
    words = Document(io.BytesIO(bytes(made(tabling()).docx)))
    xml = words.element.xml
    contents = next(t for t in words.tables if t.rows[0].cells[-1].text == "ページ")
    asked = re.findall(r"PAGEREF (\w+)", contents._tbl.xml)

    # Each row names the place at which the heading of its own report begins.
    marks = {
        mark: re.sub(r"<[^>]+>|\s", "", xml[xml.index(f'w:name="{mark}"') :].split(">", 1)[1])
        for mark in asked
    }
    assert len(asked) == len(set(asked)) == len(contents.rows) - 1 == 3
    for place, mark in enumerate(asked, start=1):
        assert marks[mark].startswith(f"報告{place}")


def test_contents_of_the_booklet_name_the_page_on_which_each_report_begins():
    text = pdf_text(bytes(made(tabling()).pdf))
    contents, _heading, rest = text.partition("担当課の回答")
    told = re.findall(r"報告(\d)[^報]*?(\d+)(?=報告|$)", contents.partition("ページ")[2])

    # Read another way: what the foot of the page says on which the heading of a report stands.
    feet = re.compile(r"(\d)\s*/\s*\d(?!\d)")
    rest = rest[feet.search(rest).end() :]
    begins = [(place, feet.search(rest, rest.index(f"報告{place}"))[1]) for place in "123"]

    assert told == begins


def test_members_comment_until_the_day_and_nobody_else_does():
    found = tabling()
    one = first_of(found)

    for role in (Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.PANEL):
        with pytest.raises(PermissionDenied):
            tablings.comment(one, words="意見", by=factories.user(role), at=NOON)
    with pytest.raises(ValidationError):
        tablings.comment(one, words=" ", by=member(), at=NOON)
    tablings.comment(one, words="よい協働です。", by=member(), at=NOON + timedelta(days=7))
    with pytest.raises(ValidationError):
        tablings.comment(one, words="遅い", by=member(), at=NOON + timedelta(days=8))


def test_comment_cannot_be_changed_or_deleted():
    said = tablings.comment(first_of(tabling()), words="意見", by=member(), at=NOON)

    for change in (
        lambda: CommitteeComment.objects.filter(pk=said.pk).update(words="別の意見"),
        lambda: connection.cursor().execute("DELETE FROM reporting_committeecomment"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_comments_are_public_only_once_they_are_released_and_without_names():
    found = tabling()
    one = of_partner(found)
    author = member()
    said = tablings.comment(one, words="第三者としての意見", by=author, at=NOON)
    tablings.comment(one, words="公表しない意見", by=author, at=NOON)
    assert content_of_collaboration(one.report, public=True)["committee"] == []
    with pytest.raises(ValidationError):
        tablings.release_comments(one, comments=[said.pk], by=office(), at=NOON)
    with pytest.raises(PermissionDenied):
        tablings.release_comments(one, comments=[said.pk], by=author, at=LATER)

    tablings.release_comments(one, comments=[said.pk], by=office(), at=LATER)

    public = content_of_collaboration(one.report, public=True)
    assert public["committee"] == ["第三者としての意見"]
    assert author.name not in str(public)
    with pytest.raises(ValidationError):
        tablings.release_comments(one, comments=[said.pk], by=office(), at=LATER)
    with pytest.raises(ValidationError):
        tablings.set_last_day(found, comments_until=TODAY, by=office(), at=LATER)
    published = factories.approved(one.report, "publish")
    assert "第三者としての意見" in pdf_text(bytes(published.publication.pdf))


def test_tabling_without_last_day_is_closed_by_naming_one():
    report = makers.accepted_collaboration()
    found = tablings.table_reports(
        [report], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office(), at=NOON
    )
    said = tablings.comment(first_of(found), words="意見", by=member(), at=LATER)
    with pytest.raises(ValidationError):
        tablings.release_comments(first_of(found), comments=[said.pk], by=office(), at=LATER)

    tablings.set_last_day(found, comments_until=TODAY, by=office(), at=LATER)

    tablings.release_comments(first_of(found), comments=[said.pk], by=office(), at=LATER)


def test_release_of_a_comment_is_taken_back_until_it_waits_to_be_published(client):
    found = tabling()
    one = of_partner(found)
    for words in ("残す意見", "取り消す意見"):
        tablings.comment(one, words=words, by=member(), at=NOON)
    kept, other = one.comments.order_by("pk")
    page = reverse("reporting:release-comments", args=[found.pk, one.place])

    def public():
        return content_of_collaboration(one.report, public=True)["committee"]

    with time_machine.travel(LATER, tick=False):
        client.force_login(office())
        client.post(page, {"comments": [kept.pk, other.pk]})
        assert public() == ["残す意見", "取り消す意見"]
        client.post(page, {"comments": [kept.pk], "shown": [kept.pk, other.pk]})
        assert public() == ["残す意見"]
        events = one.report.events.filter(verb__contains="comments").order_by("pk")
        assert [(e.verb, e.facts["comments"]) for e in events] == [
            ("release_comments", [kept.pk, other.pk]), ("hold_comments_back", [other.pk]),
        ]  # fmt: skip
        shown = reverse("reporting:tabled-report", args=[found.pk, one.place])
        assert client.get(shown).content.decode().count("checked") == 1
        waiting_in_release(one.report)
        client.post(page, {"comments": [], "shown": [kept.pk]})
        assert public() == ["残す意見"]
        assert 'type="checkbox"' not in client.get(shown).content.decode()


def test_an_older_window_does_not_release_again_what_a_colleague_held_back(client):
    found = tabling()
    one = of_partner(found)
    for words in ("残す意見", "取り消す意見", "あとの意見"):
        tablings.comment(one, words=words, by=member(), at=NOON)
    kept, back, late = one.comments.order_by("pk")
    shown = reverse("reporting:tabled-report", args=[found.pk, one.place])
    page = reverse("reporting:release-comments", args=[found.pk, one.place])

    def released():
        return list(one.comments.exclude(release=None).order_by("pk"))

    with time_machine.travel(LATER, tick=False):
        client.force_login(office())
        client.post(page, {**window(client, shown), "comments": [kept.pk, back.pk]})
        older = window(client, shown)
        assert older["comments"] == [str(kept.pk), str(back.pk)]
        client.post(page, {**older, "comments": [kept.pk]})
        client.post(page, {**older, "comments": [kept.pk, back.pk, late.pk]})
        assert released() == [kept, late]
        client.post(page, {**window(client, shown), "comments": [kept.pk, back.pk, late.pk]})
        assert released() == [kept, back, late]


def owes_a_correction(report, client) -> bool:
    """Whether the report says so, and the office is told on its desk."""
    report = CollaborationReport.objects.get(pk=report.pk)
    client.force_login(office())
    desk = client.get(reverse("casework:office")).content.decode()
    asked = CollaborationReport.objects.with_a_correction().filter(pk=report.pk).exists()
    assert (
        asked
        == report.has_correction
        == (f'"{reverse("casework:case", args=[report.pk])}"' in desk)
    )
    return asked


@pytest.fixture
def public_and_commented():
    """A public report that was tabled while it was public, on the day that it names; two comments on it."""
    report = makers.published_collaboration()
    found = tablings.table_reports(
        [report], fiscal_year=2025, tabled_on=TODAY, comments_until=TODAY, by=office(), at=NOON
    )
    one = found.tabled.get()
    for words in ("よい協働です。", "続けてほしい。"):
        tablings.comment(one, words=words, by=member(), at=NOON)
    return one


def test_released_comment_on_a_public_report_asks_for_a_correction_until_it_is_taken_back(
    client, public_and_commented
):
    one = public_and_commented
    first, second = one.comments.order_by("pk")
    with time_machine.travel(LATER, tick=False):
        assert not owes_a_correction(one.report, client)
        for released, owes in (
            ([first.pk], True),
            ([first.pk, second.pk], True),
            ([], False),
            ([second.pk], True),
        ):
            tablings.release_comments(one, comments=released, by=office(), at=LATER)
            assert owes_a_correction(one.report, client) is owes

        report = factories.released(one.report, note="委員会の意見", at=LATER)
        assert report.publication.version.content["committee"] == ["続けてほしい。"]
        assert not owes_a_correction(report, client)
        tablings.release_comments(one, comments=[], by=office(), at=LATER)
        assert owes_a_correction(report, client)


def test_public_report_that_is_tabled_on_another_day_asks_for_a_correction(client):
    report = makers.published_collaboration()
    later = TODAY + timedelta(days=1)
    tomorrow = NOON + timedelta(days=1)

    services.record_tabling(report, tabled_on=later, by=office(), at=tomorrow)
    assert owes_a_correction(report, client)
    services.record_tabling(report, tabled_on=TODAY, by=office(), at=tomorrow)

    assert not owes_a_correction(report, client)


def test_report_that_waits_in_a_release_is_not_tabled_meanwhile(client):
    report = makers.accepted_collaboration()
    waiting_in_release(report)

    with pytest.raises(ValidationError) as refusal, translation.override("en"):
        tablings.table_reports(
            [report], fiscal_year=2025, tabled_on=TODAY, comments_until=None, by=office(), at=NOON
        )

    assert f"“{report.title}” waits in a release." in refusal.value.messages[0]
    assert not Tabling.objects.exists()


def waiting_in_release(report) -> None:
    """Propose a release that holds a report."""
    release = releases.begin_with(report, by=office(), at=LATER)
    releases.propose(release, by=office(), at=LATER)


def test_same_words_of_one_member_are_kept_once():
    one = first_of(tabling())
    tablings.comment(one, words="意見", by=member(), at=NOON)

    with pytest.raises(ValidationError):
        tablings.comment(one, words="意見 ", by=member(), at=NOON)
    tablings.comment(one, words="意見", by=factories.user(Role.COMMITTEE), at=NOON)

    assert one.comments.count() == 2


def test_member_reads_the_booklet_and_the_own_comments_alone(client):
    found = tabling()
    one = first_of(found)
    made(found)
    tablings.comment(one, words="ほかの委員の意見", by=factories.user(Role.COMMITTEE), at=NOON)
    client.force_login(member())
    page = reverse("reporting:tabled-report", args=[found.pk, one.place])

    desk = client.get("/committee/").content.decode()
    assert reverse("reporting:tabled", args=[found.pk]) in desk
    assert client.post(page, {"words": "わたしの意見"}).status_code == 302
    text = client.get(page).content.decode()
    assert "わたしの意見" in text and "ほかの委員の意見" not in text
    for form in ("pdf", "docx"):
        answer = client.get(reverse("reporting:booklet", args=[found.pk, form]))
        assert answer.status_code == 200
    client.force_login(office())
    assert "ほかの委員の意見" in client.get(page).content.decode()


@pytest.mark.parametrize("role", [Role.PANEL, Role.ACCOUNTING, Role.COORDINATOR, None])
def test_others_meet_no_tabling(client, role):
    found = tabling()
    made(found)
    client.force_login(factories.user(role) if role else factories.member(factories.organization()))

    assert client.get(reverse("reporting:tablings")).status_code == 403
    for page in (
        reverse("reporting:tabled", args=[found.pk]),
        reverse("reporting:tabled-report", args=[found.pk, 1]),
        reverse("reporting:booklet", args=[found.pk, "pdf"]),
    ):
        assert client.get(page).status_code == 404, page


def test_office_tables_on_its_page_and_is_led_to_the_work(client):
    report = makers.accepted_collaboration()
    client.force_login(office())
    new = reverse("reporting:tabling-new", args=[2025])

    assert report.title in client.get(new).content.decode()
    assert client.post(new, {"tabled_on": "2026-11-20"}).status_code == 422
    answer = client.post(new, {"tabled_on": "2026-11-20", "reports": [report.pk]})

    assert answer.status_code == 302
    assert answer.url.startswith("/works/")
    assert client.get(answer.url).status_code == 200


def test_comment_of_the_committee_is_not_named_as_one_on_a_score_sheet():
    with translation.override("ja"):
        assert str(CommitteeComment._meta.get_field("words").verbose_name) == "推進委員会の意見"
