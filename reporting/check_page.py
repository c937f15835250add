"""The page on which the office checks a report: each line of spending, and what it asks for where."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.windows import ShowsWhatItSaw
from grants.forms.fields import YenField, text_area

from .forms import REPORT_FIELDS
from .line_checks import Asked, Found, standing
from .models import FieldNote, Report, SettlementLine, Verdict
from .told import place_of


class AskForm(ShowsWhatItSaw, forms.Form):
    """What the group is to mend at one place."""

    asked = forms.CharField(
        label=_("What the group is to mend here"), required=False, widget=text_area(2)
    )


class LineCheckForm(ShowsWhatItSaw, forms.Form):
    """What the office found of one line of spending."""

    mark = "judged"
    verdict = forms.ChoiceField(
        label=_("Does it count?"), choices=Verdict.choices, required=False, widget=forms.RadioSelect
    )
    disallowed_yen = YenField(
        label=_("Not allowed (yen)"), required=False,
        help_text=_("Leave this empty if all of it is not allowed."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why it is not allowed"), required=False, max_length=300, widget=text_area(2),
        help_text=_("The group reads this beside the line, and it stands in the letter."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("verdict") == Verdict.DISALLOWED and not data.get("reason"):
            self.add_error("reason", _("Say why it is not allowed."))
        return data

    def found(self, line: SettlementLine) -> Found:
        return Found(line.pk, **self.wanted, seen=self.seen)


class SettledForm(forms.Form):
    """Which of the things asked for earlier are done."""

    settled = forms.TypedMultipleChoiceField(
        label=_("Asked for earlier: what is done"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class CheckPage:
    """The forms of the page, saved together or not at all.

    :ivar lines: each line of spending with the form of what is found of it, and of what is asked for.
    :ivar fields: the name of each field of the report, with the form of what is asked for there.
    :ivar settled: what was asked for earlier and is not ticked off; ``None`` if there is nothing.
    """

    def __init__(self, report: Report, data=None):
        found = report.settlement_lines.filter(side="expenditure").order_by("pk")
        spent = list(found.prefetch_related("receipts__file"))
        notes = list(report.field_notes.being_written())
        asked = {note.field or note.line_id: note.asked for note in notes}
        self.lines = [
            (line, _line_form(line, data), _ask_form(line, asked.get(line.pk, ""), data))
            for line in spent
        ]
        self.fields = [
            (name, AskForm(data, prefix=name, initial={"asked": asked.get(name, "")}))
            for name in REPORT_FIELDS
        ]
        self.settled = settled_form(report, data)

    @property
    def all(self) -> list[forms.Form]:
        of_lines = (form for _line, *both in self.lines for form in both)
        return [*of_lines, *(form for _name, form in self.fields),
                *([self.settled] if self.settled else [])]  # fmt: skip

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.all]
        return all(valid)

    def content(self) -> dict:
        """Return what :func:`reporting.line_checks.check_report` takes."""
        of_lines = [
            Asked(f.cleaned_data["asked"], line=line.pk, seen=f.seen)
            for line, _form, f in self.lines
        ]
        of_fields = [
            Asked(f.cleaned_data["asked"], field=name, seen=f.seen) for name, f in self.fields
        ]
        return {
            "found": [form.found(line) for line, form, _ask in self.lines],
            "asked": of_lines + of_fields,
            "settled": self.settled.cleaned_data["settled"] if self.settled else [],
        }


def _line_form(line: SettlementLine, data) -> LineCheckForm:
    form = LineCheckForm(data, prefix=place_of(line), initial=standing(line).said)
    form.caption = line.label
    return form


def _ask_form(line: SettlementLine, asked: str, data) -> AskForm:
    form = AskForm(data, prefix=place_of(line), initial={"asked": asked})
    form.caption = line.label
    return form


def settled_form(report: Report, data) -> SettledForm | None:
    """Return the list of what was asked for and is not ticked off, if there is any."""
    notes = list(report.field_notes.awaited().select_related("line").order_by("pk"))
    if not notes:
        return None
    form = SettledForm(data)
    form.fields["settled"].choices = [(note.pk, _in_words(note)) for note in notes]
    return form


def _in_words(note: FieldNote) -> Text:
    return f"{note.place}: {note.asked}"
