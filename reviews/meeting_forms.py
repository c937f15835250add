"""Forms of a meeting: when and where it is, and the note of an item."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from grants.models import Round

from .meetings import SAID
from .models import Meeting


class MeetingForm(forms.ModelForm):
    class Meta:
        model = Meeting
        fields = SAID
        labels = {"place": _("Where")}
        widgets = {"held_on": DateInput()}
        help_texts = {
            "quorum": _("Leave it empty while it is not set."),
            "presentation_minutes": _("Leave it empty where no time runs out."),
            "question_minutes": _("Leave it empty where no time runs out."),
        }

    def __init__(self, *args, round: Round, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = round.seats.select_related("user").order_by("pk")
        self.fields["chair"].empty_label = str(_("Not set"))

    def _post_clean(self) -> None:
        """Leave the row as it is: the service checks and saves it, under lock."""


class NoteForm(forms.Form):
    edit_number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label=_("Note of the item"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
