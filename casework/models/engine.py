"""Rows that the machinery itself keeps: ticks of its jobs, the demo clock, the city's settings."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Tick(models.Model):
    """When a part of the machinery last gave a sign of life, by the machine's own clock."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.name} {self.at}"


class DemoClock(models.Model):
    """How far the clock of a demonstration is ahead; one row, read by web, worker and beat."""

    ahead = models.DurationField()

    def __str__(self):
        return f"+{self.ahead}"


class CitySetting(models.Model):
    """One thing only the city knows. Empty means not set: screens say so, nothing is guessed."""

    code = models.CharField(_("setting"), max_length=60, unique=True)
    value = models.TextField(_("value"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False
    )
    at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("setting of the city")
        verbose_name_plural = _("settings of the city")

    def __str__(self):
        return self.code
