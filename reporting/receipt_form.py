"""The form of one receipt."""

from datetime import date

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from grants.forms.fields import YenField

from .checks import Finding, of_typed_receipt
from .models import Receipt, Report
from .receipts import Paid
from .told import told_of


class ReceiptForm(forms.Form):
    """What stands on a receipt, and its photo or PDF.

    :param receipt: the one that is changed, if it is not a new one.
    """

    line = forms.TypedChoiceField(label=_("Line of the settlement"), coerce=int)
    item = forms.CharField(label=_("What was paid for"), max_length=100)
    paid_on = forms.DateField(label=_("Day on the receipt"), widget=DateInput())
    amount_yen = YenField(label=_("Amount (yen)"), min_value=1)
    file = forms.FileField(
        label=_("Photo or PDF"), required=False, max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/*,.heic,.heif,application/pdf"}),
        help_text=_("Without one, hand in a copy on paper."),
    )  # fmt: skip

    def __init__(self, data=None, files=None, *, report: Report, receipt: Receipt | None = None):
        self.report, self.receipt = report, receipt
        names = ("line_id", "item", "paid_on", "amount_yen")
        initial = {n.removesuffix("_id"): getattr(receipt, n) for n in names} if receipt else {}
        super().__init__(data, files, initial=initial)
        spent = report.settlement_lines.filter(side="expenditure").order_by("pk")
        self.fields["line"].choices = [
            (
                line.pk,
                _("%(label)s: %(amount)s yen")
                % {"label": line.label, "amount": f"{line.amount_yen:,}"},
            )
            for line in spent
        ]
        if receipt and receipt.has_file:
            self.fields["file"].help_text = _("The file stays unless you choose another one.")

    def said(self, *, today: date) -> list[Finding]:
        """Return what does not fit in what is typed so far; fields that cannot be read say nothing."""
        self.full_clean()
        typed = self.cleaned_data
        last = self.report.receipts.aggregate(last=Max("number"))["last"] or 0
        line = typed.get("line")
        return of_typed_receipt(
            told_of(self.report, today=today), f"line-{line}",
            number=self.receipt.number if self.receipt else last + 1,
            paid_on=typed.get("paid_on"), amount_yen=typed.get("amount_yen"),
        )  # fmt: skip

    def paid(self) -> Paid:
        data = self.cleaned_data
        return Paid(data["line"], data["item"], data["paid_on"], data["amount_yen"])
