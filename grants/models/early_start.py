"""What a group tells of beginning before the decision on its grant (交付決定前着手届)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EarlyStart(models.Model):
    """A group's notice that it begins before the decision, and what the office made of it.

    :param starts_on: Japan date from which it means to begin.
    :param accepted: ``None`` while the office has not decided.
    """

    year = models.ForeignKey(
        "grants.ProjectYear", on_delete=models.PROTECT, related_name="early_starts"
    )
    starts_on = models.DateField(_("begins on"))
    reason = models.TextField(_("why it cannot wait for the decision"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(editable=False)
    accepted = models.BooleanField(_("accepted"), null=True, editable=False)
    decision_reason = models.TextField(_("reason of the office"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("start before the decision")
        verbose_name_plural = _("starts before the decision")
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(accepted=None), name="early_start_one_open_a_year"
            ),
            models.CheckConstraint(
                condition=Q(accepted=None, decided_at=None, decided_by=None)
                | Q(accepted__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="early_start_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.year_id}: {self.starts_on}"
