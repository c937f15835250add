"""Forms of the plan by month."""

from django import forms
from django.utils.dates import MONTHS as NAMES
from django.utils.translation import gettext_lazy as _

from grants.months import MONTHS

CHOICES = [(month, NAMES[month]) for month in MONTHS]


class ActivityForm(forms.Form):
    """An activity, and the months for which it is planned."""

    label = forms.CharField(label=_("Activity"), max_length=100)
    planned = forms.TypedMultipleChoiceField(
        label=_("Planned months"), choices=CHOICES, coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class DoneForm(forms.Form):
    """What was done in one month."""

    month = forms.TypedChoiceField(label=_("Month"), choices=CHOICES, coerce=int)
    note = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}))
    participants = forms.IntegerField(
        label=_("Participants"), min_value=0, max_value=1_000_000, required=False
    )
