"""Reminder ladders that the office put in the place of the program's own: rows, only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework import deadlines


class Ladder(models.Model):
    """One version of the ladder of one kind of deadline; the latest version counts.

    :param of_program: whether the program's own ladder counts again; then the row has no rungs.
    """

    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    of_program = models.BooleanField(default=False)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="ladder_once_a_version"),
            models.CheckConstraint(
                condition=Q(version__gte=1) & ~Q(reason=""), name="ladder_has_version_and_reason"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.version}"


class Rung(models.Model):
    """One stored rung; :class:`casework.deadlines.Rung` is the shape in which it is climbed."""

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="rungs")
    days = models.SmallIntegerField(help_text=_("days before the date; negative is after"))
    audience = models.CharField(max_length=12, choices=deadlines.Audience.choices)
    tone = models.CharField(max_length=5, choices=deadlines.Tone.choices)
    channel = models.CharField(max_length=7, choices=deadlines.Pace.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ladder", "days", "audience"], name="rung_once_a_day_and_audience"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=-365, days__lte=365), name="rung_within_a_year"
            ),
        ]

    def __str__(self):
        return f"{self.ladder} {self.days}d {self.audience}"

    @property
    def as_climbed(self) -> deadlines.Rung:
        return deadlines.Rung(self.days, self.audience, self.tone, self.channel)
