"""The frozen decision of a round."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from grants.models import Round


class DecisionSnapshot(models.Model):
    """All that a decision rests on, frozen when it was drafted; rows are never changed.

    :param content: what ``reviews.snapshots`` wrote; drafts and letters take their figures from it.
    :param digest: SHA-256 of the canonical JSON of ``content``.
    :param corrects: the one that this stands in for; ``content`` holds its digest and the reason.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="corrections", null=True, editable=False
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("frozen decision")
        verbose_name_plural = _("frozen decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"], name="decision_number_once_a_round"
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.digest[:12]}"

    @property
    def name(self) -> str:
        """By what people and commands call it: the id of its round and its number, as ``12-1``."""
        return f"{self.round_id}-{self.number}"

    def lines(self, seen: set[int]) -> list[dict]:
        """Return what was decided of the proposals whose ids are in ``seen``, in order."""
        return [entry for entry in self.content["proposals"] if entry["id"] in seen]


class Publication(models.Model):
    """The office let the public read the result of a decision; rows are never changed."""

    snapshot = models.OneToOneField(
        DecisionSnapshot, on_delete=models.PROTECT, related_name="publication"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("published result")
        verbose_name_plural = _("published results")

    def __str__(self):
        return self.snapshot.name

    @property
    def published_on(self) -> date:
        """The Japan date."""
        return japan_date(self.published_at)
