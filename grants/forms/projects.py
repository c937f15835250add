"""What people enter about a project year, the talks with a department, and the pledges."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.calendar import first_day, last_day
from casework.drafts import Draft
from casework.forms import DateInput
from grants.models import AgreementSignature, LineBase, Payment, ProjectYear, Terms

from .fields import EnteredOnce, YenField, text_area
from .lines import BudgetForms


class PlanForm(forms.Form):
    """What is done in a project year, and when; its days lie in ``fiscal_year``."""

    fiscal_year: int
    edit_number = forms.IntegerField(widget=forms.HiddenInput)
    content = forms.CharField(
        label=_("What is done this year"), required=False, widget=text_area(8)
    )
    starts_on = forms.DateField(
        label=_("First day of the project"), required=False, widget=DateInput()
    )
    ends_on = forms.DateField(
        label=_("Last day of the project"), required=False, widget=DateInput()
    )

    def clean(self):
        data = super().clean()
        first, last = first_day(self.fiscal_year), last_day(self.fiscal_year)
        for name in ("starts_on", "ends_on"):
            if data.get(name) and not first <= data[name] <= last:
                self.add_error(name, _("The day must lie in the fiscal year of this case."))
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The last day must not be before the first day."))
        return data


class YearForm(PlanForm):
    """The application of one project year."""

    def __init__(self, data, *, year: ProjectYear):
        names = ("edit_number", "content", "starts_on", "ends_on")
        super().__init__(data, initial={name: getattr(year, name) for name in names})
        self.fiscal_year = year.fiscal_year


class YearDraft(Draft):
    """The page of an application: its words and days, and both sides of the year's budget.

    :param lines: what the budget begins with; the year's own once it was saved.
    """

    def __init__(self, year: ProjectYear, data=None, *, lines: list[LineBase]):
        self.case = year
        self.text = YearForm(data, year=year)
        self.budget = BudgetForms(data, lines, year.rules)
        self.tables = self.budget.tables

    def content(self) -> dict:
        """Return what :func:`grants.services.save_year` takes."""
        lines = self.budget.rows()
        return {"fields": self.fields, "lines": lines, "edit_number": self.edit_number}


class PaymentForm(forms.ModelForm):
    """The day and the document of a payment; how much it is, the claim says."""

    class Meta:
        model = Payment
        fields = ["paid_on", "document"]
        widgets = {"paid_on": DateInput()}


class RepaymentForm(EnteredOnce, PaymentForm):
    adds = Payment

    amount_yen = YenField(label=_("Amount"), min_value=1)

    class Meta(PaymentForm.Meta):
        fields = ["amount_yen", *PaymentForm.Meta.fields]
        labels = {"paid_on": _("Day on which the money came")}


class ReversalForm(forms.Form):
    """Why a line of the ledger is undone, and the document that corrects the books."""

    reason = forms.CharField(label=_("Reason"), widget=text_area(3))
    paid_on = forms.DateField(label=_("Day of the correction"), widget=DateInput())
    document = forms.CharField(label=_("Document"), max_length=200)


class TermsForm(forms.ModelForm):
    class Meta:
        model = Terms
        fields = ["organization_role", "department_role", "cost_share"]
        widgets = {name: text_area(6) for name in fields}


class SignatureForm(forms.Form):
    """A signature under the yearly agreement: the party's own, or one the office has on paper.

    :param may_date: whether the day under the signature is entered; one's own is of today.
    """

    party = forms.ChoiceField(label=_("Party to the agreement"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name of who signed"), max_length=100)
    signed_on = forms.DateField(label=_("Signed on"), widget=DateInput())
    agree = forms.BooleanField(label=_("I have read the agreement and sign it for this party."))

    def __init__(self, *args, parties: list[str], may_date: bool, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        named = AgreementSignature.Party.choices
        self.fields["party"].choices = [(code, label) for code, label in named if code in parties]
        city = AgreementSignature.Party.CITY
        self.fields["party"].initial = city if may_date and city in parties else parties[0]
        del self.fields["agree" if may_date else "signed_on"]

    def signature(self) -> dict:
        """Return party, name and day; a signature made here is of today."""
        names = ("party", "name")
        told = {name: self.cleaned_data[name] for name in names}
        return {**told, "signed_on": self.cleaned_data.get("signed_on", self.today)}


class StrikeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=text_area(4))


class PledgeForm(forms.Form):
    """Accepting the pledges by name."""

    agree = forms.BooleanField(label=_("I have read the pledges and accept them for the group."))
    name = forms.CharField(label=_("Name of who accepts"), max_length=100)


class MatchingNoteForm(forms.Form):
    note = forms.CharField(label=_("What was talked about"), widget=text_area(4))
