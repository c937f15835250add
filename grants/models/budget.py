"""The city's money: entries of its budget by course and fiscal year, and the ledger of payments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .courses import CourseEdition
from .ledger_line import LedgerLine


class BudgetEntry(models.Model):
    """One entry of the city's budget (当初, 補正 …) for a course and fiscal year; a sum of these is it.

    A transfer (流用) is two entries made in one act: what one course gives and, bound to it, what
    another takes.

    :param taken_from: the entry of the course that gave; of the one that takes only.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Initial (当初)")
        SUPPLEMENTARY = "supplementary", _("Supplementary (補正)")
        TRANSFER = "transfer", _("Transfer (流用)")
        REDUCTION = "reduction", _("Reduction (減額)")

    class Source(models.TextChoices):
        GENERAL = "general", _("General account (一般財源)")
        FUND = "fund", _("Fund (基金)")

    edition = models.ForeignKey(
        CourseEdition, on_delete=models.PROTECT, related_name="budget_entries"
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    financed_by = models.CharField(_("financed by"), max_length=10, choices=Source.choices)
    amount_yen = models.BigIntegerField(
        _("amount (yen)"), help_text=_("A reduction is entered with a minus.")
    )
    voted_on = models.DateField(_("voted or decided on"))
    document = models.CharField(_("document"), max_length=200)
    taken_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="given_to"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("budget entry")
        verbose_name_plural = _("budget entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="transfer", amount_yen__lt=0, taken_from=None)
                | Q(kind="transfer", amount_yen__gt=0, taken_from__isnull=False)
                | Q(kind="reduction", amount_yen__lt=0, taken_from=None)
                | Q(kind__in=("initial", "supplementary"), amount_yen__gt=0, taken_from=None),
                name="budget_entry_has_the_sign_of_its_kind",
            ),
        ]

    def __str__(self):
        return f"{self.fiscal_year} {self.kind} {self.amount_yen}"


class Payment(LedgerLine):
    """One line of the ledger of a project year: money out, or money back. Only ever added.

    :param claim: the accepted claim (請求書) that it pays; of money that goes out only.
    :param paid_on: Japan date.
    :param reason: of a reversal only.
    """

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Advance on account (概算払)")
        PREPAYMENT = "prepayment", _("Prepayment (前金払)")
        BALANCE = "balance", _("Balance (精算払)")
        REPAYMENT = "repayment", _("Repayment (返還)")
        REVERSAL = "reversal", _("Reversal of a wrong entry (訂正仕訳)")

    year = models.ForeignKey(
        "grants.ProjectYear", on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    claim = models.ForeignKey(
        "grants.Claim", on_delete=models.PROTECT, null=True, editable=False, related_name="payments"
    )
    paid_on = models.DateField(_("paid on"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount_yen__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(kind="reversal", of__isnull=False) & ~Q(reason="")
                | ~Q(kind="reversal") & Q(of=None),
                name="payment_reversal_says_of_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["repayment", "reversal"], claim=None)
                | Q(claim__isnull=False) & ~Q(kind__in=["repayment", "reversal"]),
                name="payment_out_pays_a_claim",
            ),
        ]

    def __str__(self):
        return f"{self.year_id} {self.kind} {self.amount_yen}"

    @property
    def signed_yen(self) -> int:
        """The amount as the city's ledger counts it: out is positive, back is negative."""
        if self.of is not None:
            return -self.of.signed_yen
        return -self.amount_yen if self.kind == self.Kind.REPAYMENT else self.amount_yen
