"""What the moves of proposals and project years ask for."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.row_fields import RowField
from casework.calendar import first_day, last_day
from casework.forms import DateInput, ExtendForm, ReasonForm
from casework.moves import MoveForm, asks
from grants import grounds
from grants.amount import Amount
from grants.budget_limit import over_budget
from grants.endings import what_follows
from grants.limits import limits_yen
from grants.models import ProjectYear, Proposal
from grants.reckoning import grantable

from .answers import AcceptForm
from .fields import YenField, not_in_the_future, text_area
from .rule_words import what_is_open


class SupplementForm(ReasonForm):
    """A supplement has a date: the rule's, or one the office sets where no rule is set."""

    due_on = forms.DateField(label=_("To be answered by"), required=False, widget=DateInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        period = self.case.rules.period("supplement_days")
        field = self.fields["due_on"]
        field.required = period is None
        field.help_text = (
            _("The number of days for a supplement is not set, so set the date here.")
            if period is None
            else _("Leave this empty for the usual time: %(period)s.")
            % {"period": period.in_words()[0]}
        )

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day <= self.today:
            raise ValidationError(_("The date must lie in the future."))
        return day


class DepartmentForm(MoveForm):
    """Which department is asked; the facts keep its id."""

    department = RowField(label=_("Department"), queryset=Department.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        field.queryset = Department.objects.valid_on(self.today).order_by("name", "pk")
        field.initial = self.case.wished_department_id

    def clean_department(self):
        return self.cleaned_data["department"].pk


class NoteForm(MoveForm):
    note = forms.CharField(label=_("Note"), required=False, widget=text_area(4))


class EndForm(MoveForm):
    """The group ends it: a tick, and a reason if it wants to give one."""

    confirm = forms.BooleanField(label=_("Yes, this is to end. It cannot be taken back."))
    reason = forms.CharField(label=_("Reason"), required=False, widget=text_area(4))

    def clean(self):
        self.cleaned_data.pop("confirm", None)
        return self.cleaned_data


def refuse_beyond(amount_yen: int | None, most_yen: int | None, words) -> None:
    """Refuse an amount above a limit; a limit that is not set refuses nothing.

    :raises ValidationError: in ``words``, which name the limit as ``%(most)s``.
    """
    if amount_yen is not None and most_yen is not None and amount_yen > most_yen:
        raise ValidationError(words % {"most": f"{most_yen:,}"})


class GrantForm(MoveForm):
    """The amount; where it is another than what the rules come to, why."""

    amount_field = "granted_yen"

    granted_yen = YenField(label=_("Granted amount"), min_value=1)
    reason = forms.CharField(
        label=_("Reason for another amount than what the rules come to"), required=False,
        widget=text_area(3), help_text=_("Printed in the letter."),
    )  # fmt: skip
    conditions = forms.CharField(
        label=_("Conditions"), required=False, widget=text_area(4),
        help_text=_("Printed in the letter."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.amount = self.what_can_be_granted()
        amount = self.fields["granted_yen"]
        amount.initial = self.reckoned_yen
        amount.help_text = format_html(
            "{}{}",
            render_to_string("grants/_reckoning.html", {"amount": self.amount}),
            self.what_is_open(),
        )

    def what_can_be_granted(self) -> Amount:
        return grantable(self.case)

    @property
    def reckoned_yen(self) -> int:
        """What the field begins with; another amount has a reason."""
        return self.amount.yen

    def what_is_open(self) -> str:
        return what_is_open(self.case, today=self.today)

    def clean_granted_yen(self):
        amount = self.cleaned_data["granted_yen"]
        if refusal := over_budget(self.case, amount):
            raise ValidationError(refusal)
        for most, words in limits_yen(self.case):
            refuse_beyond(amount, most, words)
        return amount

    def clean(self):
        data = super().clean()
        words = _("The rules come to %(reckoned)s yen. Say why another amount is granted.")
        refuse_silence(self, "granted_yen", self.reckoned_yen, words)
        return data


def refuse_silence(form: MoveForm, name: str, reckoned_yen: int | None, words) -> None:
    """Ask for a reason where the amount in the field is another than was reckoned.

    :param words: what to say, naming ``%(reckoned)s``.
    """
    chosen = form.cleaned_data.get(name)
    differs = reckoned_yen is not None and chosen not in (None, reckoned_yen)
    if differs and not form.cleaned_data.get("reason"):
        form.add_error("reason", words % {"reckoned": f"{reckoned_yen:,}"})


class ConfirmForm(MoveForm):
    """The amount; where it is another than the settlement's, which a higher app suggests, why."""

    amount_field = "confirmed_yen"

    confirmed_yen = YenField(label=_("Confirmed amount"))
    reason = forms.CharField(
        label=_("Reason for another amount than the settlement’s"), required=False,
        widget=text_area(4), help_text=_("Printed in the letter."),
    )  # fmt: skip
    why_without_proof = forms.CharField(
        label=_("Why it counts though proofs are missing"), widget=text_area(3)
    )

    def __init__(self, *args, **kwargs):
        """A higher app suggests as ``without_proof`` what proofs are missing, in words."""
        super().__init__(*args, **kwargs)
        missing = self.initial.pop("without_proof", [])
        if not missing:
            del self.fields["why_without_proof"]
            return
        self.fields["why_without_proof"].help_text = format_html(
            "{} <ul>{}</ul>",
            _("Nothing proves these costs yet. The approver reads your reason."),
            format_html_join("", "<li>{}</li>", ((words,) for words in missing)),
        )

    def clean_confirmed_yen(self):
        amount = self.cleaned_data["confirmed_yen"]
        refuse_beyond(
            amount, self.case.granted_yen, _("At most %(most)s yen: more was not granted.")
        )
        return amount

    def clean(self):
        data = super().clean()
        words = _("The settlement comes to %(reckoned)s yen. Say why another amount is confirmed.")
        refuse_silence(self, "confirmed_yen", self.initial.get("confirmed_yen"), words)
        return data


class ContinuationForm(MoveForm):
    """The decision that the project goes on in this year (継続決定)."""

    decided_on = forms.DateField(label=_("Continuation decided on"), widget=DateInput())
    document = forms.CharField(label=_("Document of the decision"), max_length=200)
    reason = forms.CharField(
        label=_("Why the project continues"), required=False, widget=text_area(4),
        help_text=_("It stays in the history of the case, and the group reads it there."),
    )  # fmt: skip

    def clean_decided_on(self):
        return not_in_the_future(self.cleaned_data["decided_on"], self.today)


class GroundForm(ReasonForm):
    """A move that ends what was granted: on which ground, why, and what follows from it.

    :cvar verb: the move.
    """

    verb = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ground"].help_text = render_to_string(
            "grants/_what_follows.html",
            {"lines": what_follows(self.case, self.verb, today=self.today)},
        )


def ground_field(verb: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *grounds.choices(verb)])


class RevokeForm(GroundForm):
    verb = grounds.REVOKE
    ground = ground_field(verb)
    field_order = ("ground", "reason")


class DiscontinueForm(GroundForm):
    verb = grounds.END
    ground = ground_field(verb)
    field_order = ("ground", "ended_on", "reason")
    ended_on = forms.DateField(label=_("Last day of the project"), widget=DateInput())

    def clean_ended_on(self):
        day, year = self.cleaned_data["ended_on"], self.case
        first = year.starts_on or first_day(year.fiscal_year)
        last = year.ends_on or last_day(year.fiscal_year)
        if not first <= day <= last:
            raise ValidationError(_("The day must lie within the project."))
        return day


def later_years(year: ProjectYear) -> list[tuple[int, int]]:
    """Return the fiscal years to which a year can move, as choices."""
    taken = year.years_of_others()
    later = range(year.fiscal_year + 1, year.fiscal_year + 4)
    return [(found, found) for found in later if found not in taken]


class DeferForm(ReasonForm):
    fiscal_year = forms.TypedChoiceField(label=_("To fiscal year"), coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fiscal_year"].choices = later_years(self.case)

    def clean(self):
        """Keep which year it was: the letter names both, and the case then holds only the new one."""
        return {**super().clean(), "from_fiscal_year": self.case.fiscal_year}


class PostponeForm(GroundForm, DeferForm):
    verb = grounds.MOVE
    ground = ground_field(verb)
    field_order = ("ground", "fiscal_year", "reason")


P, Y = Proposal.KIND, ProjectYear.KIND
for kind, verb, form in (
    (P, "send_back", SupplementForm), (P, "accept", AcceptForm), (P, "ineligible", ReasonForm), (P, "lapse", ReasonForm),
    (P, "start_matching", DepartmentForm), (P, "match", NoteForm), (P, "no_match", ReasonForm),
    (P, "fall_through", ReasonForm), (P, "withdraw", EndForm),
    (P, "pass_up", EndForm), (P, "renounce", EndForm), (P, "rescind", ReasonForm),
    (Y, "plan", ContinuationForm), (Y, "defer", DeferForm), (Y, "send_back", SupplementForm), (Y, "grant", GrantForm), (Y, "refuse", ReasonForm),
    (Y, "withdraw", EndForm), (Y, "postpone", PostponeForm), (Y, "not_continue", ReasonForm),
    (Y, "not_fund", ReasonForm), (Y, "discontinue", DiscontinueForm),
    (Y, "confirm", ConfirmForm), (Y, "revoke", RevokeForm),
    (P, "extend", ExtendForm), (Y, "extend", ExtendForm),
):  # fmt: skip
    asks(kind, verb, form)
