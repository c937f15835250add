"""The form in which the office writes what a month of a measure's year brings: planned, and done."""

from collections.abc import Iterator, Mapping

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dates import MONTHS as NAMES
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .models import BY_MONTH, MONTH_WORDS, MONTHS, RINGS, MeasureYear

#: How a field of the form begins → the words by month that it holds, and what it is called.
KINDS = {
    "plan": ("plan_by_month", _("{month}: planned")),
    "result": ("result_by_month", _("{month}: done")),
}


def _words(label) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=MONTH_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class MonthsForm(forms.Form):
    """What is planned for each month of a fiscal year, and what was done in it."""

    edit_number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for month in MONTHS:
            for kind, (_name, label) in KINDS.items():
                words = _words(format_lazy(label, month=NAMES[month]))
                self.fields[f"{kind}_{month}"] = words

    @classmethod
    def of(cls, year: MeasureYear) -> "MonthsForm":
        """Return the form that shows a year's row as it stands."""
        return cls(initial={**_said(year), "edit_number": year.edit_number})

    def over(self, year: MeasureYear) -> "MonthsForm":
        """Return what was typed, to be saved over the row as it stands now."""
        typed = {name: self[name].value() for name in self.fields}
        return MonthsForm(initial={**typed, "edit_number": year.edit_number})

    def values(self, year: MeasureYear) -> dict:
        """Return what is to be written of ``year``.

        A month with words is ticked, and so is one with a ring; where the words are taken out, the tick
        goes with them.
        """
        written: dict = {}
        for kind, (name, _label) in KINDS.items():
            words = {str(month): self.cleaned_data[f"{kind}_{month}"] for month in MONTHS}
            written[name] = {m: said for m, said in words.items() if said and said not in RINGS}
            written[BY_MONTH[name]] = ticked(year, name, words)
        return written

    def fields_of(self, month: int) -> list[BoundField]:
        return [self[f"{kind}_{month}"] for kind in KINDS]

    def otherwise(self, year: MeasureYear) -> Iterator[tuple[str, str]]:
        """Yield label and words of each month of which the row says something else than was typed."""
        there = _said(year)
        for name, field in self.fields.items():
            if name in there and there[name] != self.cleaned_data[name]:
                yield field.label, there[name]


def _said(year: MeasureYear) -> dict[str, str]:
    """Return the words of a row by the names of the fields."""
    return {
        f"{kind}_{month}": getattr(year, name).get(str(month), "")
        for kind, (name, _label) in KINDS.items()
        for month in MONTHS
    }


def ticked(year: MeasureYear, name: str, words: Mapping[str, str]) -> list[int]:
    """Return the months that are ticked once ``words`` are typed in.

    :param name: of the words by month, such as ``plan_by_month``.
    :param words: by month; empty where nothing is typed.
    """
    before = {int(month) for month in getattr(year, name)}
    bare = set(getattr(year, BY_MONTH[name])) - before
    return [month for month in MONTHS if month in bare or words.get(str(month))]
