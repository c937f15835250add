"""The page on which whoever writes a report says what came of each measure."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.forms.fields import text_area

from .measure_outcomes import (
    mark_of_outcomes,
    measures_told_of,
    outcomes_of,
    proofs_of,
)
from .models import CollaborationReport, MeasureOutcome, Report
from .outcome_writing import Outcome

#: The largest figure that is taken for one (a column holds more).
LARGEST = 10**15


class OutcomeForm(forms.Form):
    """What came of one measure; left empty, nothing is said of it."""

    words = forms.CharField(
        label=gettext_lazy("What came of it"), required=False, widget=text_area(3)
    )
    counted = forms.CharField(
        label=gettext_lazy("What the figure counts"), required=False, max_length=100,
        help_text=gettext_lazy("For example: inquiries, visitors, new members."),
    )  # fmt: skip
    figure = forms.IntegerField(
        label=gettext_lazy("Figure"), required=False, min_value=0, max_value=LARGEST
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit"), required=False, max_length=20,
        help_text=gettext_lazy("For example: people, times, yen."),
    )  # fmt: skip
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("What proves it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, measure, how, proofs, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure, self.how = measure, how
        self.fields["evidence"].choices = proofs
        if not proofs:
            del self.fields["evidence"]

    def clean(self):
        data = super().clean()
        figures = ("counted", "figure", "unit")
        said = [name for name in figures if data.get(name) not in ("", None)]
        if said and len(said) < len(figures):
            for name in figures:
                if name not in said and name not in self.errors:
                    self.add_error(name, _("A figure needs what is counted, the number and the unit."))  # fmt: skip
        if (said or data.get("evidence")) and not data.get("words"):
            self.add_error("words", _("Say in words what came of it."))
        return data

    def outcome(self) -> Outcome | None:
        data = self.cleaned_data
        if not data["words"]:
            return None
        evidence = tuple(data.get("evidence", ()))
        return Outcome(
            self.measure.pk, data["words"], data["counted"], data["figure"], data["unit"], evidence
        )


class SeenForm(forms.Form):
    """What the person saw when the page was loaded."""

    seen = forms.CharField(widget=forms.HiddenInput)


class OutcomePage:
    """The forms of the page, saved together or not at all.

    :ivar rows: a form for each measure of the report.
    """

    def __init__(self, report: Report | CollaborationReport, user, data=None):
        told = outcomes_of(report)
        of = {row.measure_id: row for row in told}
        self.proofs = proofs_of(report, user)
        self.seen = SeenForm(data, initial={"seen": mark_of_outcomes(told)})
        self.rows = [
            OutcomeForm(
                data, prefix=f"measure-{measure.pk}", measure=measure, how=how,
                proofs=self.proofs, initial=_initial(of.get(measure.pk)),
            )
            for measure, how in measures_told_of(report)
        ]  # fmt: skip

    @property
    def all(self) -> list[forms.Form]:
        return [self.seen, *self.rows]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.all]
        return all(valid)

    def outcomes(self) -> list[Outcome]:
        found = [form.outcome() for form in self.rows]
        return [row for row in found if row is not None]

    @property
    def seen_mark(self) -> str:
        return self.seen.cleaned_data["seen"]


def _initial(row: MeasureOutcome | None) -> dict:
    if row is None:
        return {}
    return {
        "words": row.words, "counted": row.counted, "figure": row.figure, "unit": row.unit,
        "evidence": [evidence.code for evidence in row.evidence.all()],
    }  # fmt: skip
