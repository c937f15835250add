"""Forms of a start before the decision (交付決定前着手届)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput

from .fields import text_area


class EarlyStartForm(forms.Form):
    starts_on = forms.DateField(label=_("From which day the project begins"), widget=DateInput())
    reason = forms.CharField(
        label=_("Why it cannot wait for the decision"), widget=text_area(4), max_length=2_000
    )


class EarlyStartAnswerForm(forms.Form):
    """The office accepts, or refuses with a reason."""

    accepted = forms.TypedChoiceField(
        label=_("Answer"),
        choices=[("yes", _("Accept the early start")), ("no", _("Refuse it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason (the group reads it)"), widget=text_area(3), required=False,
        max_length=2_000, help_text=_("Needed for a refusal."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("accepted") is False and not data.get("reason"):
            self.add_error("reason", _("Say why it is refused."))
        return data
