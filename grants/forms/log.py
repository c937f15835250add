"""The form of an entry of the log."""

from datetime import date
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.date_input import DateInput
from casework.parties import Party
from grants.models import LogEntry


class LogForm(forms.ModelForm):
    """What took place, and what comes next."""

    #: The form's own key: pressing twice enters it once.
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)

    class Meta:
        model = LogEntry
        fields = ("kind", "on", "who", "text", "agreed", "next_step", "next_by", "audience")
        widgets = {
            "on": DateInput(),
            "next_by": DateInput(),
            "who": forms.Textarea(attrs={"rows": 2}),
            "text": forms.Textarea(attrs={"rows": 5}),
            "agreed": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, party: str, today: date, **kwargs):
        """
        :param party: for whom the writer takes part; a group hides nothing from itself.
        :param today: the Japan date; what took place did so by then.
        """
        super().__init__(*args, **kwargs)
        self.today, self.group = today, party == Party.ORGANIZATION
        self.initial.setdefault("on", today)
        self.initial.setdefault("audience", LogEntry.Audience.SHARED)
        if self.group:
            del self.fields["audience"]

    def clean_on(self):
        if (on := self.cleaned_data["on"]) > self.today:
            raise forms.ValidationError(_("Enter it once it has taken place."))
        return on

    def clean(self):
        told = super().clean()
        if self.group:
            told["audience"] = LogEntry.Audience.SHARED
        if told.get("next_by") and not told.get("next_step"):
            self.add_error("next_step", _("Say what is to be done by that day."))
        return told

    def _post_clean(self):
        """Leave the rules of the row to the service: the row is made there, whole."""
