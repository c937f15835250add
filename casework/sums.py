"""What the amounts typed into a table come to, also while some of them are wrong."""

from django import forms
from django.core.exceptions import ValidationError


def sum_typed(formset: forms.BaseFormSet, name: str) -> int:
    """Return the sum of a column of whole yen; a removed row and a wrong amount count as nothing.

    :param name: of the column's field, which reads what people type, such as ``85,000円``.
    """
    kept = [form for form in formset.forms if not _is_removed(form)]
    return sum(_whole(form.fields[name], form[name].value()) for form in kept)


def _is_removed(form: forms.BaseForm) -> bool:
    return "DELETE" in form.fields and bool(form["DELETE"].value())


def _whole(field: forms.Field, value: object) -> int:
    try:
        return field.to_python(value) or 0
    except ValidationError:
        return 0
