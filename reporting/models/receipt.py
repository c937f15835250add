"""One receipt (領収書) of a line of a settlement, with its photo or PDF."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models import StoredFile

from .report import Report, SettlementLine


class Receipt(models.Model):
    """What was paid for one thing, and the proof of it; a line has several of these, or none.

    :param number: of the receipt in its report; it stays when others are removed.
    :param paid_on: Japan date on the receipt.
    :param file: its photo or PDF; without one, a copy is handed in on paper.
    :param digest: of the file, so that no file stands twice in a report.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="receipts")
    line = models.ForeignKey(SettlementLine, on_delete=models.CASCADE, related_name="receipts")
    number = models.PositiveSmallIntegerField(_("number"))
    item = models.CharField(_("what was paid for"), max_length=100)
    paid_on = models.DateField(_("paid on"))
    amount_yen = models.PositiveIntegerField(_("amount (yen)"))
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["report", "digest"], condition=~Q(digest=""), name="receipt_file_once"
            ),
            models.CheckConstraint(condition=Q(amount_yen__gt=0), name="receipt_of_something"),
        ]

    def __str__(self):
        return f"{self.number}: {self.item}"

    @property
    def has_file(self) -> bool:
        return self.file is not None and self.file.removed_at is None
