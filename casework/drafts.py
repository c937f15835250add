"""The forms of a page on which people write: saved as one, compared part by part when two wrote.

A part is a field of the text, or a whole table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.formats import date_format

from .flow import Text
from .models import Case

#: Names of the fields by which a person chooses a part, and the value that takes the saved text.
CHOICE, SAVED = "choose_", "saved"


class Draft:
    """The forms of one page, saved together or not at all; each page has a class of its own.

    Made without data it shows what is saved. A field of the text may be left empty: what is
    missing is asked for when the text is sent, not when it is saved.

    :ivar case: whose text it is; has ``edit_number``.
    :ivar text: the form of the words; its hidden field ``edit_number`` is the number that the page
        was loaded with.
    :ivar tables: label and formset by prefix, in the order of the page.
    """

    case: Case
    text: forms.BaseForm
    tables: dict[str, tuple[Text, forms.BaseFormSet]]

    @property
    def all(self) -> tuple[forms.BaseForm | forms.BaseFormSet, ...]:
        return (self.text, *(formset for _label, formset in self.tables.values()))

    def is_valid(self) -> bool:
        found = [part.is_valid() for part in self.all]  # every part, so that all errors show
        return all(found)

    @property
    def edit_number(self) -> int:
        return self.text.cleaned_data["edit_number"]

    @property
    def fields(self) -> dict:
        """What the text says, by field, once it is valid."""
        return {name: self.text.cleaned_data[name] for name in self._names()}

    def _names(self) -> list[str]:
        return [bound.name for bound in self.text.visible_fields()]

    def parts(self) -> dict[str, Text]:
        """Return the label of each part, in the order of the page."""
        texts = {name: self.text.fields[name].label or "" for name in self._names()}
        return {**texts, **{prefix: label for prefix, (label, _rows) in self.tables.items()}}

    def in_words(self) -> dict[str, list[str]]:
        """Return what a valid draft says, part by part, as lines that a person can compare."""
        said = {bound.name: _lines(bound) for bound in self.text.visible_fields()}
        return {**said, **{prefix: _rows(rows) for prefix, (_label, rows) in self.tables.items()}}


def _lines(bound: BoundField) -> list[str]:
    return _words(bound).splitlines()


def _rows(formset: forms.BaseFormSet) -> list[str]:
    kept = [form for form in formset.forms if not form.cleaned_data.get("DELETE")]
    return [line for form in kept if (line := _row(form))]


def _row(form: forms.BaseForm) -> str:
    """Return a row as one line; a mark alone says nothing."""
    shown = [bound for bound in form.visible_fields() if bound.name != "DELETE"]
    if not [b for b in shown if _words(b) and form.cleaned_data.get(b.name) is not True]:
        return ""
    return " / ".join(words for bound in shown if (words := _words(bound)))


def _words(bound: BoundField) -> str:
    value, field = bound.form.cleaned_data.get(bound.name), bound.field
    if value is None or value is False:
        return ""
    if value is True:
        return str(field.label)
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        labels = {str(key): label for key, label in flatten_choices(field.choices)}
        return str(labels[str(value)]) if value != "" else ""
    return f"{value:,}" if bound.name.endswith("_yen") else str(value)


# When somebody else saved meanwhile


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that two windows hold differently, as lines of text."""

    name: str
    label: Text
    mine: list[str]
    saved: list[str]


def saved_data(shown: Draft) -> dict[str, str]:
    """Return what the page would send if a person changed nothing.

    :param shown: made without data.
    """
    return {name: value for form in _forms_of(shown) for name, value in _as_posted(form)}


def _forms_of(draft: Draft) -> Iterator[forms.BaseForm]:
    yield draft.text
    for _label, formset in draft.tables.values():
        yield formset.management_form
        yield from formset.forms


def _as_posted(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    for name in form.fields:
        value = form[name].value()
        if value is not None and value is not False:  # 0 is a value
            posted = getattr(value, "pk", value)
            yield form.add_prefix(name), "on" if posted is True else str(posted)


def differences(mine: Draft, saved: Draft) -> list[Difference]:
    """Return where two valid drafts differ, in the order of the page."""
    my_words, saved_words, labels = mine.in_words(), saved.in_words(), mine.parts()
    return [
        Difference(name, labels[name], words, saved_words[name])
        for name, words in my_words.items()
        if words != saved_words[name]
    ]


def with_choices(posted: QueryDict, shown: Callable[[], Draft]) -> QueryDict:
    """Return what was posted with the saved text in each part for which a person chose it.

    :param shown: makes the draft without data, where a choice asks for it.
    """
    chosen = [n.removeprefix(CHOICE) for n in posted if n.startswith(CHOICE) and posted[n] == SAVED]
    if not chosen:
        return posted
    draft, data = shown(), posted.copy()
    saved = saved_data(draft)
    for part in draft.parts().keys() & chosen:
        is_table = part in draft.tables
        for name in [n for n in data if _belongs(n, part, is_table)]:
            del data[name]
        data.update({n: v for n, v in saved.items() if _belongs(n, part, is_table)})
    return data


def not_chosen(posted: QueryDict) -> list[str]:
    """Return the parts that the page asked about and that got no answer."""
    return [part for part in posted.getlist("differs") if not posted.get(f"{CHOICE}{part}")]


def typed(posted: QueryDict) -> list[tuple[str, str]]:
    """Return what a person typed, without what the page adds by itself."""
    own = ("csrfmiddlewaretoken", "edit_number", "differs")
    return [(n, v) for n, v in posted.items() if n not in own and not n.startswith(CHOICE)]


def _belongs(name: str, part: str, is_table: bool) -> bool:
    return name.startswith(f"{part}-") if is_table else name == part
