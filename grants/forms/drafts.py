"""What a group writes into a proposal: one form, three tables, saved together or not at all."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from casework.flow import Text
from grants.models import Proposal, Side
from guideline.models import Edition, Measure, Section

from .fields import text_area
from .lines import BudgetForms

PROSE = ("purpose", "content", "schedule", "effect")
#: Fields of the form that become fields of the proposal, in the order of the page.
FIELDS = ("title", *PROSE, "years", "wished_department")
#: Prefixes of the tables.
INCOME, EXPENDITURE, MEASURES = "income", "expenditure", "measures"
TABLES = (INCOME, EXPENDITURE, MEASURES)
MOST_MEASURES = 10


class FieldsForm(forms.Form):
    """The text of a proposal. What is empty is listed as missing, and can still be saved."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Name of the project"), max_length=200)
    purpose = forms.CharField(
        label=_("Purpose"), required=False, widget=text_area(),
        help_text=_("What is difficult in the area now, and what should become better."),
    )  # fmt: skip
    content = forms.CharField(
        label=_("What is done"), required=False, widget=text_area(8),
        help_text=_("Who does what, where, for whom, how often."),
    )  # fmt: skip
    schedule = forms.CharField(
        label=_("Schedule"), required=False, widget=text_area(),
        help_text=_("Month by month, in short lines."),
    )  # fmt: skip
    effect = forms.CharField(
        label=_("Effect"), required=False, widget=text_area(),
        help_text=_("How one will see that it became better."),
    )  # fmt: skip
    years = forms.TypedChoiceField(label=_("Years"), coerce=int)
    wished_department = forms.ModelChoiceField(
        label=_("Department the group would like to work with"), required=False,
        queryset=Department.objects.none(), empty_label=_("No wish, or not known yet"),
    )  # fmt: skip

    def __init__(self, data, *, proposal: Proposal, today):
        initial = {name: getattr(proposal, name) for name in ("edit_number", *FIELDS)}
        super().__init__(data, initial=initial)
        self._offer_years(proposal)
        if proposal.matches_department:
            departments = Department.objects.valid_on(today).order_by("name", "pk")
            self.fields["wished_department"].queryset = departments
        else:
            del self.fields["wished_department"]

    def _offer_years(self, proposal: Proposal) -> None:
        longest = proposal.rules.number("max_years")
        if longest is None:
            self.fields["years"] = forms.IntegerField(
                label=_("Years"), min_value=1, max_value=9,
                help_text=_("The longest duration is not set; the office answers."),
            )  # fmt: skip
        else:
            self.fields["years"].choices = [(n, n) for n in range(1, max(longest, 1) + 1)]


class MeasureForm(forms.Form):
    """One measure of the guideline, and how the project advances it."""

    measure = forms.TypedChoiceField(
        label=_("Measure"), required=False, coerce=int, empty_value=None
    )
    how = forms.CharField(
        label=_("How the project advances it"), required=False, widget=text_area(3)
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = choices


class BaseMeasureFormSet(forms.BaseFormSet):
    def total_form_count(self):
        if self.is_bound:
            return super().total_form_count()
        return self.initial_form_count() + 1

    def clean(self):
        named = [row["measure_id"] for row in self.rows()]
        if len(named) != len(set(named)):
            raise ValidationError(_("A measure is named twice. Write it into one row."))

    def rows(self) -> list[dict]:
        return [
            {"measure_id": form.cleaned_data["measure"], "how": form.cleaned_data["how"]}
            for form in self.forms
            if form.cleaned_data.get("measure") and not form.cleaned_data.get("DELETE")
        ]


MeasureFormSet = forms.formset_factory(
    MeasureForm, BaseMeasureFormSet, extra=0, can_delete=True, can_delete_extra=False,
    max_num=MOST_MEASURES, absolute_max=MOST_MEASURES + 5, validate_max=True,
)  # fmt: skip


def measure_choices(proposal: Proposal) -> list:
    """Return the measures of the edition in force, by section, and those named already."""
    editions = Edition.objects.filter(status=Edition.State.IN_FORCE) or Edition.objects.all()
    measures = Measure.objects.filter(edition__in=editions) | Measure.objects.filter(
        pk__in=proposal.proposal_measures.values("measure")
    )
    sections = {
        (section.edition_id, section.number): f"({section.number}) {section.name}"
        for section in Section.objects.filter(place=0)
    }
    groups: dict[str, list] = {}
    found = measures.select_related("section").distinct().order_by("edition", "number")
    for measure in found:
        heading = sections.get((measure.edition_id, measure.section.number), measure.section.name)
        groups.setdefault(heading, []).append((measure.pk, f"{measure.number}. {measure.name}"))
    return [("", _("Choose a measure")), *groups.items()]


class DraftForms:
    """The page's form: text, both sides of the budget, and measures.

    :param data: what was posted; without it the saved draft is shown.
    """

    def __init__(self, proposal: Proposal, data=None, *, today):
        self.proposal, self.today = proposal, today
        self.text = FieldsForm(data, proposal=proposal, today=today)
        self.budget = BudgetForms(data, list(proposal.budget_lines.order_by("pk")))
        self.choices = measure_choices(proposal)
        named = proposal.proposal_measures.order_by("pk").values("measure", "how")
        self.measures = MeasureFormSet(
            data, prefix=MEASURES, initial=list(named) if data is None else None,
            form_kwargs={"choices": self.choices},
        )  # fmt: skip

    @property
    def all(self) -> tuple:
        return (self.text, self.budget.income, self.budget.expenditure, self.measures)

    def is_valid(self) -> bool:
        found = [part.is_valid() for part in self.all]  # every part, so that all errors show
        return all(found)

    @property
    def edit_number(self) -> int:
        return self.text.cleaned_data["edit_number"]

    def content(self) -> dict:
        """Return what :func:`grants.services.save_draft` takes."""
        words = {name: self.text.cleaned_data[name] for name in FIELDS if name in self.text.fields}
        return {"fields": words, "lines": self.budget.rows(), "measures": self.measures.rows()}

    def in_words(self) -> dict[str, list[str]]:
        """Return what the form says, part by part, as lines that a person can compare."""
        said = {
            name: _said(self.text.cleaned_data[name]) for name in FIELDS if name in self.text.fields
        }
        lines = {side: self._lines(side) for side in (INCOME, EXPENDITURE)}
        return {**said, **lines, MEASURES: self._measures()}

    def _lines(self, side: str) -> list[str]:
        rows = (self.budget.income if side == INCOME else self.budget.expenditure).rows(Side(side))
        mark = _("asked of the city")
        return [
            " / ".join(
                str(part)
                for part in (row["label"], row["detail"], f"{row['amount_yen']:,}",
                             mark if row["from_city"] else "")
                if part
            )
            for row in rows
        ]  # fmt: skip

    def _measures(self) -> list[str]:
        names = {pk: name for _group, members in self.choices[1:] for pk, name in members}
        return [f"{names[row['measure_id']]}: {row['how']}" for row in self.measures.rows()]

    def label_of(self, part: str) -> Text:
        tables = {INCOME: _("Income"), EXPENDITURE: _("Expenditure"), MEASURES: _("Measures")}
        return tables.get(part) or self.text.fields[part].label


def _said(value) -> list[str]:
    return str(value).splitlines() if value not in (None, "") else []


# When somebody else saved meanwhile


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a draft that two windows hold differently, as lines of text."""

    name: str
    label: Text
    mine: list[str]
    saved: list[str]


def saved_data(proposal: Proposal, *, today) -> dict[str, str]:
    """Return the saved draft as the page's form would post it."""
    shown = DraftForms(proposal, today=today)
    data = {}
    for part in shown.all:
        for form in (part, *()) if isinstance(part, forms.Form) else (part.management_form, *part):
            data |= _as_posted(form)
    return data


def _as_posted(form: forms.Form) -> dict[str, str]:
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {
        name: "on" if value is True else str(value)
        for name, value in ((n, getattr(v, "pk", v)) for n, v in values.items())
        if value not in (None, False)
    }


def differences(proposal: Proposal, mine: DraftForms) -> list[Difference]:
    """Return where a valid form and the saved draft differ, in the order of the page."""
    saved = DraftForms(proposal, saved_data(proposal, today=mine.today), today=mine.today)
    saved.is_valid()
    my_words, saved_words = mine.in_words(), saved.in_words()
    return [
        Difference(name, mine.label_of(name), words, saved_words[name])
        for name, words in my_words.items()
        if words != saved_words[name]
    ]


def with_choices(posted: QueryDict, proposal: Proposal, *, today) -> QueryDict:
    """Return what was posted with the saved text in each part for which a person chose it."""
    wanted = [part for part in (*FIELDS, *TABLES) if posted.get(f"choose_{part}") == "saved"]
    if not wanted:
        return posted
    data, saved = posted.copy(), saved_data(proposal, today=today)
    for part in wanted:
        for name in [n for n in data if _belongs(n, part)]:
            del data[name]
        data.update({name: value for name, value in saved.items() if _belongs(name, part)})
    return data


def not_chosen(posted: QueryDict) -> list[str]:
    """Return the parts that the page asked about and that got no answer."""
    return [part for part in posted.getlist("differs") if not posted.get(f"choose_{part}")]


def _belongs(name: str, part: str) -> bool:
    return name == part or part in TABLES and name.startswith(f"{part}-")
