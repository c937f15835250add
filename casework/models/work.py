"""Long work that a worker does while a person waits for it: what was asked, how far it is, what came of it."""

import operator
from datetime import datetime
from functools import reduce

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework import work_kinds


class WorkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Leave the works that ``user`` may read, as the kind of each says."""
        kinds = work_kinds.KINDS.values()
        told = [Q(kind=kind.code) & kind.readers(user) for kind in kinds]
        return self.filter(reduce(operator.or_, told, Q(pk__in=[])))

    def free(self, at: datetime):
        """Leave what a worker may take at ``at``: what waits, and what a dead worker left behind."""
        left_behind = Q(state=Work.State.RUNNING, lease_until__lte=at)
        return self.filter(Q(state=Work.State.WAITING) | left_behind)

    def over_before(self, at: datetime):
        """Leave what came to its end before ``at``, well or not."""
        return self.filter(ended_at__lt=at)


class Work(models.Model):
    """One long work. What it works with and what comes of it are keys of rows, codes and figures.

    ``asked_at`` is a moment of the program, as dates of cases are; the others are of the machine's
    own clock, for work takes real time in a demonstration, too.

    :ivar key: tells this work from all others by kind, parameters and fingerprint: one that waits,
        runs or is done is never begun again.
    :ivar fingerprint: of the inputs that the result is to rest on.
    :ivar refusal: why it cannot be done, in words for whoever asked; empty where a program failed.
    :ivar tries: how often a worker took it since it was asked for last.
    :ivar claim: of the worker that has it; whoever lost it to another writes nothing any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("It waits for a free worker.")
        RUNNING = "running", _("It is being done.")
        DONE = "done", _("It is done.")
        FAILED = "failed", _("It could not be done.")

    key = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    refusal = models.CharField(max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="work_done_of_total"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at=None)
                | Q(state__in=["done", "failed"], ended_at__isnull=False),
                name="work_ends_once_done_or_failed",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False, claim__isnull=False),
                name="work_runs_on_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["waiting", "running"]),
                name="work_to_be_done",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}: {self.state}"

    @property
    def told(self) -> "work_kinds.WorkKind":
        """What its kind says of it."""
        return work_kinds.KINDS[self.kind]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)
