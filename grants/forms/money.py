"""What the office enters of the city's money: its budget, what it moves, and the fund."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.row_fields import RowField
from casework.forms import DateInput
from grants.models import BudgetEntry, CourseEdition, FundEntry, FundTarget

from .fields import EnteredOnce, YenField, text_area
from .rounds import fiscal_year_field

#: What the columns of the fund and of the budget hold at most.
MAX_BUDGET_YEN = 999_999_999_999


def amount_field(**kwargs) -> YenField:
    return YenField(label=_("Amount"), max_value=MAX_BUDGET_YEN, **kwargs)


def editions() -> QuerySet[CourseEdition]:
    return CourseEdition.objects.order_by("course", "-first_fiscal_year")


class BudgetEntryForm(EnteredOnce, forms.ModelForm):
    """An entry as it was voted; what is moved between two courses has a form of its own."""

    adds = BudgetEntry

    fiscal_year = fiscal_year_field()
    amount_yen = amount_field(
        min_value=-MAX_BUDGET_YEN, help_text=_("A reduction is entered with a minus.")
    )

    class Meta:
        model = BudgetEntry
        fields = [
            "edition", "fiscal_year", "kind", "financed_by", "amount_yen", "voted_on", "document",
        ]  # fmt: skip
        labels = {"edition": _("Course"), "financed_by": _("Source of the money")}
        widgets = {"voted_on": DateInput(), "financed_by": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions()
        kinds = self.fields["kind"].choices
        self.fields["kind"].choices = [row for row in kinds if row[0] != BudgetEntry.Kind.TRANSFER]
        self.fields["financed_by"].choices = BudgetEntry.Source.choices

    def clean(self):
        data = super().clean()
        amount, kind = data.get("amount_yen"), data.get("kind")
        if amount is not None and not _fits(kind, amount):
            self.add_error("amount_yen", _("A reduction is less than zero, the others more."))
        return data


def _fits(kind: str, amount_yen: int) -> bool:
    return amount_yen < 0 if kind == BudgetEntry.Kind.REDUCTION else amount_yen > 0


class TransferForm(EnteredOnce):
    """Budget of one fiscal year that goes from one course to another."""

    adds = BudgetEntry

    giver = RowField(label=_("From the course"), queryset=None)
    taker = RowField(label=_("To the course"), queryset=None)
    fiscal_year = fiscal_year_field()
    financed_by = forms.ChoiceField(
        label=_("Source of the money"), choices=BudgetEntry.Source.choices, widget=forms.RadioSelect
    )
    amount_yen = amount_field(min_value=1)
    voted_on = forms.DateField(label=_("Decided on"), widget=DateInput())
    document = forms.CharField(label=_("Document"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["giver"].queryset = self.fields["taker"].queryset = editions()


class FundEntryForm(EnteredOnce, forms.ModelForm):
    """A line of the fund. It asks for no name: who gave is written down nowhere here."""

    adds = FundEntry

    fiscal_year = fiscal_year_field()
    amount_yen = amount_field(min_value=1)

    class Meta:
        model = FundEntry
        fields = ["kind", "amount_yen", "on", "fiscal_year", "edition", "document"]
        labels = {"on": _("Received or used on"), "edition": _("Used for the course")}
        help_texts = {
            "edition": _("Of a use only, where it is known."),
            "document": _("Number or name of the document. Never write who gave."),
        }
        widgets = {"on": DateInput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions()
        kinds = self.fields["kind"].choices
        self.fields["kind"].choices = [row for row in kinds if row[0] != FundEntry.Kind.REVERSAL]

    def clean(self):
        data = super().clean()
        if data.get("edition") and data.get("kind") != FundEntry.Kind.USE:
            self.add_error("edition", _("Only a use names a course."))
        return data


class FundReversalForm(forms.Form):
    """Why a line of the fund is undone, and the document that corrects the books."""

    reason = forms.CharField(label=_("Reason"), widget=text_area(3))
    on = forms.DateField(label=_("Day of the correction"), widget=DateInput())
    document = forms.CharField(label=_("Document"), max_length=200)


class FundTargetForm(forms.ModelForm):
    fiscal_year = fiscal_year_field()
    amount_yen = amount_field(min_value=1)

    class Meta:
        model = FundTarget
        fields = ["fiscal_year", "amount_yen", "source"]
        help_texts = {"source": _("The document or page, with its date.")}

    def validate_constraints(self):
        """A year that has a target gets the new one: the service says which row that is."""
