"""Retention (保存年限): how long each class of rows is kept, what is held, and what was destroyed."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.destruction_flow import DESTRUCTION_FLOW

from .case import Case


class RetentionPeriod(models.Model):
    """For how many full fiscal years the city keeps a class of rows; no years is "not set"."""

    code = models.CharField(_("class"), max_length=40, unique=True)
    years = models.PositiveSmallIntegerField(
        _("years"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        constraints = [
            models.CheckConstraint(
                condition=Q(years__isnull=True) | Q(years__gte=1),
                name="retention_is_a_year_or_more",
            ),
        ]

    def __str__(self):
        return f"{self.code}: {self.years}"


class LegalHold(models.Model):
    """Nothing of a case and its group is destroyed while this stands; why is in the history."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_holds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(lifted_at=None), name="legal_hold_once_a_case"
            ),
        ]

    def __str__(self):
        return f"{self.case_id}"


class Destruction(Case):
    """What one month found past its retention period, and what became of it."""

    KIND = "destruction"
    flow = DESTRUCTION_FLOW
    label = _("Destruction of records")

    month = models.DateField(_("month"), unique=True, editable=False)

    class Meta:
        verbose_name = _("destruction of records")
        verbose_name_plural = _("destructions of records")

    @DESTRUCTION_FLOW.move
    def destroy(self, **facts): ...

    @DESTRUCTION_FLOW.move
    def drop(self, **facts): ...


class DestructionItem(models.Model):
    """One row of the list, by its class and its id only: the list outlives what it lists."""

    class Outcome(models.TextChoices):
        LISTED = "listed", _("listed")
        DESTROYED = "destroyed", _("destroyed")
        HELD = "held", _("kept: a hold stands on its case")
        CHANGED = "changed", _("kept: it is no longer due, or no longer there")

    destruction = models.ForeignKey(Destruction, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(_("class"), max_length=40)
    row = models.PositiveBigIntegerField()
    years = models.PositiveSmallIntegerField(_("years"))
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.LISTED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["destruction", "code", "row"], name="destruction_lists_a_row_once"
            ),
        ]

    def __str__(self):
        return f"{self.destruction_id}: {self.code} {self.row}"
