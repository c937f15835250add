"""What the amounts typed into a table come to, also while some of them are wrong."""

from django import forms
from django.core.exceptions import ValidationError


def sum_typed(formset: forms.BaseFormSet, name: str) -> int:
    """Return the sum of a column of whole yen; a removed row and a wrong amount count as nothing.

    :param name: of the column's field, which reads what people type, such as ``85,000円``.
    """
    return sum(yen_typed(form, name) for form in kept_rows(formset))


def kept_rows(formset: forms.BaseFormSet) -> list[forms.BaseForm]:
    """Return the rows that are not marked to be removed."""
    return [form for form in formset.forms if not _is_removed(form)]


def yen_typed(form: forms.BaseForm, name: str) -> int:
    """Return the whole yen that stand in a field; 0 where it is empty or cannot be read."""
    return _whole(form.fields[name], form[name].value())


def _is_removed(form: forms.BaseForm) -> bool:
    return "DELETE" in form.fields and bool(form["DELETE"].value())


def _whole(field: forms.Field, value: object) -> int:
    try:
        return field.to_python(value) or 0
    except ValidationError:
        return 0
