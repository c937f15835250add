"""What became of the measures of one edition in the next."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .measure import Measure
from .sources import Sourced
from .titles import in_language


class Crosswalk(Sourced):
    """What became of a measure from one edition to the next; one row per kind of change.

    Read from the documents, and unconfirmed until the office says so.
    """

    class Kind(models.TextChoices):
        KEPT = "kept", _("Kept")
        RENAMED = "renamed", _("Renamed")
        RECLASSED = "reclassed", _("Class changed")
        MERGED = "merged", _("Merged")
        SPLIT = "split", _("Split")
        DROPPED = "dropped", pgettext_lazy("measure", "Dropped")
        NEW = "new", _("New")

    from_measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads_to",
        verbose_name=pgettext_lazy("crosswalk", "from"),
    )
    to_measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comes_from",
        verbose_name=pgettext_lazy("crosswalk", "to"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reason_en = models.CharField(_("reason in English"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("crosswalk row")
        verbose_name_plural = _("crosswalk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new", from_measure__isnull=True, to_measure__isnull=False)
                | Q(kind="dropped", from_measure__isnull=False, to_measure__isnull=True)
                | Q(
                    kind__in=["kept", "renamed", "reclassed", "merged", "split"],
                    from_measure__isnull=False,
                    to_measure__isnull=False,
                ),
                name="crosswalk_ends_fit_its_kind",
                violation_error_message=_(
                    "A new measure comes from none, a dropped one leads to none, all others have both."
                ),
            ),
            models.UniqueConstraint(
                fields=["from_measure", "to_measure", "kind"], name="crosswalk_kind_once_a_pair"
            ),
            models.UniqueConstraint(
                fields=["from_measure"], condition=Q(kind="dropped"), name="crosswalk_dropped_once"
            ),
            models.UniqueConstraint(
                fields=["to_measure"], condition=Q(kind="new"), name="crosswalk_new_once"
            ),
        ]

    def __str__(self):
        return f"{self.from_measure or '–'} → {self.to_measure or '–'}"

    @property
    def why(self) -> str:
        """The reason in the language of the page."""
        return in_language(self.reason, self.reason_en)
