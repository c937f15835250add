"""What the office asks of an interim report, and what the group writes into it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.drafts import Draft
from casework.forms import DateInput, ExtendForm, ReasonForm
from casework.moves import asks
from grants.forms.fields import text_area

from .interim import FIELDS, begun_by_months
from .models import InterimReport


class AskForm(forms.Form):
    """When the report is due, and what the office wants to hear besides."""

    due_on = forms.DateField(label=_("Due on"), widget=DateInput())
    asks = forms.CharField(
        label=_("What you want to hear"), required=False, widget=text_area(4),
        help_text=_("What was done, how that compares with the plan, what is difficult and what the group needs is asked in any case."),
    )  # fmt: skip


class SendBackForm(ReasonForm):
    """What is missing, and by when it is to come."""

    due_on = forms.DateField(label=_("To be answered by"), widget=DateInput())

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day <= self.today:
            raise ValidationError(_("The date must lie in the future."))
        return day


asks(InterimReport.KIND, "send_back", SendBackForm)
asks(InterimReport.KIND, "waive", ReasonForm)
asks(InterimReport.KIND, "extend", ExtendForm)


class InterimForm(forms.ModelForm):
    """How the project stands; what is empty is listed as missing, and can be saved."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = InterimReport
        fields = FIELDS
        widgets = {
            "done": text_area(8),
            "against_plan": text_area(5),
            "troubles": text_area(4),
            "needs": text_area(4),
        }
        help_texts = {
            "done": _("With days and numbers where there are some."),
            "troubles": _("Leave this empty if nothing is."),
            "needs": _("Such as a talk with the department, or more time."),
        }

    def __init__(self, data=None, *, instance: InterimReport):
        initial = {"edit_number": instance.edit_number}
        if not instance.edit_number:  # nobody has written anything yet
            initial |= begun_by_months(instance.project_year)
        super().__init__(data, instance=instance, initial=initial)


class InterimDraft(Draft):
    """The page of an interim report; it has no tables."""

    tables = {}

    def __init__(self, report: InterimReport, data=None):
        self.case = report
        self.text = InterimForm(data, instance=report)

    def content(self) -> dict:
        """Return what :func:`reporting.interim.save_interim` takes."""
        return {"fields": self.fields, "edit_number": self.edit_number}
