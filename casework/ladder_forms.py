"""The lines in which the office changes a reminder ladder, and how people choose their notices."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import preferences
from .deadlines import KINDS, Audience, LadderRungs, Pace, Rung, Tone
from .ladders import in_order

#: Lines that stand empty below the others.
SPARE_LINES = 3
MOST_LINES = 20
MOST_DAYS = 365


class Side(models.TextChoices):
    BEFORE = "before", _("before, or on it")
    AFTER = "after", _("after it")


class RungForm(forms.Form):
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=MOST_DAYS)
    side = forms.ChoiceField(label=_("Before or after"), choices=Side.choices, initial=Side.BEFORE)
    audience = forms.ChoiceField(label=_("Who is told"), choices=Audience.choices)
    tone = forms.ChoiceField(label=_("Tone"), choices=Tone.choices, initial=Tone.PLAIN)
    channel = forms.ChoiceField(label=_("How soon"), choices=Pace.choices, initial=Pace.AT_ONCE)

    def __init__(self, *args, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        choices = Audience.choices
        if not KINDS[kind].owed_by:
            choices = [choice for choice in choices if choice[0] != Audience.OWNER]
        self.fields["audience"].choices = choices
        self.fields["audience"].initial = choices[0][0]

    @property
    def rung(self) -> Rung | None:
        """The rung that the line says; ``None`` if it is empty or to be removed."""
        data = self.cleaned_data
        if data.get("DELETE") or data.get("days") is None:
            return None
        days = data["days"] if data["side"] == Side.BEFORE else -data["days"]
        return Rung(days, data["audience"], data["tone"], data["channel"])


class RungLines(forms.BaseFormSet):
    def rungs(self) -> LadderRungs:
        """Return the ladder that the lines say; only once they are valid."""
        return in_order(rung for form in self.forms if (rung := form.rung) is not None)


RungFormSet = forms.formset_factory(
    RungForm, RungLines, extra=SPARE_LINES, can_delete=True, can_delete_extra=False,
    max_num=MOST_LINES, absolute_max=MOST_LINES + SPARE_LINES, validate_max=True,
)  # fmt: skip


def lines_of(ladder: LadderRungs) -> list[dict]:
    """Return what the lines say at first."""
    return [
        {
            "days": abs(rung.days),
            "side": Side.AFTER if rung.days < 0 else Side.BEFORE,
            "audience": rung.audience,
            "tone": rung.tone,
            "channel": rung.channel,
        }
        for rung in ladder
    ]


class LadderReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the list of versions."),
    )


class NoticeChoicesForm(forms.Form):
    """How each group of notices comes to one person."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for group in preferences.GROUPS.values():
            self.fields[group.code] = forms.ChoiceField(
                label=group.label,
                help_text=group.hint,
                choices=preferences.Delivery.choices,
                widget=forms.RadioSelect,
            )
