"""Who sits on the subcommittee of a round, and who of them must not deal with which proposal."""

import secrets
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Dated
from casework.history import digest_of
from grants.models import Proposal, Round


class PanelSeat(Dated):
    """A member's place on the subcommittee (選考部会) of one round."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="seats",
        verbose_name=_("member"),
    )

    class Meta(Dated.Meta):
        verbose_name = _("seat on the subcommittee")
        verbose_name_plural = _("seats on the subcommittee")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["round", "user"], name="seat_once_a_round"),
        ]

    def __str__(self):
        return str(self.user)

    def stands_on(self, day: date) -> bool:
        """Return whether the seat is held on ``day`` (Japan date)."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day <= self.valid_until)


def new_salt() -> str:
    return secrets.token_hex(16)


class ConflictQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(lifted_at__isnull=True)


class Conflict(models.Model):
    """A member must not deal with a proposal (利害関係); the words about it stand apart.

    :param by: who said so: the member, or somebody of the office.
    """

    class Kind(models.TextChoices):
        OFFICER = "officer", _("Officer of the group")
        MEMBER = "member", _("Member of the group")
        FAMILY = "family", _("Close family of somebody in the group")
        EMPLOYEE = "employee", _("Paid by the group, or pays it")
        DEPARTMENT = "department", _("Works for the department in charge")
        OTHER = "other", _("Another reason to doubt fairness")

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="conflicts")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="conflicts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    lifted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "proposal"],
                condition=Q(lifted_at__isnull=True),
                name="conflict_stands_once",
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} – {self.proposal_id}"

    @property
    def declared_by_self(self) -> bool:
        return self.by_id == self.seat.user_id

    @property
    def digest(self) -> str:
        """A salted digest by which a decision shows this row was known, without its content."""
        return digest_of([self.salt, self.seat_id, self.proposal_id, self.kind])


class ConflictNote(models.Model):
    """What somebody wrote about a conflict: personal, and destroyed without touching the record."""

    conflict = models.OneToOneField(Conflict, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(_("note"))

    def __str__(self):
        return self.text[:50]


class PossibleConflictQuerySet(models.QuerySet):
    def waiting(self):
        """Keep what nobody has answered yet."""
        return self.filter(outcome="")


class PossibleConflict(models.Model):
    """What the rows say may connect a member with a proposal, until a person says what it is.

    :param grounds: pairs of a code and the key of the row it lies in (``conflict_grounds``).
    :param outcome: empty while it waits; the member meets the proposal nowhere until then.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("A conflict of interest")
        DISMISSED = "dismissed", _("No conflict of interest")

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="possible_conflicts")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="possible_conflicts"
    )
    grounds = models.JSONField()
    found_at = models.DateTimeField()
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = PossibleConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible conflict of interest")
        verbose_name_plural = _("possible conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "proposal"],
                condition=Q(outcome=""),
                name="possible_conflict_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | Q(
                    outcome__in=["confirmed", "dismissed"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="possible_conflict_is_answered_by_a_person",
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} – {self.proposal_id}"


class PossibleConflictNote(models.Model):
    """Why somebody answered as they did: personal, and destroyed without touching the answer."""

    possible = models.OneToOneField(PossibleConflict, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(_("reason"))

    def __str__(self):
        return self.text[:50]
