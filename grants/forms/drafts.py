"""What a group writes into a proposal: one form, three tables, saved together or not at all."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.row_fields import RowField
from casework.drafts import Draft
from grants.models import Proposal
from guideline.models import Edition, Measure, Section

from .fields import text_area
from .lines import BudgetForms

PROSE = ("purpose", "content", "schedule", "effect")
#: Fields of the form that become fields of the proposal, in the order of the page.
FIELDS = ("title", *PROSE, "years", "wished_department")
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
    wished_department = RowField(
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
    """One measure of the guideline, and how the project advances it.

    :param how_label: how that is asked where the project is over.
    """

    measure = forms.TypedChoiceField(
        label=_("Measure"), required=False, coerce=int, empty_value=None
    )
    how = forms.CharField(
        label=_("How the project advances it"), required=False, widget=text_area(3)
    )

    def __init__(self, *args, choices, how_label="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = choices
        if how_label:
            self.fields["how"].label = how_label


class BaseMeasureFormSet(forms.BaseFormSet):
    caption = _("Measures of the guideline")

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
    """Return the measures of the editions in force in the call's year, and those named already.

    They are grouped by section, and by edition where there are several: the current one first.
    """
    offered = Edition.objects.in_force_in(proposal.fiscal_year) or Edition.objects.all()
    named = proposal.proposal_measures.values("measure")
    found = Measure.objects.filter(Q(edition__in=offered) | Q(pk__in=named))
    measures = list(found.select_related("section").by_edition())
    headings = _headings(measures)
    groups: dict[str, list] = {}
    for measure in measures:
        shown = (measure.pk, f"{measure.number}. {measure.name}")
        groups.setdefault(headings[measure.section_id], []).append(shown)
    return [("", _("Choose a measure")), *groups.items()]


def _headings(measures: list[Measure]) -> dict[int, str]:
    """Return by id of a section the name of its main section, after its edition if there are several."""
    mains = {(s.edition_id, s.number): s for s in Section.objects.filter(place=0)}
    several = len({measure.edition_id for measure in measures}) > 1
    headings = {}
    for measure in measures:
        main = mains.get((measure.edition_id, measure.section.number), measure.section)
        words = f"({main.number}) {main.name}"
        headings[measure.section_id] = f"{measure.edition.name} {words}" if several else words
    return headings


class DraftForms(Draft):
    """The page's form: text, both sides of the budget, and measures.

    :param data: what was posted; without it the saved draft is shown.
    """

    text: FieldsForm

    def __init__(self, proposal: Proposal, data=None, *, today):
        self.case = proposal
        self.text = FieldsForm(data, proposal=proposal, today=today)
        lines = list(proposal.budget_lines.order_by("pk"))
        self.budget = BudgetForms(data, lines, proposal.rules)
        named = proposal.proposal_measures.order_by("pk").values("measure", "how")
        self.measures = MeasureFormSet(
            data, prefix="measures", initial=list(named) if data is None else None,
            form_kwargs={"choices": measure_choices(proposal)},
        )  # fmt: skip
        self.tables = {**self.budget.tables, "measures": (_("Measures"), self.measures)}

    def content(self) -> dict:
        """Return what :func:`grants.services.save_draft` takes."""
        return {
            "fields": self.fields,
            "lines": self.budget.rows(),
            "measures": self.measures.rows(),
            "edit_number": self.edit_number,
        }
