"""Forms in which the office writes plan and result of a measure's year, its figures, and its text."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS as NAMES
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework import calendar
from casework.date_input import DateInput

from . import years
from .models import MONTHS, Edition, Figure, Measure, MeasureYear, Status
from .prefill import FIELDS, MONTH_FIELDS, Suggestion
from .public_words_form import AsksAboutWords
from .table_days import why_not

MONTH_CHOICES = [(month, NAMES[month]) for month in MONTHS]


def _months(label) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, choices=MONTH_CHOICES, coerce=int, required=False, empty_value=[],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _words(label, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class YearForm(forms.Form):
    """What is planned for a measure in a fiscal year, and what came of it."""

    target = _words(
        pgettext_lazy("measure", "Target"), _("What is to be reached in this fiscal year.")
    )
    plan = _words(_("Plan"), _("What is to be done in this fiscal year."))
    plan_months = _months(_("Planned months"))
    result = _words(pgettext_lazy("progress", "Result"), _("What was done, and what came of it."))
    result_months = _months(_("Months in which it was done"))
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("not said yet")), *Status.choices], required=False
    )
    next_plan = _words(_("Plan for next year"))
    edit_number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    taken = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    @classmethod
    def of(cls, year: MeasureYear) -> "YearForm":
        """Return the form that shows a year's row as it stands."""
        said = {name: getattr(year, name) for name in FIELDS}
        return cls(initial={**said, "edit_number": year.edit_number})

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in FIELDS}

    def keys_taken(self) -> list[str]:
        """Return the marks of the suggestions that were taken on this page."""
        return (self["taken"].value() or "").split()

    def with_suggestion(self, suggestion: Suggestion) -> "YearForm":
        """Return the form with a suggestion beside what is typed; it is not saved, nothing is lost."""
        typed = {name: self[name].value() for name in self.fields}
        there = typed[suggestion.field]
        if suggestion.field in MONTH_FIELDS:
            ticked = {int(month) for month in there or [] if str(month).isdigit()}
            typed[suggestion.field] = [m for m in MONTHS if m in ticked | set(suggestion.value)]
        elif suggestion.field == "status" or not there:
            typed[suggestion.field] = suggestion.value
        else:
            typed[suggestion.field] = f"{there}\n{suggestion.value}"
        typed["taken"] = " ".join([*self.keys_taken(), suggestion.key])
        return YearForm(initial=typed)


class FigureForm(forms.ModelForm):
    """A figure of a year's row, or a part of one."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Figure
        fields = ["label", "label_en", "value", "unit", "unit_en", "as_of", "parts_exceed"]
        widgets = {"as_of": DateInput()}
        labels = {
            "label": pgettext_lazy("figure", "What is counted"),
            "label_en": _("The same in English"),
            "parts_exceed": _("Its parts are more than it"),
        }

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial["seen"] = years.mark_of(self.instance)
        if self.instance.part_of_id:
            del self.fields["parts_exceed"]

    def clean_as_of(self) -> date | None:
        day = self.cleaned_data["as_of"]
        if day and day > self.today:
            raise ValidationError(_("The day cannot lie in the future."))
        return day


class TextForm(AsksAboutWords):
    """What the guideline itself prints of a measure."""

    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Measure
        fields = ["text", "previous_actions"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6}),
            "previous_actions": forms.Textarea(attrs={"rows": 6}),
        }


class RecordForm(forms.Form):
    """The day for which the progress table is drawn up from the rows of a year."""

    as_of = forms.DateField(label=_("As of"), widget=DateInput())

    def __init__(self, *args, edition: Edition, fiscal_year: int, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.edition, self.fiscal_year, self.today = edition, fiscal_year, today

    def clean_as_of(self) -> date:
        """Refuse a day of which there is no table, or on which nobody knew yet what the year came to."""
        day = self.cleaned_data["as_of"]
        if why := why_not(self.edition, day, today=self.today):
            raise ValidationError(why)
        if calendar.fiscal_year(day) < self.fiscal_year:
            raise ValidationError(_("The day cannot lie before the fiscal year."))
        return day
