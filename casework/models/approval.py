"""Approval (起案・決裁): what the office drafted and another person decided, executed at once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.approval_flow import APPROVAL_FLOW

from .case import Case


class Approval(Case):
    """One draft (起案): a list of moves on cases that one decision makes, or none of them.

    :param external_number: 起案番号 of the city's document system, where the decision was made there.
    """

    KIND = "approval"
    flow = APPROVAL_FLOW
    label = _("Approval")

    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    decided_on = models.DateField(_("date of the decision"), null=True, editable=False)
    external_number = models.CharField(
        _("number in the document system"), max_length=60, blank=True
    )
    external_post = models.CharField(_("post that decided"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")),
                name="approval_decided_by_another_person",
            ),
        ]

    @APPROVAL_FLOW.move
    def approve(self, *, at, by, decided_on, external_number="", external_post="", **facts):
        self.decided_by, self.decided_on = by, decided_on
        self.external_number, self.external_post = external_number, external_post

    @APPROVAL_FLOW.move
    def send_back(self, **facts): ...

    @APPROVAL_FLOW.move
    def redraft(self, **facts): ...

    @APPROVAL_FLOW.move
    def drop(self, **facts): ...


class ApprovalItem(models.Model):
    """One move that an approval makes on one case, with the facts it needs."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="approval_items")
    verb = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    amount_yen = models.PositiveIntegerField(null=True)
    executed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "case"], name="approval_case_once"),
        ]

    def __str__(self):
        return f"{self.approval_id}: {self.verb} {self.case_id}"
