"""Forms of questions on calls."""

import re
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.models import CallAnswer

Audience = CallAnswer.Audience

#: What looks like a telephone number (full-width digits, too) or an e-mail address.
REACHES = re.compile(r"(?:\d[-‐‑–—−ー－ ()（）]*){9,}\d|[^\s@＠]+[@＠][^\s@＠]+\.[^\s@＠]+")


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
    no_person = forms.BooleanField(
        label=_("I have looked: no telephone number or address of a person is in it."),
        required=False,
    )

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
        words = f"{told.get('wording', '')}\n{told.get('answer', '')}"
        if audience == Audience.EVERYBODY and REACHES.search(words) and not told["no_person"]:
            self.add_error("no_person", _("Something in it looks like a telephone number or an e-mail address. Take it out, or confirm that it is of no person."))  # fmt: skip
        told.pop("no_person", None)
        return told
