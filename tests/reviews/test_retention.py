"""Words of members and about them go when their proposal's time is up; what they hang on stays."""

from datetime import timedelta

from casework import retention
from casework.calendar import japan_date
from casework.models import Case
from reviews import meetings, panel_comments, services
from reviews.models import Conflict, ConflictNote, PanelComment, ScoreSheet
from tests.factories import NOON

TODAY = japan_date(NOON)


def declared(scene):
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind=Conflict.Kind.values[0],
        note="妹が会員です", by=scene.office, at=NOON,
    )  # fmt: skip
    return scene.proposals[0]


def test_note_on_a_conflict_goes_with_its_proposal_and_the_conflict_stays(scene):
    proposal = declared(scene)
    kept = retention.classes()["conflict_notes"]
    assert not kept.due(TODAY + timedelta(days=4000)).exists()
    Case.objects.filter(pk=proposal.pk).update(closed_at=NOON)

    due = kept.due(TODAY)
    assert [kept.name(note) for note in due] == [f"{proposal.number} · {due.get().conflict_id}"]
    kept.destroy(due, by=scene.office, at=NOON)

    assert not ConflictNote.objects.exists()
    assert Conflict.objects.get().proposal_id == proposal.pk


def test_hold_on_a_score_sheet_holds_the_note_and_the_sheet_is_over_with_its_proposal(scene):
    proposal = declared(scene)
    sheet = scene.sheet(0, 0)
    Case.objects.filter(pk=sheet.pk).update(closed_at=NOON)
    assert sheet.pk not in retention.cases_over(TODAY).values_list("pk", flat=True)
    Case.objects.filter(pk=proposal.pk).update(closed_at=NOON)
    assert sheet.pk in retention.cases_over(TODAY).values_list("pk", flat=True)
    kept = retention.classes()["conflict_notes"]

    assert not retention.held(kept, kept.due(TODAY)).exists()
    retention.hold(sheet, reason="監査", by=scene.office, at=NOON)
    assert retention.held(kept, kept.due(TODAY)).count() == 1


def test_comment_on_a_score_sheet_goes_with_its_proposal_and_the_points_stay(scene):
    sheet, kept = scene.sheet(0, 0), retention.classes()["comments"]
    ScoreSheet.objects.filter(pk=sheet.pk).update(comment="代表の体調が心配です")
    points = list(sheet.scores.values_list("points", flat=True))
    Case.objects.filter(pk__in=[sheet.pk, sheet.proposal_id]).update(closed_at=NOON)

    due = kept.due(TODAY)
    assert [kept.name(row) for row in due] == [f"{sheet.proposal.number} · {sheet.pk}"]
    kept.destroy(due, by=scene.office, at=NOON)

    assert ScoreSheet.objects.get(pk=sheet.pk).comment == "（消去済）"
    assert list(sheet.scores.values_list("points", flat=True)) == points
    assert not kept.due(TODAY).exists()


def test_words_of_a_meeting_and_of_the_subcommittee_go_and_the_record_stays(scene):
    proposal, office = scene.proposals[0], scene.office
    meeting = meetings.plan(scene.round, held_on=TODAY, by=office, at=NOON)
    item = meeting.items.get(proposal=proposal.pk)
    meetings.save_note(item, text="代表が体調を話した", edit_number=0, by=office, at=NOON)
    panel_comments.comment_on(proposal, text="期待します", edit_number=0, by=office, at=NOON)
    notes, comments = (retention.classes()[c] for c in ("meeting_notes", "panel_comments"))
    assert not notes.due(TODAY).exists() and not comments.due(TODAY).exists()
    Case.objects.filter(pk=proposal.pk).update(closed_at=NOON)

    assert [notes.name(row) for row in notes.due(TODAY)] == [f"{proposal.number} · {item.pk}"]
    assert comments.due(TODAY).get().proposal_id == proposal.pk
    for kept in (notes, comments):
        kept.destroy(kept.due(TODAY), by=office, at=NOON)

    assert meeting.items.get(pk=item.pk).note == "（消去済）"
    assert not PanelComment.objects.exists()
    assert not notes.due(TODAY).exists()
