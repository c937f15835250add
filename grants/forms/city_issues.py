"""What the pages of city issues (業務課題) ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.drafts import Draft
from casework.forms import DateInput, ExtendForm, ReasonForm, SendBackForm
from casework.moves import asks
from grants.models import CityIssue

from .fields import text_area

asks(CityIssue.KIND, "send_back", SendBackForm)
asks(CityIssue.KIND, "extend", ExtendForm)
asks(CityIssue.KIND, "withdraw", ReasonForm)


class IssueFieldsForm(forms.ModelForm):
    """The words of an issue. What is empty is listed as missing, and can be saved."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("The issue in one line"), max_length=200)

    class Meta:
        model = CityIssue
        fields = ["title", "problem", "offers", "seeks", "until"]
        widgets = {
            "problem": text_area(6),
            "offers": text_area(4),
            "seeks": text_area(4),
            "until": DateInput(),
        }
        help_texts = {
            "problem": _("Everyone can read this. Name no person."),
            "offers": _("Such as a place, data, contacts, publicity, a share of the cost."),
            "until": _("If it is empty, the issue stays open until somebody closes it."),
        }

    def __init__(self, data=None, *, instance: CityIssue):
        super().__init__(data, instance=instance, initial={"edit_number": instance.edit_number})


class IssueDraft(Draft):
    """The page on which a department writes an issue."""

    def __init__(self, issue: CityIssue, data=None):
        self.case = issue
        self.text = IssueFieldsForm(data, instance=issue)
        self.tables = {}

    def content(self) -> dict:
        """Return what :func:`grants.services.city_issues.save_issue` takes."""
        return {"fields": self.fields, "edit_number": self.edit_number}
