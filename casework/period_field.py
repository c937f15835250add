"""The form field of a period: a number, what is counted, and what the rule says besides."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .periods import CHOICES, Period, Unit

#: Part of a period → what it is called on a form, in the order in which it is written.
PARTS = {
    "count": _("How many"),
    "unit": _("What is counted"),
    "first_day": _("The first day"),
    "on_closed_day": _("If city hall is closed on that day"),
    "latest": _("At the latest"),
}


class PeriodWidget(forms.MultiWidget):
    """The parts one below the other, each with its own label."""

    template_name = "casework/widgets/period.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        selects = {name: forms.Select(choices=choices.choices) for name, choices in CHOICES.items()}
        super().__init__({"count": forms.NumberInput(attrs={"min": 1}), **selects}, attrs)

    def decompress(self, value: str | None) -> list:
        if not value:
            return [None, Unit.DAYS, "", "", ""]
        period = Period.parse(value)
        return [getattr(period, name) for name in PARTS]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], PARTS.values(), strict=True):
            part["label"] = label
        return context


class PeriodField(forms.MultiValueField):
    """Takes the parts of a period and gives its text, see :mod:`casework.periods`."""

    widget = PeriodWidget

    def __init__(self, **kwargs):
        number = forms.IntegerField(min_value=1, max_value=3_650, required=False)
        choices = [forms.ChoiceField(choices=c.choices, required=False) for c in CHOICES.values()]
        super().__init__([number, *choices], require_all_fields=False, **kwargs)

    def compress(self, values: list) -> str:
        """Return the period as text; empty where no number was given.

        :raises ValidationError: if the parts do not go together.
        """
        told = dict(zip(PARTS, values, strict=True)) if values else {}
        if not told.get("count"):
            return ""
        try:
            return str(Period(**told))
        except ValueError:  # the number is one, so it is the first day
            raise forms.ValidationError(_("Open days are counted from the day after.")) from None
