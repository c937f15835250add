"""The form in which a party of a case writes to the others."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .parties import Party


class MessageForm(forms.Form):
    """A message to all who have a part in the case, or a note of the office for itself."""

    #: The form's own key: pressing twice sends one message.
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)
    text = forms.CharField(
        label=_("Message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    asks = forms.ChoiceField(label=_("Who is asked to answer"), required=False)
    for_office = forms.BooleanField(
        label=_("Keep it as a note that only the office reads"), required=False
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("PDF, JPEG, PNG, HEIC, WebP, DOCX or XLSX, up to 20 MB."),
    )

    def __init__(self, *args, others: list[str], may_note: bool, may_attach: bool, **kwargs):
        """
        :param others: the parties that can be asked.
        :param may_note: whether the writer is of the office.
        :param may_attach: whether a file may come with the message: not once the case is closed.
        """
        super().__init__(*args, **kwargs)
        nobody = [("", _("Nobody in particular"))]
        self.fields["asks"].choices = nobody + [(p, Party(p).label) for p in others]
        if not may_note:
            del self.fields["for_office"]
        if not may_attach:
            del self.fields["file"]

    def clean(self):
        told = super().clean()
        if told.get("for_office") and told.get("asks"):
            self.add_error(
                "asks", _("Nobody but the office reads a note, so nobody can answer it.")
            )
        return told
