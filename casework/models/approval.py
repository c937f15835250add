"""Approval (起案・決裁): what the office drafted and another person decided, executed at once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from casework.approval_flow import APPROVAL_FLOW

from .case import Case, CaseQuerySet


class ApprovalQuerySet(CaseQuerySet):
    def as_shown(self):
        """Tell as well the verb of the first move as ``decides``, and the largest amount as ``most_yen``."""
        items = ApprovalItem.objects.filter(approval=OuterRef("pk")).order_by()
        largest = items.values("approval").annotate(most=Max("amount_yen")).values("most")
        first = items.order_by("pk").values("verb")[:1]
        return super().as_shown().annotate(decides=Subquery(first), most_yen=Subquery(largest))


class Approval(Case):
    """One draft (起案): a list of moves on cases that one decision makes, or none of them.

    :param external_number: 起案番号 of the city's document system, where the decision was made there.
    """

    KIND = "approval"
    flow = APPROVAL_FLOW
    shown_with = ("drafted_by", "decided_by")
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

    objects = ApprovalQuerySet.as_manager()
    #: The verb of its first move, where read ``as_shown`` says it.
    decides: str = ""

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")),
                name="approval_decided_by_another_person",
            ),
        ]

    @property
    def largest_yen(self) -> int:
        """The largest amount, in yen, that one of its moves costs the city."""
        if "most_yen" in self.__dict__:
            return self.__dict__["most_yen"] or 0
        return self.items.aggregate(most=Max("amount_yen"))["most"] or 0

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
