"""The log of a project: support, meetings and consultations, entered by those who took part."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Role
from casework.models import Case
from casework.models.message import WRITERS
from casework.parties import Party


class LogEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep what ``user`` may read: of cases that they see, and of groups without a case yet.

        Office and auditor read all of that, coordinators what they support, the department in
        charge and the group their own; what is not for the group, the group does not read.
        """
        if not user.is_authenticated:
            return self.none()
        duties = user.duties
        seen = Q(organization__in=duties.organizations, audience=LogEntry.Audience.SHARED)
        seen |= Q(case__department__in=duties.departments)
        if duties.holds(Role.OFFICE, Role.AUDITOR, Role.COORDINATOR):
            seen = Q()
        there = Q(case=None) | Q(case__in=Case.objects.visible_to(user).values("pk"))
        return self.filter(seen & there)

    def standing(self):
        """Leave out what a later version corrects."""
        return self.filter(corrected_by=None)

    def open_steps(self):
        """Keep what names a next step."""
        return self.standing().exclude(next_step="")


class LogEntry(models.Model):
    """One entry. It is never changed: a correction is a new version, and both stay readable.

    :param case: a proposal or a project year; ``None`` for a consultation (事前相談) before there is one.
    :param on: Japan date on which it took place.
    :param party: for whom the writer took part.
    :param audience: the group reads what is shared.
    """

    class Kind(models.TextChoices):
        SUPPORT = "support", _("Support (伴走支援)")
        MEETING = "meeting", _("Meeting")
        CONSULTATION = "consultation", _("Consultation (事前相談)")

    class Audience(models.TextChoices):
        SHARED = "shared", _("Group, office, department and coordinator")
        INSIDE = "inside", _("Office, department and coordinator; not the group")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="log")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="log")
    kind = models.CharField(_("what it was"), max_length=12, choices=Kind.choices)
    on = models.DateField(_("day"))
    who = models.TextField(_("who was there"), blank=True)
    text = models.TextField(_("what was said or done"))
    agreed = models.TextField(_("what was agreed"), blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    next_by = models.DateField(_("next step by"), null=True, blank=True)
    audience = models.CharField(_("who reads it"), max_length=6, choices=Audience.choices)
    corrects = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, related_name="corrected_by"
    )
    party = models.CharField(max_length=20, choices=Party.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the log")
        verbose_name_plural = _("entries of the log")
        constraints = [
            models.CheckConstraint(
                condition=Q(party__in=WRITERS), name="log_entry_of_a_party_of_a_case"
            ),
            models.CheckConstraint(
                condition=Q(next_by=None) | ~Q(next_step=""), name="log_entry_says_what_is_next"
            ),
            models.CheckConstraint(
                condition=~Q(party=Party.ORGANIZATION) | Q(audience="shared"),
                name="log_entry_of_a_group_is_shared",
            ),
        ]

    def __str__(self):
        return f"{self.organization_id} {self.on} {self.kind}"

    @property
    def writer(self) -> str:
        """Who entered it, and for whom."""
        return f"{self.by} ({self.get_party_display()})"
