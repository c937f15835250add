"""Forms of a selection: rubric, seats, conflicts, score sheets, the decision."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Duty, Role, User
from casework.forms import DateInput, ExtendForm, ReasonForm
from casework.moves import MoveForm, asks
from grants.forms.fields import YenField
from grants.models import Proposal

from .decisions import VERBS
from .models import Conflict, Criterion, PanelSeat, Rubric, ScoreSheet

asks("score_sheet", "reopen", ReasonForm)
asks("score_sheet", "extend", ExtendForm)


class RubricForm(forms.ModelForm):
    class Meta:
        model = Rubric
        fields = ["pass_mark", "source"]
        help_texts = {
            "pass_mark": _(
                "Points that the mean total has to reach. Empty means that it is not set."
            ),
            "source": _("Where the rubric comes from, such as the document and its date."),
        }


class CriterionForm(forms.ModelForm):
    class Meta:
        model = Criterion
        fields = ["label_ja", "label_en", "hint", "max_points"]


class BaseCriterionFormSet(forms.BaseFormSet):
    caption = _("Criteria")


CriterionFormSet = forms.formset_factory(
    CriterionForm, BaseCriterionFormSet, extra=3, can_delete=True, max_num=30, validate_max=True
)


class SeatForm(forms.Form):
    user = forms.ModelChoiceField(
        label=_("Member"),
        queryset=User.objects.none(),
        help_text=_("Everyone with the duty “panel member” who has no seat in this round."),
    )
    valid_from = forms.DateField(label=_("From"), required=False, widget=DateInput())
    valid_until = forms.DateField(label=_("Until"), required=False, widget=DateInput())

    def __init__(self, *args, round, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        members = Duty.objects.valid_on(today).filter(role=Role.PANEL).values("user")
        people = User.objects.filter(pk__in=members, is_active=True)
        seated = round.seats.values("user")
        self.fields["user"].queryset = people.exclude(pk__in=seated).order_by("name", "pk")


class SeatEndForm(forms.Form):
    last_day = forms.DateField(label=_("Last day of the seat"), widget=DateInput())


#: Kind → the same in plain examples, as a member meets them in life.
EXAMPLES = {
    Conflict.Kind.OFFICER: _("I am an officer of the group: chair, treasurer, auditor …"),
    Conflict.Kind.MEMBER: _("I am a member of the group, or take part in its activities."),
    Conflict.Kind.FAMILY: _("Somebody close to me is in the group: husband, wife, parent, child, brother, sister …"),
    Conflict.Kind.EMPLOYEE: _("The group pays me, or I or my company would be paid from this project."),
    Conflict.Kind.DEPARTMENT: _("I work for the department that is in charge of this proposal."),
    Conflict.Kind.OTHER: _("Something else: I advised the group, I compete with it, we are in a dispute …"),
}  # fmt: skip


class OwnConflictForm(forms.Form):
    """What a member declares about a proposal."""

    kind = forms.ChoiceField(
        label=_("What connects you with the group?"),
        choices=EXAMPLES.items(),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the office reads this. You need not write any names."),
    )


class ConflictForm(forms.Form):
    """What the office records about a member and a proposal."""

    seat = forms.ModelChoiceField(label=_("Member"), queryset=PanelSeat.objects.none())
    proposal = forms.ModelChoiceField(label=_("Proposal"), queryset=Proposal.objects.none())
    kind = forms.ChoiceField(label=_("Kind"), choices=Conflict.Kind.choices)
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, round, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = round.seats.select_related("user").order_by("pk")
        seen = Proposal.objects.visible_to(user).filter(round=round, filed_at__isnull=False)
        self.fields["proposal"].queryset = seen.order_by("number", "pk")


class ScoringDateForm(forms.Form):
    """By when the sheets are handed in; the reason stands beside a date that was changed."""

    due_on = forms.DateField(
        label=_("Day by which the sheets are handed in"), required=False, widget=DateInput()
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("Why the day is changed; kept with the dates of the sheets."),
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self) -> date | None:
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < self.today and "due_on" in self.changed_data:
            raise ValidationError(_("This day has passed."))
        return due_on

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"]
        if self.initial["due_on"] and "due_on" in self.changed_data and not reason.strip():
            raise ValidationError(_("Another day counted until now: say why it changes."))
        return reason


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class ScoreForm(forms.Form):
    """One member's points, all of them optional until the sheet is submitted."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What speaks for the proposal, and what would make it better."),
    )

    def __init__(self, *args, sheet: ScoreSheet, **kwargs):
        criteria = list(sheet.proposal.round.rubric.criteria.order_by("position"))
        given = sheet.points()
        initial = {"version": sheet.edit_number, "comment": sheet.comment}
        initial |= {self.name_of(c.pk): given[c.pk] for c in criteria}
        super().__init__(*args, initial=initial, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[self.name_of(criterion.pk)] = self._field(criterion)
        self.order_fields([self.name_of(c.pk) for c in criteria])

    @staticmethod
    def name_of(criterion_id: int) -> str:
        return f"points_{criterion_id}"

    @staticmethod
    def _field(criterion: Criterion) -> forms.IntegerField:
        most = _("0 to %(most)d points") % {"most": criterion.max_points}
        return forms.IntegerField(
            label=criterion.label,
            required=False,
            min_value=0,
            max_value=criterion.max_points,
            help_text=f"{most} – {criterion.hint}" if criterion.hint else most,
        )

    @property
    def points(self) -> dict[int, int | None]:
        """Criterion id → points; ``None`` where nothing was entered."""
        return {c.pk: self.cleaned_data[self.name_of(c.pk)] for c in self.criteria}


class OutcomeForm(forms.Form):
    """What becomes of one proposal."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            ("", _("Choose")),
            ("select", _("Select")),
            ("reserve", _("Put on the reserve list")),
            ("decline", _("Do not select")),
        ],
    )
    assessed_yen = YenField(
        label=_("Assessed amount"),
        required=False,
        min_value=1,
        help_text=_("Empty means: what was requested."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Goes into the letter to the group."),
    )


class MissingSheetsForm(forms.Form):
    """What the office answers for the decision as a whole."""

    missing_reason = forms.CharField(
        label=_("Why is it decided although sheets are missing?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the frozen decision."),
    )

    def __init__(self, *args, missing: int, **kwargs):
        super().__init__(*args, **kwargs)
        if not missing:
            del self.fields["missing_reason"]
        else:
            self.fields["missing_reason"].required = True


def criteria_of(formset) -> list[dict]:
    """Return the criteria that were entered, without those to be removed.

    :raises ValidationError: if none is left.
    """
    kept = [
        {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]
    if not kept:
        raise ValidationError(_("Enter at least one criterion."))
    return kept


class DecidedFacts(MoveForm):
    """Names what a decision on a whole round gives each proposal; shown, never filled in."""

    assessed_yen = YenField(label=_("assessed amount (yen)"), required=False)
    rank = forms.IntegerField(label=_("rank"), required=False)


for _verb in VERBS:
    asks("proposal", _verb, DecidedFacts)
