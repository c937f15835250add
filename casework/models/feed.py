"""The private addresses at which calendars read dates: those of a person, or of the whole office."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CalendarFeedQuerySet(models.QuerySet):
    def live(self):
        """Leave out the addresses that were revoked."""
        return self.filter(revoked_at__isnull=True)


class CalendarFeed(models.Model):
    """One secret address of a calendar that a person made; only the digest of its token is stored."""

    class Scope(models.TextChoices):
        OWN = "own", _("the dates on your desks")
        OFFICE = "office", _("all dates of the office")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.OWN)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scope"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_feed_live_once_a_person",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"
