"""The form of a plan: each milestone has a fixed day, follows from another one, or is not planned."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from casework.periods import Period, Unit
from grants.plan import PLANNED, Milestone, Planned

from .fields import text_area


class MilestoneForm(forms.Form):
    """One milestone; all empty is "not planned"."""

    on = forms.DateField(label=_("Fixed day"), required=False, widget=DateInput())
    count = forms.IntegerField(label=_("Or: how many"), required=False, min_value=1, max_value=800)
    unit = forms.ChoiceField(label=_("What is counted"), required=False, choices=Unit.choices)
    follows = forms.ChoiceField(label=_("Counted from"), required=False)

    def __init__(self, *args, what: str, **kwargs):
        super().__init__(*args, prefix=what, **kwargs)
        self.what = what
        self.caption = Milestone(what).label
        others = [(other.value, other.label) for other in Milestone if other != what]
        self.fields["follows"].choices = [("", _("(nothing)")), *others]

    @property
    def says_something(self) -> bool:
        """Whether the milestone is planned or was filled in, right or wrong."""
        return any(self[name].value() for name in ("on", "count", "follows"))

    def clean(self):
        data = super().clean()
        counted = bool(data.get("count"))
        if counted != bool(data.get("follows")):
            words = _("Say both how many days, and from which milestone on.")
            raise ValidationError({"follows" if counted else "count": words})
        if counted and data.get("on"):
            raise ValidationError({"on": _("Give a fixed day or a number of days, not both.")})
        return data

    def planned(self) -> Planned | None:
        """Return what the valid form says; ``None`` where the milestone is not planned."""
        data = self.cleaned_data
        if data.get("on"):
            return Planned(self.what, on=data["on"])
        if not data.get("count"):
            return None
        period = Period(data["count"], data["unit"] or Unit.DAYS)
        return Planned(self.what, follows=data["follows"], period=str(period))

    @staticmethod
    def initial_of(planned: Planned | None) -> dict:
        """Return one milestone of a plan as the form shows it."""
        if planned is None or planned.on:
            return {"on": planned.on if planned else None}
        period = Period.parse(planned.period)
        return {"count": period.count, "unit": period.unit, "follows": planned.follows}


def milestone_forms(data, plan: list[Planned]) -> list[MilestoneForm]:
    """Return one form for each milestone that can be planned, filled from ``plan``."""
    standing = {planned.what: planned for planned in plan}
    return [
        MilestoneForm(data, what=what, initial=MilestoneForm.initial_of(standing.get(what)))
        for what in PLANNED
    ]


class SavePlanForm(forms.Form):
    """Why the plan is changed, and from which version it was made."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), widget=text_area(2), required=False,
        help_text=_("Needed to save. It stays on record with the plan."),
    )  # fmt: skip
