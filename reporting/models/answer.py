"""What a department answers to the questions of its form that have no column, and its figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .collaboration import CollaborationReport
from .report_form import FormQuestion


class Answer(models.Model):
    """The words, or the number, that a department gives to one question of its form."""

    report = models.ForeignKey(
        CollaborationReport, on_delete=models.CASCADE, related_name="answers"
    )
    question = models.ForeignKey(FormQuestion, on_delete=models.PROTECT, related_name="answers")
    words = models.TextField(_("answer"))

    class Meta:
        verbose_name = _("answer in a collaboration report")
        verbose_name_plural = _("answers in collaboration reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "question"], name="answer_once"),
        ]

    def __str__(self):
        return f"{self.report_id} {self.question_id}"


class ReportFigure(models.Model):
    """A result as a figure: what was counted, how many, of what.

    :ivar value: as it was counted; up to two decimals.
    :ivar unit: 人, 回, ％ …; in words.
    """

    report = models.ForeignKey(
        CollaborationReport, on_delete=models.CASCADE, related_name="figures"
    )
    label = models.CharField(_("what was counted"), max_length=100)
    value = models.DecimalField(_("figure"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("figure of a collaboration report")
        verbose_name_plural = _("figures of collaboration reports")

    def __str__(self):
        return f"{self.label}: {self.value.normalize():f}{self.unit}"
