"""Forms of the words of notices."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NoticeTextForm(forms.Form):
    """The words of one kind of notice, and the case on which they are shown."""

    subject = forms.CharField(label=_("Subject"), max_length=300)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}))
    case = forms.CharField(
        label=_("Number of the case for the preview"), required=False, max_length=40,
        help_text=_("Leave this empty for the newest case that fits."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False,
        help_text=_("Needed to save; stands in the list of versions."),
    )  # fmt: skip
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def require_reason(self) -> bool:
        """Ask for the reason, which only saving needs; return whether the form can be saved."""
        if self.is_valid() and not self.cleaned_data["reason"]:
            self.add_error("reason", _("Say why the text is changed."))
        return self.is_valid()


class ResetForm(forms.Form):
    """Going back to the program's own words."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
