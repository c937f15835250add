"""What a group writes into a claim (請求書), and the columns of the list for accounting."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.drafts import Draft
from casework.flow import Text
from casework.forms import ReasonForm
from casework.moves import asks
from grants.models import AccountingColumn, Claim
from guideline.models import fiscal_year_name

from .fields import YenField, text_area
from .moves import EndForm

asks(Claim.KIND, "send_back", ReasonForm)
asks(Claim.KIND, "drop", ReasonForm)
asks(Claim.KIND, "withdraw", EndForm)


class ClaimForm(forms.Form):
    """What is claimed; the kind is chosen when the claim is begun."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)
    amount_yen = YenField(label=_("Amount"), required=False)
    reason = forms.CharField(
        label=_("Why the money is needed beforehand"), required=False, widget=text_area(4)
    )

    def __init__(self, data=None, *, claim: Claim):
        names = ("edit_number", "amount_yen", "reason")
        super().__init__(data, initial={name: getattr(claim, name) for name in names})
        if not claim.goes_beforehand:
            self.fields["reason"].label = _("Note to the office")


class ClaimDraft(Draft):
    """The page of a claim; it has no tables."""

    tables = {}

    def __init__(self, claim: Claim, data=None):
        self.case = claim
        self.text = ClaimForm(data, claim=claim)

    def content(self) -> dict:
        """Return what :func:`grants.services.save_claim` takes."""
        return {"fields": self.fields, "edit_number": self.edit_number}


class ClaimFilterForm(forms.Form):
    """Which claims the list shows; what is not understood narrows nothing."""

    stands = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of payment"), required=False, choices=[("", _("All")), *Claim.Kind.choices]
    )
    fiscal_year = forms.TypedChoiceField(
        label=_("Fiscal year"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data, *, stands: list[tuple[str, Text]], years: list[int]):
        super().__init__(data if data else None, initial={"stands": stands[0][0]})
        self.fields["stands"].choices = stands
        named = [(year, fiscal_year_name(year)) for year in years]
        self.fields["fiscal_year"].choices = [("", _("All")), *named]


class ColumnForm(forms.Form):
    """One column for the accounting system; a row in which nothing is chosen is left out."""

    header = forms.CharField(label=_("Heading"), max_length=100, required=False)
    content = forms.ChoiceField(
        label=_("Content"), required=False, choices=[("", _("No column")), *AccountingColumn.Content.choices]
    )  # fmt: skip
    fixed_text = forms.CharField(label=_("Fixed text"), max_length=100, required=False)

    def clean(self):
        data = super().clean()
        told = data.get("header") or data.get("fixed_text")
        if told and not data.get("content"):
            raise ValidationError(_("Choose what stands in this column."))
        if data.get("fixed_text") and data.get("content") != AccountingColumn.Content.FIXED:
            self.add_error("fixed_text", _("Only a column of a fixed text has one."))
        if data.get("content") == AccountingColumn.Content.FIXED and not data.get("fixed_text"):
            self.add_error("fixed_text", _("Write the text that stands in this column."))
        return data


class ColumnFormSet(forms.BaseFormSet):
    """The columns in their order; blank rows to add some."""

    caption = _("Columns")

    def columns(self) -> list[dict]:
        """Return the columns that say something, as :func:`grants.accounting.save_columns` takes."""
        kept = (form.cleaned_data for form in self.forms if not form.cleaned_data.get("DELETE"))
        names = ("header", "content", "fixed_text")
        return [{name: row.get(name, "") for name in names} for row in kept if row.get("content")]


ColumnFormSet = forms.formset_factory(
    ColumnForm, ColumnFormSet, extra=3, can_delete=True, can_delete_extra=False, max_num=60,
    absolute_max=70, validate_max=True,
)  # fmt: skip
