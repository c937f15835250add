"""What happened, in the order it happened. Triggers of the database refuse change and deletion."""

from django.conf import settings
from django.db import models

from .case import Case


class Event(models.Model):
    """One line of a case's history; its digest covers the line and the case's previous one.

    :param facts: ids, codes and salted digests only; never personal data.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    source = models.CharField(max_length=50, blank=True)
    target = models.CharField(max_length=50)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "previous_digest"], name="event_chain_does_not_fork"
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="event_by_case")]

    def __str__(self):
        return f"{self.case_id}: {self.verb} {self.source} → {self.target}"


class Seal(models.Model):
    """One digest over the last events of all cases on one Japan date, chained day by day."""

    day = models.DateField(unique=True)
    last_event = models.PositiveBigIntegerField()
    cases = models.PositiveIntegerField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.day}: {self.digest[:12]}"
