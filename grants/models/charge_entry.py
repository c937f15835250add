"""The charges (加算金・延滞金) on money that came back: what was paid of them, and what was waived."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .ledger_line import LedgerLine


class ChargeEntry(LedgerLine):
    """One line of the account of the charges of a project year, beside its ledger. Only ever added.

    It never counts in the balance of the grant.

    :param which: the charge, named as the rule that sets its rate.
    :param paid_on: Japan date on which it came, or was waived, or corrected.
    :param reason: of what was waived or reversed.
    """

    class Which(models.TextChoices):
        ADDITIONAL = "additional_charge_percent", _("Additional charge (加算金)")
        LATE = "late_charge_percent", _("Late charge (延滞金)")

    class Kind(models.TextChoices):
        PAID = "paid", _("Charge paid (納付)")
        WAIVED = "waived", _("Charge waived (免除)")
        REVERSAL = "reversal", _("Reversal of a wrong entry (訂正仕訳)")

    year = models.ForeignKey(
        "grants.ProjectYear", on_delete=models.PROTECT, related_name="charge_entries"
    )
    which = models.CharField(_("charge"), max_length=30, choices=Which.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    paid_on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("entry of a charge")
        verbose_name_plural = _("entries of charges")
        constraints = [
            models.CheckConstraint(condition=Q(amount_yen__gt=0), name="charge_of_something"),
            models.CheckConstraint(
                condition=Q(kind="reversal", of__isnull=False) | ~Q(kind="reversal") & Q(of=None),
                name="charge_reversal_says_of_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="paid") | ~Q(reason=""), name="charge_waived_or_reversed_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.year_id} {self.which} {self.kind} {self.amount_yen}"
