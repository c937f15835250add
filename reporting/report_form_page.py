"""The page on which the office changes a form: its questions, one more, and the words of the scores."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.row_fields import RowField
from casework.flow import Text
from casework.windows import ShowsWhatItSaw
from guideline.models import fiscal_year_name

from .models import FormQuestion, ReportForm
from .report_forms import CHANGEABLE, may_be_retired

Kind, Side = FormQuestion.Kind, FormQuestion.Side


class QuestionForm(ShowsWhatItSaw, forms.ModelForm):
    """One question of the form."""

    apart = ("retired",)
    retired = forms.BooleanField(label=_("Ask it no more"), required=False)

    class Meta:
        model = FormQuestion
        fields = CHANGEABLE

    def __init__(self, data, *, instance: FormQuestion):
        super().__init__(data, instance=instance, prefix=f"q{instance.pk}")
        self.caption = instance.label
        if not may_be_retired(instance):
            del self.fields["retired"]


class AddedForm(forms.ModelForm):
    """One more question; without words nothing is added."""

    caption = _("One more question")
    label = forms.CharField(label=_("question"), max_length=100, required=False)
    section = forms.CharField(label=_("section"), max_length=60, required=False)
    position = forms.IntegerField(label=_("place"), min_value=1, max_value=9999, required=False)
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[(k.value, k.label) for k in (Kind.WORDS, Kind.WHOLE)],
    )

    class Meta:
        model = FormQuestion
        fields = ("filled_by", "kind", *CHANGEABLE, "is_public")

    def clean(self):
        data = super().clean()
        if data.get("label"):
            for name in ("section", "position"):
                if not data.get(name):
                    self.add_error(name, _("This is needed for a new question."))
        return data


class ScoreForm(ShowsWhatItSaw, forms.Form):
    """What one score means."""

    words = forms.CharField(label=_("what it means"), max_length=60, required=False)
    words_en = forms.CharField(label=_("what it means, in English"), max_length=60, required=False)
    source = forms.CharField(label=_("source"), max_length=200, required=False)


class FormPage:
    """The forms of the page, saved together or not at all."""

    def __init__(self, form: ReportForm, data=None):
        self.questions = [
            (one, QuestionForm(data, instance=one))
            for one in form.all_questions
            if data is None or f"q{one.pk}-position" in data  # one added meanwhile was not shown
        ]
        self.added = AddedForm(
            data, prefix="new", initial={"filled_by": Side.DEPARTMENT, "kind": Kind.WORDS}
        )
        self.scores = [(n, _score_form(form, n, data)) for n in range(5, 0, -1)]

    @property
    def all(self) -> list[forms.BaseForm]:
        questions = [form for _one, form in self.questions]
        return [*questions, self.added, *(form for _n, form in self.scores)]

    def is_valid(self) -> bool:
        found = [form.is_valid() for form in self.all]
        return all(found)

    def content(self) -> dict:
        """Return what :func:`reporting.report_forms.change_form` takes."""
        said = {one.pk: form.cleaned_data for one, form in self.questions}
        added = self.added.cleaned_data
        return {
            "changed": {
                key: {n: data[n] for n in (*CHANGEABLE, "seen")} for key, data in said.items()
            },
            "retired": [key for key, data in said.items() if data.get("retired")],
            "added": added if added["label"] else None,
            "words": {n: form.cleaned_data for n, form in self.scores},
        }


def _score_form(form: ReportForm, score: int, data) -> ScoreForm:
    word = form.scale.get(score)
    names = ("words", "words_en", "source")
    initial = {name: getattr(word, name) for name in names} if word else {}
    made = ScoreForm(data, prefix=f"score{score}", initial=initial)
    made.caption = str(score)
    return made


class CopyForm(forms.Form):
    """From which fiscal year a copy counts."""

    form = RowField(queryset=ReportForm.objects.none(), widget=forms.HiddenInput)
    first_fiscal_year = forms.TypedChoiceField(label=_("First fiscal year"), coerce=int)

    def __init__(self, data=None, *, initial=None, this_year: int):
        super().__init__(data, initial=initial)
        self.fields["form"].queryset = ReportForm.objects.all()
        years: list[tuple[int, Text]] = [
            (year, fiscal_year_name(year)) for year in (this_year, this_year + 1)
        ]
        self.fields["first_fiscal_year"].choices = years
