"""The plan of a round: on which days its milestones lie. A version never changes; the latest counts."""

from django.conf import settings
from django.db import models

from grants.plan import Planned

from .courses import Round


class RoundPlan(models.Model):
    """One version of the plan of a round.

    :param days: the milestones, each as :meth:`grants.plan.Planned.to_json` writes it.
    :param reason: why it differs from the version before.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    days = models.JSONField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "version"], name="round_plan_version_once"),
        ]

    def __str__(self):
        return f"{self.round}: {self.version}"

    @property
    def milestones(self) -> list[Planned]:
        return [Planned.from_json(stored) for stored in self.days]
