"""The private address at which a person's phone reads their dates."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class CalendarFeedQuerySet(models.QuerySet):
    def live(self):
        """Leave out the addresses that were revoked."""
        return self.filter(revoked_at__isnull=True)


class CalendarFeed(models.Model):
    """One secret address of one person's calendar; only the digest of its token is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_feed_live_once_a_person",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"
