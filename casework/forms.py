"""Forms of what the office does on any case."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User

from .city import SETTINGS
from .models import Sender
from .moves import MoveForm, asks


class DateInput(forms.DateInput):
    """A date field of the browser, which wants ISO whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class ReasonForm(MoveForm):
    """A move that needs a reason; the reason is kept apart from the history."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class ApproveForm(MoveForm):
    """What a decision needs; the number and post only where it was made in another system."""

    decided_on = forms.DateField(label=_("Date of the decision (決裁日)"), widget=DateInput())
    external_number = forms.CharField(
        label=_("Number in the city's document system (起案番号)"),
        required=False,
        max_length=60,
        help_text=_("Only if the decision was made there."),
    )
    external_post = forms.CharField(
        label=_("Post that decided (職名)"), required=False, max_length=100
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decided_on"].initial = self.today

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day > self.today:
            raise ValidationError(_("The decision cannot lie in the future."))
        return day


asks("approval", "approve", ApproveForm)
asks("approval", "send_back", ReasonForm)
asks("approval", "drop", ReasonForm)


class ExtendForm(forms.Form):
    until = forms.DateField(label=_("New date"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class SetDateForm(forms.Form):
    """The office's answer where a rule is not set, or its basis changed."""

    due_on = forms.DateField(label=_("Date"), widget=DateInput())
    reason = forms.CharField(
        label=_("What the date rests on"), widget=forms.Textarea(attrs={"rows": 3})
    )


class CorrectForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class AssignForm(forms.Form):
    clerk = forms.ModelChoiceField(label=_("Clerk in charge"), queryset=User.objects.none())

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        clerks = User.objects.filter(is_active=True, duty__role=Role.OFFICE).distinct()
        self.fields["clerk"].queryset = clerks.order_by("name")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, PNG, JPEG, DOCX or XLSX, up to 20 MB.")
    )
    label = forms.CharField(label=_("What it is"), max_length=100, required=False)


class SettingForm(forms.Form):
    code = forms.ChoiceField(
        label=_("Setting"), choices=[(s.code, s.label) for s in SETTINGS.values()]
    )
    value = forms.CharField(label=_("Value"), required=False, widget=forms.Textarea({"rows": 2}))
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Where the value comes from.")
    )


class SenderForm(forms.ModelForm):
    class Meta:
        model = Sender
        fields = ["title", "name", "valid_from", "valid_until"]
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}
