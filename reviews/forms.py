"""Forms of a selection: rubric, seats, conflicts, score sheets, the decision."""

from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Duty, Role, User
from accounts.row_fields import RowField
from casework.forms import DateInput, ExtendForm, ReasonForm
from casework.moves import MoveForm, asks
from grants.forms.fields import YenField
from grants.models import Proposal

from .decisions import VERBS
from .models import Assignment, Conflict, Criterion, Grade, PanelSeat, Rubric, ScoreSheet
from .scoring import Aggregation, Allocation, CutRule, PassUnit, RecusedCounts, TieRule
from .selection import Standing


class ReopenForm(ReasonForm):
    """Why a sheet is opened again, and by when it comes back; the member is told both."""

    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=DateInput(),
        help_text=_("Empty means: the day of the round."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The member reads it on the sheet and in the notice.")

    def clean_due_on(self) -> date | None:
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < self.today:
            raise ValidationError(_("This day has passed."))
        return due_on


asks("score_sheet", "reopen", ReopenForm)
asks("score_sheet", "extend", ExtendForm)


#: Rule → choice → what it does, with an example.
EXPLAINED = {
    "aggregation": {
        Aggregation.MEAN: _("Mean of the sheets. Example: 30, 34 and 41 points make 35."),
        Aggregation.MEDIAN: _("Median, the sheet in the middle. Example: 30, 34 and 41 points make 34."),
        Aggregation.TRIMMED: _("Mean without the highest and the lowest sheet. Example: of 20, 30, 34 and 41 points, 30 and 34 make 32."),
    },
    "recused_counts": {
        RecusedCounts.LEFT_OUT: _("It is left out. Example: of five members one is excluded, so four sheets count."),
        RecusedCounts.AS_MEAN: _("It counts as the mean of the other sheets. Example: four sheets with a mean of 32 get a fifth with 32."),
    },
    "tie_rule": {
        TieRule.SMALLER_REQUEST: _("The smaller request goes first. Example: with equal points, 60,000 yen come before 80,000 yen."),
        TieRule.CRITERIA: _("The criteria decide, in their order. Example: who has more points for the first criterion goes first."),
        TieRule.CHAIR: _("The chair decides. The office enters the order the chair gives."),
    },
    "cut_rule": {
        CutRule.REMAINDER: _("By place, as long as the budget lasts; the first above it is offered the rest. Example: 50,000 yen are left for a request of 80,000 yen: 50,000 yen are offered."),
        CutRule.RESERVE: _("By place, as long as the budget lasts; the first above it becomes the reserve (次点). Example: 50,000 yen are left for a request of 80,000 yen: it waits for a free place."),
        CutRule.PASS_ONLY: _("Whoever reaches the pass mark. Where the budget does not cover all of them, the city decides."),
    },
    "allocation": {
        Allocation.FULL: _("What was asked for. Example: 80,000 yen for a request of 80,000 yen."),
        Allocation.ASSESSED: _("An assessed amount (査定額). The office enters what the subcommittee thinks right, such as 70,000 of 80,000 yen."),
        Allocation.GRADE: _("A rate by grade, rounded down. Example: grade B gives 80 percent: 64,000 of 80,000 yen."),
    },
    "assignment": {
        Assignment.ALL: _("Every member scores every proposal, but for those with a conflict of interest."),
        Assignment.BALANCED: _("The work is spread evenly: each proposal gets the same number of sheets, each member about as many as the others. Example: 3 sheets for each of 10 proposals make 6 sheets for each of 5 members."),
        Assignment.BY_HAND: _("The office hands out each sheet. Nobody has one before that."),
    },
}  # fmt: skip

#: Heading → the rules below it, in the order in which a selection meets them.
SECTIONS = (
    (_("From the sheets to the points"), ("aggregation", "quorum", "recused_counts")),
    (_("Who passes"), ("pass_mark", "pass_unit")),
    (_("Equal points"), ("tie_rule",)),
    (_("The money"), ("cut_rule", "allocation")),
    (_("Who scores what"), ("assignment", "sheets_each")),
    (_("What the members see"), ("blind",)),
    (_("What the letter tells the group"), ("tells_points", "tells_criteria", "tells_comment")),
    (_("Source"), ("source",)),
)

#: What no city says for another: it stays as entered when the rubric of another city is loaded.
OWN_RULES = (
    "assignment", "sheets_each", "blind", "tells_points", "tells_criteria", "tells_comment",
)  # fmt: skip


class RubricForm(forms.ModelForm):
    """The rules of a rubric; each says what it does, and begins as not set."""

    class Meta:
        model = Rubric
        fields = [name for _heading, names in SECTIONS for name in names]
        help_texts = {
            "aggregation": _("How one figure comes from the sheets of a proposal."),
            "quorum": _(
                "A proposal with fewer sheets gets no place. Enter 1 where one sheet suffices."
            ),
            "recused_counts": _(
                "A member with a conflict of interest does not score the proposal. Where sheets are handed out, this is only for a sheet that was handed out and then taken out: whoever was excluded before would not have had one. With a plain mean both answers give the same."
            ),
            "pass_mark": _(
                "What the sheets together have to reach. Enter 0 where everybody passes. Example: 70 percent of 50 points are 35 points."
            ),
            "pass_unit": _("Percent are those of the most points a sheet can give."),
            "tie_rule": _(
                "Who goes first with equal points. Whatever still ties is put to the chair."
            ),
            "cut_rule": _("Only whoever reaches the pass mark and every floor gets money."),
            "allocation": _("Never more than was asked for, and never more than is left."),
            "assignment": _("Who gets a sheet when a proposal is referred to the selection."),
            "sheets_each": _(
                "Only where the work is spread evenly; at least as many as a proposal needs for a place."
            ),
            "blind": _(
                "The name of the group, its people and its addresses are hidden from the members while the proposal is in selection. Free text, titles and files are not masked: whoever wrote a name there is known by it. A member who recognises the group still declares a conflict of interest."
            ),
            "tells_points": _(
                "Its own points, the pass mark and its place; never those of others."
            ),
            "tells_criteria": _("The mean of the sheets for each criterion; never who gave what."),
            "tells_comment": _(
                "The comment that the office writes for the subcommittee, not those on the sheets."
            ),
            "source": _("Where the rubric comes from, such as the document and its date."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, explained in EXPLAINED.items():
            self._let_choose(name, list(explained.items()))
        self._let_choose("pass_unit", PassUnit.choices)

    def _let_choose(self, name: str, choices) -> None:
        field = self.fields[name]
        field.widget = forms.RadioSelect()
        field.choices = choices if field.required else [("", _("Not set")), *choices]

    def sections(self):
        """Yield each heading with its fields."""
        for heading, names in SECTIONS:
            yield heading, [self[name] for name in names]


class CriterionForm(forms.ModelForm):
    weight = forms.DecimalField(
        label=_("Weight"), required=False, max_digits=5, decimal_places=2, min_value=0
    )

    class Meta:
        model = Criterion
        fields = ["label_ja", "label_en", "hint", "max_points", "weight", "floor"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.initial.get("label_ja"):
            self.initial.pop("weight", None)  # an empty line stays one

    def clean_weight(self) -> Decimal:
        weight = self.cleaned_data["weight"]
        return Decimal(1) if weight is None else weight


class GradeForm(forms.ModelForm):
    class Meta:
        model = Grade
        fields = ["label", "from_percent", "rate_percent"]


class BaseCriterionFormSet(forms.BaseFormSet):
    caption = _("Criteria")


class BaseGradeFormSet(forms.BaseFormSet):
    caption = _("Grades")


CriterionFormSet = forms.formset_factory(
    CriterionForm, BaseCriterionFormSet, extra=3, can_delete=True, max_num=30, validate_max=True
)
GradeFormSet = forms.formset_factory(
    GradeForm, BaseGradeFormSet, extra=3, can_delete=True, max_num=10, validate_max=True
)


class TieForm(forms.Form):
    """The order that the chair gives to proposals with equal points."""

    def __init__(self, *args, group: list[Standing], **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = [row.proposal.pk for row in group]
        numbers = [(n, str(n)) for n in range(1, len(group) + 1)]
        for row in group:
            self.fields[str(row.proposal.pk)] = forms.TypedChoiceField(
                label=str(row.proposal), choices=[("", _("Choose")), *numbers], coerce=int
            )

    def clean(self) -> dict:
        said = super().clean()
        if len(said) == len(self.keys) and len(set(said.values())) < len(self.keys):
            raise ValidationError(_("Give each proposal a place of its own."))
        return said

    @property
    def order(self) -> list[int]:
        """Ids of the proposals, the best first."""
        return sorted(self.keys, key=lambda key: self.cleaned_data[str(key)])


class AssessedForm(forms.Form):
    """What the subcommittee thinks right for each proposal (査定額)."""

    def __init__(self, *args, rows: list[Standing], **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = [row.proposal.pk for row in rows]
        for row in rows:
            self.fields[self.name_of(row.proposal.pk)] = YenField(
                label=str(row.proposal), required=False, min_value=1,
                max_value=row.requested_yen, initial=row.assessed_yen,
                help_text=_("Requested: %(yen)s yen") % {"yen": f"{row.requested_yen:,}"},
            )  # fmt: skip

    @property
    def amounts(self) -> dict[int, int]:
        """Proposal id → yen, where an amount was entered."""
        return {key: yen for key in self.keys
                if (yen := self.cleaned_data[self.name_of(key)]) is not None}  # fmt: skip

    @staticmethod
    def name_of(proposal: int) -> str:
        """Return the name of a field, which ends as those of all amounts do: people type 70,000."""
        return f"p{proposal}-assessed_yen"


class SeatForm(forms.Form):
    user = RowField(
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


_in_bold = lazy(lambda kind, said: format_html("<strong>{}</strong><br>{}", kind, said), SafeString)


class OwnConflictForm(forms.Form):
    """What a member declares about a proposal."""

    kind = forms.ChoiceField(
        label=_("What connects you with the group?"),
        choices=[(kind.value, _in_bold(kind.label, said)) for kind, said in EXAMPLES.items()],
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

    seat = RowField(label=_("Member"), queryset=PanelSeat.objects.none())
    proposal = RowField(label=_("Proposal"), queryset=Proposal.objects.none())
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


#: Up to so many points a criterion has a button for each; beyond that they are typed.
MOST_BUTTONS = 20


class ScoreForm(forms.Form):
    """One member's points, all of them optional until the sheet is submitted."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    comment = forms.CharField(
        label=_("Comment on the sheet"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "What speaks for the proposal, and what would make it better. The office, approvers and auditors read it; the group and the other members do not. The office sums up the comments of all sheets."
        ),
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
    def _field(criterion: Criterion) -> forms.Field:
        """Return buttons for each point, one of which clears them; a number where they are many."""
        most = criterion.max_points
        words = _("0 to %(most)d points") % {"most": most}
        if criterion.times:
            words += _(", which count %(times)s in the total") % {"times": criterion.times}
        said = {
            "label": criterion.weighted_label,
            "required": False,
            "help_text": f"{words} – {criterion.hint}" if criterion.hint else words,
        }
        if most > MOST_BUTTONS:
            return forms.IntegerField(min_value=0, max_value=most, **said)
        choices = [*((n, n) for n in range(most + 1)), ("", _("No points yet"))]
        return forms.TypedChoiceField(
            choices=choices, coerce=int, empty_value=None, widget=forms.RadioSelect, **said
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
    departure = forms.CharField(
        label=_("Why not as the rules propose?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Needed where the outcome or the amount is another, or the rules leave it to you. Kept with the frozen decision, not in the letter."
        ),
    )

    def __init__(self, *args, proposal: Proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposal = proposal

    def add_error(self, field, error):
        """Name the proposal: all errors of the page stand in one list."""
        told = [f"{self.proposal}: {words}" for words in ValidationError(error).messages]
        super().add_error(field, told)


class WholeDecisionForm(forms.Form):
    """What the office answers for the decision as a whole."""

    missing_reason = forms.CharField(
        label=_("Why is it decided although sheets are missing?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the frozen decision."),
    )

    correction_reason = forms.CharField(
        label=_("What is corrected, and why?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("This decision stands in for an earlier one, which stays on record."),
    )

    def __init__(self, *args, missing: int, corrects: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not missing:
            del self.fields["missing_reason"]
        if not corrects:
            del self.fields["correction_reason"]


class ReconsiderForm(forms.Form):
    """Why a decision is taken up again."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Goes into the letter to the groups."),
    )


class PublishForm(forms.Form):
    """Asks nothing; what is published is what the frozen decision says."""


def lines_of(formset) -> list[dict]:
    """Return the lines that were entered, without those to be removed."""
    return [
        {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


def criteria_of(formset) -> list[dict]:
    """Return the criteria that were entered.

    :raises ValidationError: if there is none.
    """
    kept = lines_of(formset)
    if not kept:
        raise ValidationError(_("Enter at least one criterion."))
    return kept


class DecidedFacts(MoveForm):
    """Names what a decision on a whole round gives each proposal; shown, never filled in."""

    assessed_yen = YenField(label=_("assessed amount (yen)"), required=False)
    rank = forms.IntegerField(label=_("rank"), required=False)


for _verb in VERBS:
    asks("proposal", _verb, DecidedFacts)
