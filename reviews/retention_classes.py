"""What score sheets are kept with, and the class of words about conflicts of interest."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework import retention
from casework.retention import RetentionClass

from .models import ConflictNote

retention.keep_with("score_sheet", "as_score_sheet__proposal")


def _notes(day: date) -> QuerySet[ConflictNote]:
    over = retention.cases_over(day).values("pk")
    return ConflictNote.objects.filter(conflict__proposal__in=over)


def _delete(rows: QuerySet[ConflictNote], *, by, at: datetime) -> None:
    rows.delete()


retention.register(
    RetentionClass(
        "conflict_notes", _("Notes on conflicts of interest"),
        _("The words go. The conflict stays, with who declared it and when."),
        _("The case is closed"),
        _notes, _delete, "conflict__proposal",
        lambda note: f"{note.conflict.proposal.number} · {note.conflict_id}",
        ("conflict__proposal",), "conflict__proposal",
    ),
)  # fmt: skip
