"""With whom a department worked together: groups that are registered here, and others by name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization

from .collaboration import CollaborationReport


class Partner(models.Model):
    """One partner of a collaboration.

    :ivar organization: the group's entry, if it has one here.
    :ivar share_yen: what of the cost it bore, in yen; empty is not known.
    """

    report = models.ForeignKey(
        CollaborationReport, on_delete=models.CASCADE, related_name="partners"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name=_("organization"),
    )  # fmt: skip
    name = models.CharField(_("partner"), max_length=200)
    share_yen = models.PositiveIntegerField(_("what it bore (yen)"), null=True)

    class Meta:
        verbose_name = _("partner of a collaboration")
        verbose_name_plural = _("partners of collaborations")
        constraints = [
            models.UniqueConstraint(fields=["report", "name"], name="partner_once_a_report"),
        ]

    def __str__(self):
        return self.name
