"""What the pages of reporting ask for. Importing this registers the forms of moves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from casework.calendar import fiscal_year
from casework.drafts import Draft
from casework.forms import DateInput, ExtendForm
from casework.moves import MoveForm, asks, suggests
from grants.amount import Amount
from grants.forms.drafts import MeasureFormSet
from grants.forms.fields import YenField, text_area
from grants.models import ProjectYear
from grants.reckoning import reckons_confirmation
from guideline.models import Measure, fiscal_year_name

from .confirming import without_proof
from .line_checks import in_one_text
from .models import CollaborationReport, Report

REPORT_FIELDS = ("completed_on", "content", "results", "participants", "reflection")


class SendBackForm(MoveForm):
    """What has to be mended, and by when."""

    reason = forms.CharField(label=_("What has to be mended"), widget=text_area(5))
    due_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("If it is empty, the number of days in the rules counts."),
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


def what_is_asked(report: Report) -> dict:
    """Return what the office wrote down while it checked, as the reason of a return."""
    return {"reason": in_one_text(report)}


suggests(ProjectYear.KIND, "confirm", amount_to_confirm)
suggests("report", "send_back", what_is_asked)
asks("report", "send_back", SendBackForm)
asks("collaboration_report", "send_back", SendBackForm)
asks("collaboration_report", "extend", ExtendForm)


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


class CollaborationFieldsForm(forms.ModelForm):
    """The words of a department's report."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Name of the collaboration"), max_length=200)
    cost_yen = YenField(
        label=_("Cost (yen)"), required=False, help_text=_("Leave this empty if it is not known.")
    )

    class Meta:
        model = CollaborationReport
        fields = [
            "title",
            "partner_names",
            "form",
            "purpose",
            "content",
            "city_role",
            "partner_role",
            "cost_yen",
            "cost_borne_by",
            "results",
            "process_score",
            "outcome_score",
        ]
        widgets = {
            "partner_names": text_area(2),
            "purpose": text_area(4),
            "content": text_area(8),
            "city_role": text_area(4),
            "partner_role": text_area(4),
            "cost_borne_by": text_area(2),
            "results": text_area(),
        }
        help_texts = {
            "partner_names": _("One name a line."),
            "process_score": _("5 is best. Leave this open if you give no score."),
            "outcome_score": _("5 is best. Leave this open if you give no score."),
        }

    def __init__(self, data=None, *, instance: CollaborationReport):
        super().__init__(data, instance=instance, initial={"edit_number": instance.edit_number})


class CollaborationDraft(Draft):
    """The page of a department's report: the words, and the measures it advanced."""

    def __init__(self, report: CollaborationReport, data=None):
        self.case = report
        self.text = CollaborationFieldsForm(data, instance=report)
        named = report.advanced_measures.order_by("pk").values("measure", "how")
        self.measures = MeasureFormSet(
            data,
            prefix="measures",
            initial=list(named) if data is None else None,
            form_kwargs={"choices": measure_choices()},
        )
        self.tables = {"measures": (_("Measures"), self.measures)}

    def content(self) -> dict:
        """Return what :func:`reporting.services.save_collaboration_report` takes."""
        measures = self.measures.rows()
        return {"fields": self.fields, "measures": measures, "edit_number": self.edit_number}


def measure_choices() -> list:
    """Return the measures of all editions, by edition: a report may be about an earlier year."""
    groups: dict[str, list] = {}
    for measure in Measure.objects.by_edition():
        named = (measure.pk, f"{measure.number}. {measure.name}")
        groups.setdefault(measure.edition.name, []).append(named)
    return [("", _("Choose a measure")), *groups.items()]


class FiscalYearField(forms.TypedChoiceField):
    """A fiscal year near the one it is, under its name in the language of the page."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, **kwargs)

    def offer(self, *, today) -> None:
        this_year = fiscal_year(today)
        years = range(this_year, this_year - 4, -1)
        self.choices = [(year, fiscal_year_name(year)) for year in years]


class RequestForm(forms.Form):
    """What the office asks all departments for."""

    fiscal_year = FiscalYearField(label=_("Fiscal year"))
    due_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("If it is empty, the due date shows as not set."),
    )

    def __init__(self, data=None, *, today):
        super().__init__(data)
        self.fields["fiscal_year"].offer(today=today)


class NewCollaborationForm(forms.Form):
    """What a department begins a report with."""

    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), empty_label=None
    )
    fiscal_year = FiscalYearField(label=_("Fiscal year"))
    title = forms.CharField(label=_("Name of the collaboration"), max_length=200)

    def __init__(self, data=None, *, user, today):
        super().__init__(data)
        mine = Department.objects.filter(pk__in=user.duties.departments)
        self.fields["department"].queryset = mine.order_by("name", "pk")
        self.fields["fiscal_year"].offer(today=today)


class TablingForm(forms.Form):
    tabled_on = forms.DateField(
        label=_("Day on which the committee received it"), widget=DateInput()
    )
