"""What is on record for a day, and the copy of it that the public reads.

What the office writes of a day is read inside the city first. A release makes a copy of it
(:mod:`guideline.public_days`), and only copies are read by everybody: what the office writes of that
day later stays inside until it is released, too.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


def reads_all_progress(user) -> bool:
    """Return whether ``user`` reads the progress of a day before it is made public."""
    readers = (Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.COMMITTEE)
    return user.is_authenticated and user.duties.holds(*readers)


class OnRecord(models.Manager):
    """The rows that the office writes; no copies."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(is_public=False)

    def visible_to(self, user) -> models.QuerySet:
        """Return what ``user`` may read: what is on record, or the public's copies."""
        return self.all() if reads_all_progress(user) else self.model.published.all()


class Published(models.Manager):
    """The copies that the public reads."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(is_public=True)


class OfADay(models.Model):
    """Base of what is on record for a day, and is made public by a copy."""

    is_public = models.BooleanField(_("copy that the public reads"), default=False, editable=False)

    objects = OnRecord()
    published = Published()

    class Meta:
        abstract = True
