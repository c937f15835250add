"""What the office asks for at one place of a report: a field of it, or a line of its settlement."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.models import Case

from .report import SettlementLine


class FieldNoteQuerySet(models.QuerySet):
    def being_written(self):
        """Keep the notes that the group has not been given yet."""
        return self.filter(given_at=None)

    def awaited(self):
        """Keep the notes that the group was given and the office has not ticked off."""
        return self.filter(given_at__isnull=False, settled_at=None)


class FieldNote(models.Model):
    """Words of the office about one place; its writer gets them when the report is sent back.

    :param report: of a group, or of a department.
    :param field: name of a field of the report, or code of a question; empty for a line.
    :param line: of the settlement. A note outlives the line that the group took out.
    :param given_at: when the report was sent back with it; from then on the row stays.
    :param settled_at: when the office ticked it off.
    """

    report = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="field_notes")
    field = models.CharField(max_length=30, blank=True)
    line = models.ForeignKey(
        SettlementLine, on_delete=models.SET_NULL, null=True, related_name="notes"
    )
    asked = models.TextField(_("what has to be mended"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = FieldNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on a field")
        verbose_name_plural = _("notes on fields")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "field"],
                condition=Q(given_at=None) & ~Q(field=""),
                name="note_being_written_once_a_field",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(given_at=None), name="note_being_written_once_a_line"
            ),
            models.CheckConstraint(condition=Q(field="") | Q(line=None), name="note_on_one_place"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False, given_at__isnull=False),
                name="note_settled_by_somebody_once_given",
            ),
        ]

    def __str__(self):
        return f"{self.place}: {self.asked}"

    @property
    def place(self) -> Text:
        """What the note is about, in words."""
        if self.field:
            return self.report.label_of(self.field)
        return self.line.label if self.line else _("a line that was taken out")
