"""The page of a department's report: the questions of its form as fields, and its tables.

The form is data: words, order and what has to be answered come from its rows; which control a
question gets comes from its kind.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from casework.drafts import Draft
from casework.flow import Text
from grants.forms.drafts import MeasureFormSet
from grants.forms.fields import YenField, text_area
from guideline.models import Measure

from .models import CollaborationReport, FormQuestion
from .models.collaboration import Form
from .models.report_form import ReportForm
from .partner_parts import may_change_scores
from .partners import registered
from .report_page import Said
from .services import WRITTEN_BY_DEPARTMENT
from .versions import plain_figure

Kind = FormQuestion.Kind
MOST_ROWS = 20
#: What is asked of a measure where the project is over.
HOW_IT_WAS_ADVANCED = _("How the collaboration advanced it")


def field_for(question: FormQuestion, scale: dict) -> forms.Field | None:
    """Return the field that asks a question; ``None`` for one that is asked by a table."""
    said = {"label": question.name, "help_text": question.help_text, "required": False}
    if question.kind == Kind.LINE:
        return forms.CharField(**{**said, "required": question.code == "title"}, max_length=200)
    if question.kind == Kind.WORDS:
        return forms.CharField(**said, widget=text_area(5))
    if question.kind == Kind.CHOICE:
        return forms.ChoiceField(**said, choices=[("", _("Choose a form")), *Form.choices])
    if question.kind == Kind.YEN:
        return YenField(**said)
    if question.kind == Kind.WHOLE:
        return forms.IntegerField(**said, min_value=0)
    if question.kind == Kind.SCORE:
        return forms.TypedChoiceField(
            **said, coerce=int, empty_value=None,
            choices=score_choices(scale, may_be_empty=not question.required),
        )  # fmt: skip
    return None


def score_choices(scale: dict, *, may_be_empty: bool = True) -> list[tuple[object, Text]]:
    """Return 5 to 1 with their words, as far as the form has words for them.

    :param may_be_empty: whether no score is an answer; else the first line asks for one.
    """
    worded = [(n, f"{n} – {scale[n].name}" if n in scale else str(n)) for n in range(5, 0, -1)]
    return [("", _("No score") if may_be_empty else _("Choose a score")), *worded]


class QuestionsForm(forms.Form):
    """Every question of a form that is asked by a field. What is empty can be saved."""

    edit_number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data=None, *, questions: list[FormQuestion], form: ReportForm, initial: dict
    ):
        super().__init__(data, initial=initial)
        self.questions = []
        for question in questions:
            field = field_for(question, form.scale)
            if field is not None:
                # What is empty can be saved; the label says that it cannot be sent.
                field.is_needed = question.required
                self.fields[question.code] = field
                self.questions.append(question)


class PartnerRow(forms.Form):
    """A partner; ``partner`` says which row of the report it was, whatever is typed for its name."""

    partner = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Partner"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"list": "registered-groups", "autocomplete": "off"}),
    )  # fmt: skip
    share_yen = YenField(label=_("What it bore (yen)"), required=False)


class FigureRow(forms.Form):
    label = forms.CharField(label=_("What was counted"), required=False, max_length=100)
    value = forms.DecimalField(
        label=_("Figure"), required=False, max_digits=14, decimal_places=2, min_value=0,
        localize=False,
    )  # fmt: skip
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20)

    def clean(self):
        data = super().clean()
        if bool(data.get("label")) != (data.get("value") is not None) and not self.errors:
            raise ValidationError(_("A figure needs both: what was counted, and how many."))
        return data


class Rows(forms.BaseFormSet):
    """Rows that are there, and one more to fill in.

    :cvar key: the field without which a row says nothing.
    """

    caption: Text = ""
    key = ""

    def total_form_count(self):
        return super().total_form_count() if self.is_bound else self.initial_form_count() + 1

    def rows(self) -> list[dict]:
        said = [form.cleaned_data for form in self.forms if form.cleaned_data.get(self.key)]
        kept = [row for row in said if not row.get("DELETE")]
        return [{name: v for name, v in row.items() if name != "DELETE"} for row in kept]


class BasePartners(Rows):
    caption = _("Partners")
    key = "name"

    def clean(self):
        names = [row["name"] for row in self.rows()]
        if len(names) != len(set(names)):
            raise ValidationError(_("A partner is named twice. Write it into one row."))


class BaseFigures(Rows):
    caption = _("Results in figures")
    key = "label"


def _formset(row: type[forms.Form], base: type[Rows]) -> type[Rows]:
    return forms.formset_factory(
        row, base, extra=0, can_delete=True, can_delete_extra=False, max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 5, validate_max=True,
    )  # fmt: skip


PartnerFormSet = _formset(PartnerRow, BasePartners)
FigureFormSet = _formset(FigureRow, BaseFigures)


class CollaborationDraft(Draft):
    """The page of a department's report: its answers, partners, figures, and measures."""

    def __init__(self, report: CollaborationReport, data=None):
        self.case = report
        answers = {one.code: report.answer_to(one) for one in report.questions if _is_field(one)}
        self.text = QuestionsForm(
            data, questions=report.questions, form=report.report_form,
            initial={**answers, "edit_number": report.edit_number},
        )  # fmt: skip
        if not may_change_scores(report):
            for name in ("process_score", "outcome_score"):
                self.text.fields[name].disabled = True
        self.asked: dict[str, list[str]] = {}
        for note in _awaited_notes(report):
            self.asked.setdefault(note.field, []).append(note.asked)
            if note.field in self.text.fields:
                said = self.text.fields[note.field]
                said.said = [*getattr(said, "said", []), Said("asked", note.asked)]
        self.partners = PartnerFormSet(
            data, prefix="partners", initial=_first(data, _partners, report)
        )
        self.figures = FigureFormSet(data, prefix="figures", initial=_first(data, _figures, report))
        self.measures = MeasureFormSet(
            data, prefix="measures", initial=_first(data, _measures, report),
            form_kwargs={"choices": measure_choices(), "how_label": HOW_IT_WAS_ADVANCED},
        )  # fmt: skip
        asked = {one.kind: one.name for one in report.questions}
        offered = {
            Kind.PARTNERS: ("partners", self.partners),
            Kind.FIGURES: ("figures", self.figures),
            Kind.MEASURES: ("measures", self.measures),
        }
        self.tables = {
            prefix: (asked[kind], rows) for kind, (prefix, rows) in offered.items() if kind in asked
        }

    @property
    def on_page(self) -> list[dict]:
        """Each question in its order, with the field or the table that asks it."""
        tables = {Kind.PARTNERS: "partners", Kind.FIGURES: "figures", Kind.MEASURES: "measures"}
        return [
            {
                "question": one,
                "field": self.text[one.code] if one.code in self.text.fields else None,
                "asked": self.asked.get(one.code, ()),
                "table": self.tables.get(tables.get(one.kind, ""), ("", None))[1],
            }
            for one in self.case.questions
        ]

    def content(self) -> dict:
        """Return what :func:`reporting.services.save_collaboration_report` takes."""
        said = {prefix: rows.rows() for prefix, (_label, rows) in self.tables.items()}
        if "partners" in said:
            known = registered(row["name"] for row in said["partners"])
            said["partners"] = [
                {**row, "organization": known.get(row["name"])} for row in said["partners"]
            ]
        return {"fields": self.fields, "measures": [], "edit_number": self.edit_number, **said}


def _awaited_notes(report: CollaborationReport):
    """Return what the office asks the department for: nothing once it accepted what was mended."""
    written = report.state in WRITTEN_BY_DEPARTMENT
    return report.field_notes.awaited().order_by("pk") if written else ()


def _is_field(question: FormQuestion) -> bool:
    return question.kind not in (Kind.PARTNERS, Kind.FIGURES, Kind.MEASURES, Kind.PHOTOS)


def _first(data, rows, report: CollaborationReport) -> list[dict] | None:
    """Return the rows that a table begins with; a posted one brings its own."""
    return rows(report) if data is None else None


def _partners(report: CollaborationReport) -> list[dict]:
    there = list(report.partners.order_by("pk").values("name", "share_yen", partner=F("pk")))
    return there or [{"name": name} for name in report.partner_names.splitlines() if name]


def _figures(report: CollaborationReport) -> list[dict]:
    rows = report.figures.order_by("pk").values("label", "value", "unit")
    return [{**row, "value": plain_figure(row["value"])} for row in rows]


def _measures(report: CollaborationReport) -> list[dict]:
    return list(report.advanced_measures.order_by("pk").values("measure", "how"))


def measure_choices() -> list:
    """Return the measures of all editions, by edition: a report may be about an earlier year."""
    groups: dict[str, list] = {}
    for measure in Measure.objects.by_edition():
        named = (measure.pk, f"{measure.number}. {measure.name}")
        groups.setdefault(measure.edition.name, []).append(named)
    return [("", _("Choose a measure")), *groups.items()]


def registered_names() -> list[str]:
    """Return the names of the confirmed groups, from which the page of a report lets one choose."""
    groups = Organization.objects.standing().filter(confirmed_at__isnull=False)
    return sorted(set(groups.values_list("name", flat=True)))
