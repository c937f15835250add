"""What people decide for a new fiscal year: when its calls are open, which projects continue."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from grants.rollover.plan import Call, Decisions, Facts, RoundFact, YearFact, new_name

from .fields import not_in_the_future


class NewCallForm(forms.Form):
    """When one call of the new year is open; empty leaves it for another time."""

    first_day = forms.DateField(label=_("First day"), required=False, widget=DateInput())
    last_day = forms.DateField(label=_("Last day"), required=False, widget=DateInput())
    name = forms.CharField(label=_("Name"), max_length=200, required=False)

    def __init__(self, *args, round: RoundFact, fiscal_year: int, today: date, **kwargs):
        kwargs.setdefault("prefix", f"call-{round.pk}")
        super().__init__(*args, **kwargs)
        self.round, self.today, self.caption = round, today, round.name
        self.fields["name"].initial = new_name(round.name, fiscal_year)

    def clean(self):
        data = super().clean()
        first, last = data.get("first_day"), data.get("last_day")
        if bool(first) != bool(last) and not self.errors:
            self.add_error("last_day" if first else "first_day", _("Give both days, or neither."))
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first day."))
        if first and first < self.today:
            self.add_error("first_day", _("The call cannot open in the past."))
        return data

    def call(self) -> Call | None:
        """Return what the valid form says; ``None`` where it is left for another time."""
        data = self.cleaned_data
        if not data.get("first_day"):
            return None
        return Call(data["first_day"], data["last_day"], data["name"].strip())


class ContinueForm(forms.Form):
    """Which projects continue, by one decision (継続決定)."""

    years = forms.TypedMultipleChoiceField(
        label=_("These projects continue"), required=False, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    decided_on = forms.DateField(
        label=_("Continuation decided on"), required=False, widget=DateInput()
    )
    document = forms.CharField(label=_("Document of the decision"), max_length=200, required=False)

    def __init__(self, *args, years: list[YearFact], today: date, **kwargs):
        super().__init__(*args, prefix="continue", **kwargs)
        self.today, self.caption = today, _("Projects of several years")
        self.fields["years"].choices = [(y.pk, f"{y.number} {y.title}") for y in years]

    def clean(self):
        data = super().clean()
        for name in ("decided_on", "document"):
            if data.get("years") and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Say on which day and in which document it was decided."))
        return data

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        return day and not_in_the_future(day, self.today)


class RolloverForms:
    """All that the page of a new year asks for."""

    def __init__(self, data, facts: Facts, *, today: date):
        """:param data: what was sent, or ``None``."""
        told = {"fiscal_year": facts.fiscal_year, "today": today}
        open_calls = [round for round in facts.rounds if round.made is None]
        self.calls = [NewCallForm(data, round=round, **told) for round in open_calls]
        undecided = [year for year in facts.years if year.state == "expected" and not year.in_draft]
        self.projects = ContinueForm(data, years=undecided, today=today) if undecided else None

    @property
    def every(self) -> list[forms.Form]:
        return [*self.calls, *([self.projects] if self.projects else [])]

    def are_valid(self) -> bool:
        wrong = [form for form in self.every if not form.is_valid()]  # each is asked
        return not wrong

    def decisions(self) -> Decisions:
        """Return what the valid forms say."""
        calls = {form.round.pk: call for form in self.calls if (call := form.call())}
        told = self.projects.cleaned_data if self.projects else {}
        years = frozenset(told.get("years", ()))
        if not years:
            return Decisions(calls=calls)
        return Decisions(calls, years, told["decided_on"], told["document"].strip())
