"""Forms of questions on calls."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.models import CallAnswer

Audience = CallAnswer.Audience


class QuestionForm(forms.Form):
    """A question on a call."""

    #: The form's own key: pressing twice asks once.
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)
    text = forms.CharField(
        label=_("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 6})
    )


class CallAnswerForm(forms.ModelForm):
    """What the office answers, to whom, and the question in words that everybody may read."""

    after = forms.IntegerField(widget=forms.HiddenInput())

    class Meta:
        model = CallAnswer
        fields = ("wording", "answer", "audience")
        widgets = {
            "wording": forms.Textarea(attrs={"rows": 4}),
            "answer": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {"wording": _("Without names, and without what tells who asked.")}

    def clean(self):
        told = super().clean()
        audience = told.get("audience")
        if audience in (Audience.ASKER, Audience.EVERYBODY) and not told.get("answer"):
            self.add_error("answer", _("Write the answer first."))
        if audience == Audience.EVERYBODY and not told.get("wording"):
            self.add_error("wording", _("Write the question in words for everybody."))
        return told
