"""What a group tells about who represents it (代表者変更の届出)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Organization


class RepresentativeNoticeQuerySet(models.QuerySet):
    def unnoted(self):
        """Keep what the office has not noted yet."""
        return self.filter(noted_at__isnull=True)


class RepresentativeNotice(models.Model):
    """A group's word that another represents it from a day on; the office notes it.

    It holds from its day, noted or not: who represents a group is for the group to say. Names stand
    with the officers alone, so that they go with them.

    :param before: who represented the group until then, and ``officer`` from then on; empty once
        the row of the officer was destroyed.
    :param holds_from: Japan date.
    :param paper_on: the Japan date on which the city received the paper, where one came.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="representative_notices"
    )
    officer = models.OneToOneField(
        Officer, on_delete=models.SET_NULL, null=True, related_name="notice"
    )
    before = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    holds_from = models.DateField(_("from which day"))
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    told_at = models.DateTimeField(_("told at"))
    paper_on = models.DateField(_("paper received on"), null=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    noted_at = models.DateTimeField(_("noted at"), null=True)

    objects = RepresentativeNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of representative")
        verbose_name_plural = _("changes of representative")
        constraints = [
            models.CheckConstraint(
                condition=Q(noted_by__isnull=True, noted_at__isnull=True)
                | Q(noted_by__isnull=False, noted_at__isnull=False),
                name="representative_noted_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.holds_from}"
