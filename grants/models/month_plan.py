"""The plan of a project year by month, and what was done in which month."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models import Case

from .project_year import ProjectYear


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(year__in=Case.objects.visible_to(user).values("pk"))

    def standing(self):
        """Leave out what was struck out."""
        return self.filter(struck_at=None)


class Activity(models.Model):
    """One activity of a project year and the months for which it is planned.

    It is never changed: another plan is another row, and the old one is struck out.

    :param planned: months of the calendar, such as ``[5, 6]``.
    """

    year = models.ForeignKey(ProjectYear, on_delete=models.PROTECT, related_name="activities")
    label = models.CharField(_("activity"), max_length=100)
    planned = models.JSONField(_("planned months"), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity of a project year")
        verbose_name_plural = _("activities of project years")

    def __str__(self):
        return self.label


class ActivityDone(models.Model):
    """What was done of an activity in one month; several rows of a month stand side by side."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="done")
    month = models.PositiveSmallIntegerField(
        _("month"), validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    note = models.TextField(_("what was done"))
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("activity that was done")
        verbose_name_plural = _("activities that were done")
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12), name="activity_done_in_a_month"
            ),
        ]

    def __str__(self):
        return f"{self.activity_id} {self.month}"
