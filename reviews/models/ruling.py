"""What the subcommittee adds to the points: the chair's order, assessed amounts, comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.models import Proposal, Round


class ChairRuling(models.Model):
    """The chair's order of proposals with equal points; rows are never changed, the newest holds.

    :param order: ids of the proposals, the best first.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="chair_rulings")
    order = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("order given by the chair")
        verbose_name_plural = _("orders given by the chair")

    def __str__(self):
        return " > ".join(str(key) for key in self.order)


class Assessment(models.Model):
    """What the subcommittee thinks right for a proposal (査定額); never changed, the newest holds."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="assessments")
    amount_yen = models.PositiveIntegerField(_("assessed amount (yen)"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("assessed amount")
        verbose_name_plural = _("assessed amounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_yen__gte=1), name="assessment_is_at_least_one_yen"
            ),
        ]

    def __str__(self):
        return str(self.amount_yen)


class PanelComment(models.Model):
    """What the subcommittee says of a proposal as a whole (講評), written down by the office.

    Where the rubric says so, the letter about the selection tells it to the group.
    """

    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, related_name="panel_comment"
    )
    text = models.TextField(_("comment of the subcommittee"))
    edit_number = models.PositiveIntegerField(default=0, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment of the subcommittee")
        verbose_name_plural = _("comments of the subcommittee")

    def __str__(self):
        return self.text[:50]
