"""Forms of the photos and flyers of a project year."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from casework.windows import ShowsWhatItSaw
from grants.models import Picture

#: How many files are taken at once: more would keep the page, and a telephone, busy for too long.
AT_ONCE = 20


class SeveralFilesInput(forms.FileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Several files at once; its value is a list."""

    widget = SeveralFilesInput

    def clean(self, data, initial=None):
        files = [super(SeveralFilesField, self).clean(one) for one in data or [None]]
        if len(files) > AT_ONCE:
            raise forms.ValidationError(
                gettext("Choose up to %(number)d files at once.") % {"number": AT_ONCE}
            )
        return files


class AddPicturesForm(forms.Form):
    """Photos or flyers to be added, with what is the same for all of them."""

    files = SeveralFilesField(
        label=_("Photos or flyers"), max_length=200,
        widget=SeveralFilesInput(attrs={"accept": "image/*,.heic,.heif,application/pdf"}),
        help_text=_(
            "Several at once. JPEG, PNG, HEIC or WebP, a flyer also as PDF; up to 20 MB each."
        ),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("What they are"), choices=Picture.Kind.choices, initial=Picture.Kind.PHOTO,
        widget=forms.RadioSelect,
    )  # fmt: skip
    taken_on = forms.DateField(
        label=_("Day they were taken or made"), required=False, widget=DateInput(),
        help_text=_("Where you leave it empty, the day that the camera wrote."),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where they were taken or handed out"), max_length=100, required=False
    )
    consent = forms.ChoiceField(
        label=_("Do the people shown agree that they are published?"),
        choices=Picture.Consent.choices, required=False, widget=forms.RadioSelect,
        help_text=_("You can answer this later for each one. Without an answer nothing is published."),
    )  # fmt: skip


class PictureForm(ShowsWhatItSaw, forms.ModelForm):
    """What one picture shows."""

    class Meta:
        model = Picture
        fields = ["alternative_text", "caption", "taken_on", "place", "consent"]
        labels = {
            "alternative_text": _("What the picture shows (代替テキスト)"),
            "caption": _("Caption"),
            "taken_on": _("Day it was taken or made"),
            "place": _("Where it was taken or handed out"),
            "consent": _("Do the people shown agree that it is published?"),
        }
        help_texts = {
            "alternative_text": _(
                "One or two sentences for who does not see it, such as: Children plant flowers in a bed before the station. Of a flyer, what it says."
            ),
        }
        widgets = {
            "alternative_text": forms.Textarea(attrs={"rows": 3}),
            "taken_on": DateInput(),
            "consent": forms.RadioSelect,
        }
