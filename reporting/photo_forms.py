"""Forms of the photos of a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.windows import ShowsWhatItSaw
from grants.forms.pictures import PictureForm

from .models import ReportPhoto


class SaidForm(forms.ModelForm):
    """What is said of one photo of a report."""

    class Meta:
        model = ReportPhoto
        fields = ["alternative_text", "caption", "people", "consent", "kept_internal"]
        labels = {
            **{
                name: PictureForm.Meta.labels[name]
                for name in ("alternative_text", "caption", "consent")
            },
            "people": _("Who is shown (not published)"),
            "kept_internal": _("This photo stays with the city and is not published"),
        }
        help_texts = {
            "alternative_text": PictureForm.Meta.help_texts["alternative_text"],
            "people": _("Such as: five children and two parents, told in writing on the day."),
        }
        widgets = {
            "alternative_text": forms.Textarea(attrs={"rows": 3}),
            "consent": forms.RadioSelect,
        }  # fmt: skip


class PhotoForm(ShowsWhatItSaw, SaidForm):
    """What one photo of a report shows, who is shown, and whether it stays with the city."""


class AddPhotoForm(SaidForm):
    """A photo that is added to the report, with what is said of it."""

    upload = forms.FileField(
        label=_("Photo"), max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/*,.heic,.heif"}),
        help_text=_("JPEG, PNG, HEIC or WebP, up to 20 MB. Published is a copy without position, day and device."),
    )  # fmt: skip

    field_order = ["upload"]

    class Meta(SaidForm.Meta):
        fields = ["alternative_text", "caption", "people", "consent"]
