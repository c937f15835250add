"""What the moves of proposals and project years ask for."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from casework.calendar import first_day, japan_date, last_day
from casework.forms import DateInput, ExtendForm, ReasonForm
from casework.moves import MoveForm, asks
from grants.eligibility import Check, Outcome, checks
from grants.limits import grant_limits_yen, most_grantable_yen
from grants.models import ProjectYear, Proposal

from .fields import YenField, not_in_the_future, text_area


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

    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        field.queryset = Department.objects.valid_on(self.today).order_by("name", "pk")
        field.initial = self.case.wished_department_id

    def clean_department(self):
        return self.cleaned_data["department"].pk


class NoteForm(MoveForm):
    note = forms.CharField(label=_("Note"), required=False, widget=text_area(4))


class AcceptForm(MoveForm):
    """A person answers the rules that fail or that nothing answers; for a failure in words."""

    note = forms.CharField(label=_("What the office answers"), required=False, widget=text_area(4))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        proposal = self.case
        filed = proposal.submitted_at and japan_date(proposal.submitted_at)
        answers = checks(proposal, on=proposal.received_on or filed or self.today)
        unmet = [check for check in answers if check.outcome != Outcome.PASSES]
        field = self.fields["note"]
        field.required = any(check.outcome == Outcome.FAILS for check in unmet)
        field.error_messages["required"] = _("A rule is not met. Say why the proposal is accepted.")
        if unmet:
            field.help_text = format_html(
                "{} <ul>{}</ul>",
                _("These rules are not met, or only a person can answer them:"),
                format_html_join("", "<li>{}: {}</li>", map(_in_words, unmet)),
            )


def _in_words(check: Check) -> tuple:
    return check.label, Outcome(check.outcome).label


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
    amount_field = "granted_yen"

    granted_yen = YenField(label=_("Granted amount"), min_value=1)
    conditions = forms.CharField(
        label=_("Conditions"), required=False, widget=text_area(4),
        help_text=_("Printed in the letter."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["granted_yen"].initial = most_grantable_yen(self.case)

    def clean_granted_yen(self):
        amount = self.cleaned_data["granted_yen"]
        for most, words in grant_limits_yen(self.case):
            refuse_beyond(amount, most, words)
        return amount


class ConfirmForm(MoveForm):
    """The amount; where it is another than the settlement's, which a higher app suggests, why."""

    amount_field = "confirmed_yen"

    confirmed_yen = YenField(label=_("Confirmed amount"))
    reason = forms.CharField(
        label=_("Reason for another amount than the settlement’s"), required=False,
        widget=text_area(4), help_text=_("Printed in the letter."),
    )  # fmt: skip

    def clean_confirmed_yen(self):
        amount = self.cleaned_data["confirmed_yen"]
        refuse_beyond(
            amount, self.case.granted_yen, _("At most %(most)s yen: more was not granted.")
        )
        return amount

    def clean(self):
        data, settled = super().clean(), self.initial.get("confirmed_yen")
        differs = settled is not None and data.get("confirmed_yen") not in (None, settled)
        if differs and not data.get("reason"):
            words = _(
                "The settlement comes to %(settled)s yen. Say why another amount is confirmed."
            )
            self.add_error("reason", words % {"settled": f"{settled:,}"})
        return data


class ContinuationForm(MoveForm):
    """The decision that the project goes on in this year (継続決定)."""

    decided_on = forms.DateField(label=_("Continuation decided on"), widget=DateInput())
    document = forms.CharField(label=_("Document of the decision"), max_length=200)

    def clean_decided_on(self):
        return not_in_the_future(self.cleaned_data["decided_on"], self.today)


class DiscontinueForm(ReasonForm):
    ended_on = forms.DateField(label=_("Last day of the project"), widget=DateInput())

    def clean_ended_on(self):
        day, year = self.cleaned_data["ended_on"], self.case
        first = year.starts_on or first_day(year.fiscal_year)
        last = year.ends_on or last_day(year.fiscal_year)
        if not first <= day <= last:
            raise ValidationError(_("The day must lie within the project."))
        return day


class PostponeForm(ReasonForm):
    fiscal_year = forms.TypedChoiceField(label=_("To fiscal year"), coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        taken = self.case.years_of_others()
        later = range(self.case.fiscal_year + 1, self.case.fiscal_year + 4)
        self.fields["fiscal_year"].choices = [(year, year) for year in later if year not in taken]

    def clean(self):
        """Keep which year it was: the letter names both, and the case then holds only the new one."""
        return {**super().clean(), "from_fiscal_year": self.case.fiscal_year}


P, Y = Proposal.KIND, ProjectYear.KIND
for kind, verb, form in (
    (P, "send_back", SupplementForm), (P, "accept", AcceptForm), (P, "ineligible", ReasonForm), (P, "lapse", ReasonForm),
    (P, "start_matching", DepartmentForm), (P, "match", NoteForm), (P, "no_match", ReasonForm),
    (P, "fall_through", ReasonForm), (P, "withdraw", EndForm),
    (P, "pass_up", EndForm), (P, "renounce", EndForm), (P, "rescind", ReasonForm),
    (Y, "plan", ContinuationForm), (Y, "defer", PostponeForm), (Y, "send_back", SupplementForm), (Y, "grant", GrantForm), (Y, "refuse", ReasonForm),
    (Y, "withdraw", EndForm), (Y, "postpone", PostponeForm), (Y, "not_continue", ReasonForm),
    (Y, "not_fund", ReasonForm), (Y, "discontinue", DiscontinueForm),
    (Y, "confirm", ConfirmForm), (Y, "revoke", ReasonForm),
    (P, "extend", ExtendForm), (Y, "extend", ExtendForm),
):  # fmt: skip
    asks(kind, verb, form)
