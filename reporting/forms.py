"""What the pages of reporting ask for. Importing this registers the forms of moves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput, ExtendForm, ReasonForm, SendBackForm
from casework.models import Case
from casework.moves import asks, suggests
from grants.amount import Amount
from grants.forms.fields import text_area
from grants.models import ProjectYear
from grants.reckoning import reckons_confirmation

from .confirming import without_proof
from .line_checks import in_one_text
from .models import Report

REPORT_FIELDS = ("completed_on", "content", "results", "participants", "reflection")


class ReportSendBackForm(SendBackForm):
    """The same of a group's report: the rules of its round may set the days."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].help_text = _(
            "If it is empty, the number of days in the rules counts."
        )


def amount_to_confirm(year: ProjectYear) -> dict:
    """Return what the office would confirm (額の確定), in yen, for it to check."""
    report = Report.objects.filter(project_year=year).first()
    amount = settled(year)
    if report is None or amount is None:
        return {}
    return {
        "confirmed_yen": amount.yen,
        "without_proof": without_proof(report),
    }


@reckons_confirmation
def settled(year: ProjectYear) -> Amount | None:
    """Return how the office would reckon the confirmed amount, by the report if there is one."""
    report = Report.objects.filter(project_year=year).first()
    return report.settlement.amount if report else None


def what_is_asked(report: Case) -> dict:
    """Return what the office wrote down while it checked, as the reason of a return."""
    return {"reason": in_one_text(report)}


suggests(ProjectYear.KIND, "confirm", amount_to_confirm)
suggests("report", "send_back", what_is_asked)
suggests("collaboration_report", "send_back", what_is_asked)
asks("report", "send_back", ReportSendBackForm)
asks("collaboration_report", "send_back", SendBackForm)
asks("collaboration_report", "extend", ExtendForm)
asks("collaboration_report", "drop", ReasonForm)


class ReportFieldsForm(forms.ModelForm):
    """The words of a group's report. What is empty is listed as missing, and can be saved."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = REPORT_FIELDS
        widgets = {
            "completed_on": DateInput(),
            "content": text_area(8),
            "results": text_area(),
            "reflection": text_area(),
        }
        help_texts = {
            "results": _("With numbers where there are some."),
            "participants": _("Leave this empty if nobody counted."),
        }

    def __init__(self, data=None, *, instance: Report):
        super().__init__(data, instance=instance, initial={"edit_number": instance.edit_number})


class TablingForm(forms.Form):
    tabled_on = forms.DateField(
        label=_("Day on which the committee received it"), widget=DateInput()
    )
