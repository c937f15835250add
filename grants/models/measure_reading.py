"""How the office reads which measures a project advances, beside what its group named."""

from datetime import date

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.flow import Text
from casework.models import Event
from grants.measure_weights import WHOLE
from guideline.models import Measure

from .proposal import Proposal


class MeasureReadingQuerySet(models.QuerySet):
    def newest(self):
        """Keep the rows of the newest reading of each proposal, as they were written together."""
        own = MeasureReading.objects.filter(proposal=OuterRef("proposal"))
        return self.filter(event=Subquery(own.order_by("-event").values("event")[:1]))

    def standing(self):
        """Keep what counts: the newest reading, without what it takes out."""
        return self.newest().filter(weight__gt=0)


class MeasureReading(models.Model):
    """One measure of a proposal as the office reads it; all rows of one ``event`` are one reading.

    The newest reading of a proposal counts as a whole. What the group wrote stays as it was filed.

    :param measure: the measure that the project advances, as the office sees it.
    :param named: the measure that the group named; empty where it did not name this one.
    :param how: how the project advances it, in the office's words; empty where the group's stand.
    :param weight: whole percents of the yen of the case that count for the measure; those of a
        reading add up to 100. 0 is a measure that the office takes out.
    :param reason: why it is corrected or taken out.
    :param event: the line of history that says who read it so, and when.
    """

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="measure_readings"
    )
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="readings", verbose_name=_("measure")
    )
    named = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("measure that the group named"),
    )  # fmt: skip
    how = models.TextField(_("how the project advances it"), blank=True)
    weight = models.PositiveSmallIntegerField(_("weight (percent)"))
    reason = models.TextField(_("reason"), blank=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    objects = MeasureReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a measure")
        verbose_name_plural = _("readings of measures")
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__lte=WHOLE), name="measure_weight_is_of_a_hundred"
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0) | ~Q(reason="") & Q(named__isnull=False),
                name="measure_taken_out_was_named_and_says_why",
            ),
            models.UniqueConstraint(
                fields=["event", "measure"], condition=Q(weight__gt=0), name="measure_read_once"
            ),
            models.UniqueConstraint(
                fields=["event", "named"], condition=Q(named__isnull=False),
                name="named_measure_read_once",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.proposal_id} → {self.measure_id}: {self.weight}"

    @property
    def by(self):
        return self.event.by

    @property
    def on(self) -> date:
        """The Japan date of the reading."""
        return japan_date(self.event.at)

    @property
    def in_words(self) -> Text:
        """What the office did with what the group named."""
        if not self.weight:
            return _("Taken out")
        if self.named_id is None:
            return _("Added by the office")
        if self.named_id != self.measure_id:
            return _("Measure corrected")
        return _("Words corrected") if self.how else _("Confirmed")
