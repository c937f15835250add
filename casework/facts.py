"""The facts of a move as a person reads them: under the labels of the form that asked for them."""

from dataclasses import dataclass
from datetime import date

from django import forms

from .flow import Text
from .moves import form_class
from .received import LABEL, RECEIVED_ON

#: No form of a kind has it; any move that is keyed in from paper may.
RECEIVED = forms.DateField(label=LABEL)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    :param kind: yen, day or text: how a page writes the value.
    """

    label: Text
    value: object
    kind: str


def in_words(kind: str, verb: str, facts: dict) -> list[Fact]:
    """Return what a person entered for a move, in the order of its form; what is empty is left out.

    :param facts: as stored, so that days are ISO text.
    """
    fields = {RECEIVED_ON: RECEIVED, **form_class(kind, verb).base_fields}
    told = ((field, name, facts.get(name)) for name, field in fields.items())
    return [_fact(field, name, value) for field, name, value in told if value not in (None, "")]


def _fact(field: forms.Field, name: str, value) -> Fact:
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.model._base_manager.filter(pk=value).first()
        return Fact(field.label, row or value, "text")
    if isinstance(field, forms.DateField):
        return Fact(field.label, date.fromisoformat(str(value)), "day")
    if name.endswith("_yen"):
        return Fact(field.label, value, "yen")
    chosen = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}
    return Fact(field.label, chosen.get(value, value), "text")
