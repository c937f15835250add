"""Papers for the subcommittee and of it: what they say, whose copy says it, who gets none."""

import io
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from accounts.models import Role, User
from casework.calendar import japan_date
from casework.edit_numbers import StaleDraft
from casework.services import advance
from casework.typesetting import typeset
from casework.word import docx_of
from grants.models import Proposal, Round
from reviews import committee_papers, corrections, services
from reviews.barring import bar_everywhere
from reviews.board import Audience, board_of
from reviews.decisions import Outcome, draft_decision
from reviews.models import (
    AgendaItem,
    Attendance,
    Criterion,
    Meeting,
    PanelComment,
    PanelSeat,
    RoomExit,
    Rubric,
    ScoreSheet,
)
from reviews.panel_comments import comment_on
from reviews.selection import standings
from tests import factories
from tests.factories import NOON
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reviews.conftest import approve, fill, refer

pytestmark = pytest.mark.django_db
TODAY = japan_date(NOON)


@pytest.fixture(autouse=True)
def noon():
    """Let the pages take place when the services of the tests did."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A round that was scored and discussed; each test takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        factories.sender()
        office, round = factories.user(Role.OFFICE), factories.call(seats=0)
        seats = factories.panel(round, seats=3)
        proposals = [refer(round, office, asks=asks) for asks in (80_000, 60_000)]
        services.declare_conflict(
            seat=seats[0], proposal=proposals[0], kind="officer", by=office, at=NOON
        )
        for number, sheet in enumerate(ScoreSheet.objects.expected().order_by("pk")):
            fill(sheet, 5 + number, 4, comment=f"委員の所見{number}")
        hold_meeting(round, seats, proposals, office)
        yield round.pk, office.pk, [seat.pk for seat in seats], [p.pk for p in proposals]
        transaction.set_rollback(True)


def hold_meeting(round, seats, proposals, office) -> Meeting:
    meeting = Meeting.objects.create(
        round=round, held_on=TODAY, place="架空会館", chair=seats[1], quorum=2,
        opened_at=NOON, closed_at=NOON + timedelta(hours=1),
    )  # fmt: skip
    items = [
        AgendaItem.objects.create(
            meeting=meeting, proposal=proposal, position=n, began_at=NOON,
            ended_at=NOON + timedelta(minutes=20), note=f"{n}件目の審議の覚え",
        )
        for n, proposal in enumerate(reversed(proposals), 1)
    ]  # fmt: skip
    for seat in seats[:2]:
        Attendance.objects.create(meeting=meeting, seat=seat, arrived_at=NOON, by=office)
    RoomExit.objects.create(
        item=items[1], seat=seats[0], left_at=NOON + timedelta(minutes=5),
        returned_at=NOON + timedelta(minutes=15), by=office,
    )  # fmt: skip
    return meeting


@pytest.fixture
def scene(world, db):
    round, office, seats, proposals = world
    return SimpleNamespace(
        round=Round.objects.get(pk=round),
        office=User.objects.get(pk=office).act_on(TODAY),
        seats=[PanelSeat.objects.get(pk=pk) for pk in seats],
        proposals=[Proposal.objects.get(pk=pk) for pk in proposals],
        meeting=Meeting.objects.get(round=round),
    )


@remembered
def decide(scene, *, approved: bool = False):
    outcomes = [Outcome(p, "select") for p in scene.proposals]
    draft = draft_decision(scene.round, outcomes=outcomes, by=scene.office, at=NOON)
    if approved:
        approve(draft)


def word_text(body: bytes) -> str:
    paper = Document(io.BytesIO(body))
    cells = [c.text for table in paper.tables for row in table.rows for c in row.cells]
    return "".join([p.text for p in paper.paragraphs] + cells).replace(" ", "").replace("　", "")


def texts(data) -> list[str]:
    """Return what the PDF says, and what the DOCX says."""
    return [pdf_text(typeset("committee", data)).replace("　", ""), word_text(docx_of(data))]


def agenda(scene, seat=None, *, meeting=True):
    return committee_papers.before_the_meeting(
        scene.round, scene.meeting if meeting else None, seat=seat, user=scene.office, today=TODAY
    )


def flat(words: str) -> str:
    return words.replace(" ", "").replace("　", "")


def test_office_s_copy_has_order_requests_criteria_who_leaves_and_points(scene):
    first, second = scene.proposals
    member = flat(str(scene.seats[0].user))

    for text in texts(agenda(scene)):
        assert text.index(second.number) < text.index(first.number)  # the order of the meeting
        for words in (
            "80,000円",
            "60,000円",
            "公益性",
            "10点",
            "架空会館",
            "事務局用",
            member,
            "2／2",
        ):
            assert words in text
        assert first.organization.name in text


def test_papers_say_how_often_a_criterion_counts(scene):
    Criterion.objects.filter(rubric__round=scene.round, position=1).update(weight=2)

    for text in texts(agenda(scene)):
        assert "10点（合計では2倍）" in text and "5点（" not in text


def test_points_in_the_office_s_copy_are_those_of_the_selection_page(scene):
    text, word = texts(agenda(scene))

    for row in standings(scene.round):
        assert str(row.shown) in text and str(row.shown) in word


def test_member_s_copy_leaves_out_what_the_member_must_not_meet(scene):
    first, second = scene.proposals

    for text in texts(agenda(scene, scene.seats[0])):
        assert first.number not in text
        assert first.organization.name not in text
        assert second.number in text
        assert "審査する件数1件" in text
        assert "現在の点数" not in text


def test_member_s_copy_counts_and_numbers_what_the_board_of_that_member_does(scene):
    third = refer(scene.round, scene.office)
    AgendaItem.objects.create(meeting=scene.meeting, proposal=third, position=3)
    scene.meeting.closed_at = None
    scene.meeting.save()
    member = scene.seats[0]  # must not meet the second item

    found = board_of(scene.meeting, user=member.user.act_on(TODAY), audience=Audience.MEMBER)
    cases = committee_papers.cases_of(
        scene.round, scene.meeting, user=scene.office, reader=member.user.act_on(TODAY)
    )

    told = [(line.number, line.item.proposal) for line in found.lines]
    assert [(case.place, case.proposal) for case in cases] == told
    assert [number for number, _proposal in told] == [1, 2]
    whole, hidden = agenda(scene, scene.seats[1]), agenda(scene, member)
    assert [item["label"] for item in whole["items"]] == [i["label"] for i in hidden["items"]]
    assert {"label": "審査する件数", "value": "2件"} in hidden["items"]
    assert "予算の残額" in [item["label"] for item in hidden["items"]]


def test_money_left_is_in_a_copy_only_with_every_amount_that_binds_it(scene):
    decide(scene, approved=True)
    Round.objects.filter(pk=scene.round.pk).update(budget_yen=500_000)
    scene.round.refresh_from_db()
    refer(scene.round, scene.office)

    def told(seat=None):
        paper = committee_papers.before_the_meeting(
            scene.round, None, seat=seat, user=scene.office, today=TODAY
        )
        return [item["value"] for item in paper["items"] if item["label"] == "予算の残額"]

    assert told() == ["360,000円"]
    assert told(scene.seats[0]) == told(scene.seats[1]) == []  # the first has a conflict in one
    bar_everywhere(scene.proposals[1], scene.office)
    assert told() == []


def test_what_left_the_selection_undecided_is_in_the_minutes_only_if_it_was_dealt_with(scene):
    first, second = scene.proposals
    third = refer(scene.round, scene.office)
    AgendaItem.objects.create(meeting=scene.meeting, proposal=third, position=3)
    for proposal in (second, third):
        member = proposal.organization.members.get()
        advance(proposal, "withdraw", by=member, at=NOON, reason="都合")

    before = agenda(scene)
    after = committee_papers.minutes(scene.meeting, user=scene.office, today=TODAY)

    assert [part["heading"][:3] for part in before["parts"][1:-1]] == ["議題2"]
    assert [part["heading"][:3] for part in after["parts"][1:]] == ["議題1", "議題2"]
    assert conclusions(after) == ["取下げ", "未定"]


def test_member_s_copy_of_a_blind_round_names_no_group(scene):
    Rubric.objects.filter(round=scene.round).update(blind=True)

    for text in texts(agenda(scene, scene.seats[1])):
        assert scene.proposals[0].number in text
        assert scene.proposals[0].organization.name not in text
        assert "団体が書いた文の中の名前は伏せていない" in text


def test_comments_on_the_round_say_the_result_of_the_snapshot_and_the_comment(scene):
    comment_on(
        scene.proposals[0], text="地域に*根づく*取組です。", edit_number=0, by=scene.office, at=NOON
    )
    decide(scene)
    snapshot = scene.round.decisions.get()
    data = committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)

    for text in texts(data):
        assert "地域に*根づく*取組です。" in text
        assert "（講評は記入されていない）" in text
        for entry in snapshot.content["proposals"]:
            assert entry["number"] in text and entry["shown"] in text
        assert "採択" in text and "80,000円" in text
    assert data["draft"]


def test_comments_are_a_draft_no_longer_once_the_decision_is_approved(scene):
    decide(scene, approved=True)

    data = committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)

    assert not data["draft"]


def test_no_comments_on_a_round_without_a_decision(scene):
    with pytest.raises(ValidationError, match="No decision"):
        committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)


def test_minutes_say_who_was_there_who_left_and_what_was_decided(scene):
    decide(scene)
    data = committee_papers.minutes(scene.meeting, user=scene.office, today=TODAY)
    away, chair, absent = (flat(str(seat.user)) for seat in scene.seats)

    for text in texts(data):
        for words in (
            "12:00～13:00", "2人（同時に出席したのは最大2人。定足数2人を満たす）", f"{away}（12:05～12:15）",
            "1件目の審議の覚え", "案：採択（80,000円）", f"議長{chair}", f"{absent}欠席",
        ):  # fmt: skip
            assert words in text, words
    assert not data["draft"]


def test_quorum_in_the_minutes_is_of_those_who_were_there_together(scene):
    first = scene.meeting.attendances.first()
    later = NOON + timedelta(minutes=30)
    Attendance.objects.filter(pk=first.pk).update(left_at=later)
    Attendance.objects.exclude(pk=first.pk).update(arrived_at=later)
    minutes = committee_papers.minutes(scene.meeting, user=scene.office, today=TODAY)
    (came,) = (item["value"] for item in minutes["items"] if item["label"] == "出席した委員")
    assert came == "2人（同時に出席したのは最大1人。定足数2人を満たさない）"


def conclusions(minutes) -> list[str]:
    facts = [item for part in minutes["parts"] for item in part.get("items", [])]
    return [item["value"] for item in facts if item["label"] == "結論"]


def test_papers_say_of_each_proposal_the_decision_that_counts(scene):
    decide(scene, approved=True)
    third = refer(scene.round, scene.office)
    AgendaItem.objects.create(meeting=scene.meeting, proposal=third, position=3)

    def told():
        minutes = committee_papers.minutes(scene.meeting, user=scene.office, today=TODAY)
        papers = committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)
        return conclusions(minutes), papers["draft"], len(papers["parts"])

    outcome = Outcome(third, "decline", departure="x")
    waiting = draft_decision(
        scene.round, outcomes=[outcome], missing_reason="x", by=scene.office, at=NOON
    )
    decided = ["採択（60,000円）", "採択（80,000円）"]
    assert told() == ([*decided, "案：不採択"], True, 2 + 3)

    advance(waiting, "drop", by=scene.office, at=NOON, reason="まだ早い")
    assert told() == ([*decided, "未定"], False, 1 + 2)


def test_minutes_read_the_decisions_of_the_round_once(scene):
    decide(scene, approved=True)
    with CaptureQueriesContext(connection) as queries:
        minutes = committee_papers.minutes(scene.meeting, user=scene.office, today=TODAY)
    asked = [q["sql"] for q in queries if 'FROM "reviews_decisionsnapshot"' in q["sql"]]
    assert len(conclusions(minutes)) == 2 and len(asked) == 1


def test_decision_that_was_corrected_is_told_no_more(scene):
    decide(scene, approved=True)
    snapshot = scene.round.decisions.get()
    again = corrections.draft_reconsideration(snapshot, reason="写し誤り", by=scene.office, at=NOON)
    approve(again)
    assert committee_papers.verdicts_of(scene.round) == {}
    outcomes = [Outcome(p, "decline", departure="合議による") for p in scene.proposals]
    approve(
        draft_decision(
            scene.round, outcomes=outcomes, correction_reason="写し誤り", by=scene.office, at=NOON
        )
    )

    data = committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)

    assert not data["draft"]
    assert {v.outcome for v in committee_papers.verdicts_of(scene.round).values()} == {"不採択"}
    assert [i["value"][:3] for i in data["items"] if i["label"] == "決定の記録"] == ["第2号"]


def test_comments_on_the_round_rest_on_the_frozen_document_alone(scene):
    decide(scene, approved=True)
    told = committee_papers.comments_on_the_round(scene.round, user=scene.office, today=TODAY)
    Proposal.objects.filter(pk=scene.proposals[0].pk).update(title="別の名")
    PanelComment.objects.create(
        proposal=scene.proposals[0], text="後から書いた", by=scene.office, at=NOON
    )

    assert told == committee_papers.comments_on_the_round(
        scene.round, user=scene.office, today=TODAY
    )


def test_word_names_a_face_for_japanese_signs(scene):
    paper = Document(io.BytesIO(docx_of(agenda(scene))))

    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        fonts = paper.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "游明朝"
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_same_data_give_the_same_pdf_and_the_same_words(scene):
    assert typeset("committee", agenda(scene)) == typeset("committee", agenda(scene))


# Pages


def paper(client, scene, name, form="pdf", **query):
    address = reverse("reviews:committee-paper", args=[scene.round.pk, name, form])
    return client.get(address, query, headers={"accept-language": "en"})


@pytest.mark.parametrize("name", ["agenda", "comments", "minutes", "score-forms"])
def test_whoever_must_not_meet_a_proposal_gets_no_paper_at_all(client, scene, name):
    decide(scene)
    clerk = factories.user(Role.OFFICE)
    bar_everywhere(scene.proposals[0], clerk)
    client.force_login(clerk)

    answer = paper(client, scene, name, meeting=scene.meeting.pk)

    assert answer.status_code == 409
    assert "You have a conflict of interest in this round." in answer.text
    assert scene.proposals[0].number not in answer.text


def test_office_takes_every_paper_in_both_forms(client, scene):
    decide(scene)
    client.force_login(scene.office)

    page = client.get(reverse("reviews:committee-papers", args=[scene.round.pk]))
    for name in ("agenda", "comments", "minutes"):
        for form, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
            answer = paper(client, scene, name, form, meeting=scene.meeting.pk)
            assert answer.content.startswith(begins), (name, form)

    assert page.status_code == 200
    links = re.findall(r"<a [^>]*download>(.*?)</a>", page.text)
    names = {re.sub(r"<[^>]+>", "", link) for link in links}
    assert len(names) == len(links) == 2 * (1 + 3 + 1 + 1)  # each says which paper, and whose
    assert not {"PDF", "DOCX"} & names
    assert paper(client, scene, "agenda", "odt").status_code == 404
    assert paper(client, scene, "minutes").status_code == 404
    assert paper(client, scene, "agenda", seat="x").status_code == 404


def test_form_to_write_on_has_a_page_for_each_open_sheet(client, scene):
    proposal = refer(scene.round, scene.office)
    client.force_login(scene.office)

    answer = paper(client, scene, "score-forms")

    text = pdf_text(answer.content)
    assert text.count(proposal.number) == 3
    assert scene.proposals[0].number not in text


def test_papers_ask_the_database_as_often_for_many_proposals(client, scene):
    client.force_login(scene.office)
    address = reverse("reviews:panel-comments", args=[scene.round.pk])
    client.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert paper(client, scene, "agenda").status_code == 200
            assert paper(client, scene, "minutes", meeting=scene.meeting.pk).status_code == 200
            assert client.get(address).status_code == 200
        counts.append(len(queries))
        proposal = refer(scene.round, scene.office)
        fill(proposal.sheets.first(), 5, 5, comment="所見")
        AgendaItem.objects.create(meeting=scene.meeting, proposal=proposal, position=9)

    assert counts[0] == counts[1], counts


# The comment of the subcommittee


def test_comment_is_written_beside_what_the_members_wrote(client, scene):
    client.force_login(scene.office)
    address = reverse("reviews:panel-comments", args=[scene.round.pk])
    key = scene.proposals[1].pk
    sent = {"proposal": key, f"p{key}-text": "よい取組です。", f"p{key}-edit_number": 0}

    before = client.get(address)
    answer = client.post(address, sent)
    stale = client.post(
        address, sent | {f"p{key}-text": "古い窓の文"}, headers={"accept-language": "en"}
    )

    assert "委員の所見0" in before.text
    assert answer.status_code == 302
    assert stale.status_code == 409
    assert "よい取組です。" in stale.text and "古い窓の文" in stale.text
    assert PanelComment.objects.get(proposal=key).text == "よい取組です。"


def test_comment_is_refused_to_whom_it_is_not_and_when_it_rests_in_a_draft(client, scene):
    proposal, said = scene.proposals[0], {"text": "講評", "edit_number": 0, "at": NOON}
    clerk = factories.user(Role.OFFICE)
    bar_everywhere(proposal, clerk)

    for person in (clerk, scene.seats[1].user.act_on(TODAY)):
        with pytest.raises(PermissionDenied):
            comment_on(proposal, by=person, **said)
    comment_on(proposal, by=scene.office, **said)
    with pytest.raises(StaleDraft):
        comment_on(proposal, by=scene.office, **said)
    decide(scene)
    with pytest.raises(ValidationError, match="drafted"):
        comment_on(proposal, by=scene.office, **(said | {"edit_number": 1}))
    client.force_login(clerk)
    page = client.get(reverse("reviews:panel-comments", args=[scene.round.pk]))
    assert proposal.number not in page.text
