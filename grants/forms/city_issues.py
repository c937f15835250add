"""What the pages of city issues (業務課題) ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.drafts import Draft
from casework.forms import DateInput, ExtendForm
from casework.moves import MoveForm, asks
from grants.models import CityIssue

from .fields import text_area


class ReturnForm(MoveForm):
    """What has to be mended, and by when."""

    reason = forms.CharField(label=_("What has to be mended"), widget=text_area(5))
    due_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("If it is empty, the due date shows as not set."),
    )


asks(CityIssue.KIND, "send_back", ReturnForm)
asks(CityIssue.KIND, "extend", ExtendForm)


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
