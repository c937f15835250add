"""The columns that the city's accounting system wants of a list of payments: data, not code."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccountingColumn(models.Model):
    """One column of the list of payments that goes to the city's accounting system.

    Nobody but the city knows what its system reads, so there is none until accounting enters them.

    :param fixed_text: what stands in every row, where ``content`` is a fixed text.
    """

    class Content(models.TextChoices):
        CLAIM = "claim", _("Number of the claim")
        FISCAL_YEAR = "fiscal_year", _("Fiscal year")
        COURSE = "course", _("Course")
        PROJECT = "project", _("Name of the project")
        GROUP = "group", _("Name of the group")
        KIND = "kind", _("Kind of payment")
        INSTALMENT = "instalment", _("Instalment")
        AMOUNT = "amount_yen", _("Amount (yen)")
        CLAIMED_ON = "claimed_on", _("Claimed on")
        DUE_ON = "due_on", _("To be paid by")
        BANK_CODE = "bank_code", _("Bank: number")
        BANK_NAME = "bank_name", _("Bank: name")
        BRANCH_CODE = "branch_code", _("Branch: number")
        BRANCH_NAME = "branch_name", _("Branch: name")
        ACCOUNT_KIND = "account_kind", _("Kind of account")
        ACCOUNT_NUMBER = "account_number", _("Account number")
        HOLDER_KANA = "holder_kana", _("Holder in kana")
        FIXED = "fixed", _("A fixed text")

    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    header = models.CharField(_("heading"), max_length=100, blank=True)
    content = models.CharField(_("content"), max_length=20, choices=Content.choices)
    fixed_text = models.CharField(_("fixed text"), max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("column for the accounting system")
        verbose_name_plural = _("columns for the accounting system")
        constraints = [
            models.CheckConstraint(
                condition=Q(content="fixed") | Q(fixed_text=""),
                name="accounting_column_has_one_content",
            ),
        ]

    def __str__(self):
        return f"{self.position} {self.header}"
