"""Rows that the machinery itself keeps: ticks of its jobs, the demo clock, the city's settings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Tick(models.Model):
    """When a part of the machinery last gave a sign of life, by the machine's own clock."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.name} {self.at}"


class Job(models.Model):
    """One periodic job, by the machine's own clock: since when it is expected, when it last ended well."""

    task = models.CharField(max_length=200, unique=True)
    expected_since = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.task


class Worker(models.Model):
    """One worker, and when it last answered, by the machine's own clock."""

    name = models.CharField(max_length=200, unique=True)
    answered_at = models.DateTimeField()

    def __str__(self):
        return self.name


class FailedTask(models.Model):
    """What a task failed with, for a person to look at and to send again, once.

    The arguments of tasks are keys of rows. Of the error only its type and its place are kept: what
    an error says may hold a name or an address, and stands in the log of the worker alone. The
    same failure again is counted in the same row until it was sent again.
    """

    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    error = models.CharField(max_length=200)
    place = models.CharField(max_length=200, blank=True)
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    retried_at = models.DateTimeField(null=True)
    retried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retried_at=None, retried_by=None)
                | Q(retried_at__isnull=False, retried_by__isnull=False),
                name="failed_task_retried_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.task}: {self.error}"


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
