"""What is asked before cases pass from one clerk or department to another."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.row_fields import RowField

from .case_sorts import SORTS
from .handover import clerks_on, ever_clerks
from .models.case import KINDS, CaseQuerySet
from .templatetags.components import fiscal_year_tag

#: The choice for the cases that nobody is in charge of.
NOBODY = "nobody"


class NarrowForm(forms.Form):
    """Which of the open cases: where they stand, of which year, of which sort."""

    state = forms.ChoiceField(label=_("State"), required=False)
    fiscal_year = forms.ChoiceField(label=_("Fiscal year"), required=False)

    def __init__(self, *args, cases: CaseQuerySet, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.cases, self.on = cases, on
        everything = ("", _("All"))
        found = sorted(set(cases.order_by().values_list("kind", "state", "fiscal_year").distinct()))
        self.fields["state"].choices = [everything, *_states({row[:2] for row in found})]
        years = sorted({year for _kind, _state, year in found}, reverse=True)
        self.fields["fiscal_year"].choices = [everything, *((y, fiscal_year_tag(y)) for y in years)]
        for code, sort in SORTS.items():
            self.fields[code] = forms.ChoiceField(
                label=sort.label, required=False, choices=[everything, *sort.choices()]
            )

    def narrowed(self) -> CaseQuerySet:
        """Return what the valid form asks for."""
        told, cases = self.cleaned_data, self.cases
        if told.get("state"):
            kind, _colon, state = told["state"].partition(":")
            cases = cases.filter(kind=kind, state=state)
        if told.get("fiscal_year"):
            cases = cases.filter(fiscal_year=int(told["fiscal_year"]))
        for code, sort in SORTS.items():
            if told.get(code):
                cases = cases.filter(pk__in=sort.ids(told[code]))
        return cases


def _states(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (f"{kind}:{stage.code}", f"{model.label} – {stage.label}")
        for kind, model in KINDS.items()
        for stage in model.flow.stages.values()
        if (kind, stage.code) in found
    ]


class ClerkHandoverForm(NarrowForm):
    """From which clerk to which."""

    giver = forms.ChoiceField(label=_("From whom"))
    taker = RowField(label=_("To whom"), queryset=User.objects.none())
    department = forms.ChoiceField(label=_("Department"), required=False)
    field_order = ["giver", "taker", "state", "fiscal_year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = ever_clerks(self.cases).order_by("name", "pk")
        self.fields["giver"].choices = [
            ("", "---------"), *((p.pk, str(p)) for p in people), (NOBODY, _("Nobody yet")),
        ]  # fmt: skip
        self.fields["taker"].queryset = clerks_on(self.on).order_by("name", "pk")
        departments = Department.objects.filter(pk__in=self.cases.order_by().values("department"))
        named = [(found.pk, str(found)) for found in departments.order_by("name", "pk")]
        self.fields["department"].choices = [("", _("All")), *named]

    def clean_giver(self) -> User | None:
        chosen = self.cleaned_data["giver"]
        return None if chosen == NOBODY else User.objects.get(pk=chosen)

    def clean(self):
        told = super().clean()
        if told.get("giver") is not None and told.get("giver") == told.get("taker"):
            self.add_error("taker", _("Choose two different people."))
        return told

    def narrowed(self) -> CaseQuerySet:
        told = self.cleaned_data
        cases = super().narrowed().filter(clerk=told["giver"])
        return cases.filter(department=told["department"]) if told.get("department") else cases


class DepartmentHandoverForm(NarrowForm):
    """From which department to which; of one that was renamed or merged, its successor is offered."""

    giver = RowField(label=_("From whom"), queryset=Department.objects.none())
    taker = RowField(
        label=_("To whom"), queryset=Department.objects.none(), required=False,
        help_text=_("Leave this empty for the successor that is recorded."),
    )  # fmt: skip
    field_order = ["giver", "taker", "state", "fiscal_year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        every = Department.objects.select_related("successor").order_by("name", "pk")
        self.fields["giver"].queryset = every
        standing = Department.objects.valid_on(self.on).order_by("name", "pk")
        self.fields["taker"].queryset = standing

    def clean(self):
        told = super().clean()
        giver, taker = told.get("giver"), told.get("taker")
        if giver is not None and taker is None and "taker" not in self.errors:
            taker = told["taker"] = giver.standing_successor(self.on)
            if taker is None:
                self.add_error("taker", _("No successor is recorded. Choose a department."))
        if giver is not None and giver == taker:
            self.add_error("taker", _("Choose two different departments."))
        return told

    def narrowed(self) -> CaseQuerySet:
        return super().narrowed().filter(department=self.cleaned_data["giver"])
