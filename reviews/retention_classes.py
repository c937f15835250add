"""What score sheets are kept with, and the classes of words that panel members wrote."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import retention
from casework.retention import RetentionClass

from .models import AgendaItem, ConflictNote, PanelComment, PossibleConflictNote, ScoreSheet

retention.keep_with("score_sheet", "as_score_sheet__proposal")


def _notes(day: date) -> QuerySet[ConflictNote]:
    over = retention.cases_over(day).values("pk")
    return ConflictNote.objects.filter(conflict__proposal__in=over)


def _answers(day: date) -> QuerySet[PossibleConflictNote]:
    over = retention.cases_over(day).values("pk")
    return PossibleConflictNote.objects.filter(possible__proposal__in=over)


def _delete(rows: QuerySet, *, by, at: datetime) -> None:
    rows.delete()


def _commented(day: date) -> QuerySet[ScoreSheet]:
    over = retention.cases_over(day).values("pk")
    return ScoreSheet.objects.filter(pk__in=over).exclude(comment__in=["", ERASED_NAME])


def _erase_comments(rows: QuerySet[ScoreSheet], *, by, at: datetime) -> None:
    rows.update(comment=ERASED_NAME)


def _said(day: date) -> QuerySet[AgendaItem]:
    over = retention.cases_over(day).values("pk")
    return AgendaItem.objects.filter(proposal__in=over).exclude(note__in=["", ERASED_NAME])


def _erase_notes(rows: QuerySet[AgendaItem], *, by, at: datetime) -> None:
    rows.update(note=ERASED_NAME)


def _panel_comments(day: date) -> QuerySet[PanelComment]:
    over = retention.cases_over(day).values("pk")
    return PanelComment.objects.filter(proposal__in=over)


retention.register(
    RetentionClass(
        "conflict_notes", _("Notes on conflicts of interest"),
        _("The words go. The conflict stays, with who declared it and when."),
        _("The case is closed"),
        _notes, _delete, ("reviews.ConflictNote",), "conflict__proposal",
        lambda note: f"{note.conflict.proposal.number} · {note.conflict_id}",
        ("conflict__proposal",), "conflict__proposal",
    ),
    RetentionClass(
        "possible_conflict_notes", _("Reasons for answers about possible conflicts of interest"),
        _("The words go. The answer stays, with who gave it and when."),
        _("The case is closed"),
        _answers, _delete, ("reviews.PossibleConflictNote",), "possible__proposal",
        lambda note: f"{note.possible.proposal.number} · {note.possible_id}",
        ("possible__proposal",), "possible__proposal",
    ),
    RetentionClass(
        "comments", _("Comments on score sheets"),
        _("The words go. The points stay, with who gave them."),
        _("The case is closed"),
        _commented, _erase_comments, ("reviews.ScoreSheet.comment",), "case_ptr",
        lambda sheet: f"{sheet.proposal.number} · {sheet.pk}",
        ("proposal",), "proposal",
    ),
    RetentionClass(
        "meeting_notes", _("Notes of meetings"),
        _("The words go. Who was there and who left the room stays."),
        _("The case is closed"),
        _said, _erase_notes, ("reviews.AgendaItem.note",), "proposal",
        lambda item: f"{item.proposal.number} · {item.pk}",
        ("proposal",), "proposal",
    ),
    RetentionClass(
        "panel_comments", _("Comments of the subcommittee"),
        _("The comment goes here. A letter and a frozen decision that hold it stay."),
        _("The case is closed"),
        _panel_comments, _delete, ("reviews.PanelComment",), "proposal",
        lambda comment: f"{comment.proposal.number} · {comment.pk}",
        ("proposal",), "proposal",
    ),
)  # fmt: skip
