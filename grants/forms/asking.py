"""What the office asks all departments for once a year, and what one begins of its own accord."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.row_fields import RowField
from casework.asking import PASSED
from casework.calendar import fiscal_year
from casework.forms import DateInput
from guideline.models import fiscal_year_name

#: How many fiscal years there are to choose from.
YEARS = 4


class FiscalYearField(forms.TypedChoiceField):
    """A fiscal year near the one it is, under its name in the language of the page."""

    def __init__(self, **kwargs):
        super().__init__(label=_("Fiscal year"), coerce=int, **kwargs)

    def offer(self, *, today, ahead: int) -> None:
        """Offer the years up to ``ahead`` years from now, and choose the one it is."""
        self.initial = fiscal_year(today)
        latest = self.initial + ahead
        years = range(latest, latest - YEARS, -1)
        self.choices = [(year, fiscal_year_name(year)) for year in years]


class AskDepartmentsForm(forms.Form):
    """For which fiscal year all departments are asked, and until when.

    :param ahead: what is still to come is asked for before its year begins; what was done, after.
    """

    fiscal_year = FiscalYearField()
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=DateInput(),
        help_text=_("If it is empty, the due date shows as not set."),
    )

    def __init__(self, data=None, *, today, ahead: int = 0):
        super().__init__(data)
        self.today = today
        self.fields["fiscal_year"].offer(today=today, ahead=ahead)

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < self.today:
            raise forms.ValidationError(PASSED)
        return due_on


class OwnAccordForm(forms.Form):
    """What a department begins something with that nobody asked for."""

    department = RowField(
        label=_("Department"), queryset=Department.objects.none(), empty_label=None
    )
    fiscal_year = FiscalYearField()
    title = forms.CharField(max_length=200)

    def __init__(self, data=None, *, title: str, user, today, ahead: int = 0):
        super().__init__(data)
        mine = Department.objects.filter(pk__in=user.duties.departments)
        self.fields["department"].queryset = mine.order_by("name", "pk")
        self.fields["fiscal_year"].offer(today=today, ahead=ahead)
        self.fields["title"].label = title
