"""What a group writes into a request for a change, and what the decision on it asks for."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.drafts import Draft
from casework.forms import ReasonForm
from casework.moves import asks
from casework.notice_words import in_words
from grants import grounds
from grants.amount import Amount
from grants.change_effects import too_much
from grants.models import ChangeRequest, ProjectYear
from grants.reckoning import changed_amount, changed_yen

from .fields import text_area
from .lines import BudgetForms
from .moves import EndForm, GrantForm, later_years
from .projects import PlanForm

AsksFor = ChangeRequest.AsksFor

#: What is asked for → the fields that say it, in the order of the page.
FIELDS = {
    AsksFor.CHANGE: ("content", "starts_on", "ends_on", "reason"),
    AsksFor.END: ("ends_on", "ground", "reason"),
    AsksFor.POSTPONE: ("to_fiscal_year", "ground", "reason"),
}
#: What is asked for → the move of the project year that follows.
MOVES = {AsksFor.END: grounds.END, AsksFor.POSTPONE: grounds.MOVE}


class ChangeForm(PlanForm):
    """The request itself."""

    to_fiscal_year = forms.TypedChoiceField(
        label=_("To fiscal year"), required=False, coerce=int, empty_value=None
    )
    ground = forms.ChoiceField(label=_("Ground"), required=False)
    reason = forms.CharField(label=_("Why it is to change"), required=False, widget=text_area(4))

    def __init__(self, data=None, *, change: ChangeRequest):
        names = ("edit_number", *FIELDS[change.asks_for])
        super().__init__(data, initial={name: getattr(change, name) for name in names})
        self.fiscal_year = change.fiscal_year
        self.fields = {name: self.fields[name] for name in names}
        if verb := MOVES.get(change.asks_for):
            self.fields["ground"].choices = [
                ("", _("Choose the ground")),
                *grounds.choices(verb, sourced=False),
            ]
        if change.asks_for == AsksFor.END:
            self.fields["ends_on"].help_text = _last_days(change.project_year)
        if "to_fiscal_year" in self.fields:
            years = later_years(change.project_year)
            self.fields["to_fiscal_year"].choices = [("", _("Choose the fiscal year")), *years]


def _last_days(year: ProjectYear) -> str:
    """Return in words between which days a project can end early."""
    if not (year.starts_on and year.ends_on):
        return ""
    days = {"first": in_words(year.starts_on), "last": in_words(year.ends_on)}
    return _("A day of the project as it stands: from %(first)s to %(last)s.") % days


class ChangeDraft(Draft):
    """The page of a request: its words and days, and, of a changed plan, both sides of its budget."""

    def __init__(self, change: ChangeRequest, data=None):
        self.case = change
        self.text = ChangeForm(data, change=change)
        self.budget = None
        self.tables = {}
        if change.changes_the_plan:
            lines = list(change.budget_lines.order_by("pk"))
            self.budget = BudgetForms(data, lines, change.rules)
            self.tables = self.budget.tables

    def content(self) -> dict:
        """Return what :func:`grants.services.save_change` takes."""
        lines = self.budget.rows() if self.budget else []
        return {"fields": self.fields, "lines": lines, "edit_number": self.edit_number}


class ApproveChangeForm(GrantForm):
    """The grant after the change; where the year ends or moves instead, nothing but a condition."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.case.changes_the_plan:
            self.fields = {}

    def what_can_be_granted(self) -> Amount:
        return changed_amount(self.case)

    @property
    def reckoned_yen(self) -> int:
        return changed_yen(self.case)

    def what_is_open(self) -> str:
        return ""

    def clean_granted_yen(self):
        amount = self.cleaned_data["granted_yen"]
        if refusal := too_much(self.case, amount):
            raise ValidationError(refusal)
        return amount


CHANGE = ChangeRequest.KIND
asks(CHANGE, "send_back", ReasonForm)
asks(CHANGE, "withdraw", EndForm)
asks(CHANGE, "approve", ApproveChangeForm)
asks(CHANGE, "refuse", ReasonForm)
