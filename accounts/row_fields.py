"""Fields that choose rows: a number that can be the key of none is refused, on every database."""

from django import forms
from django.core.exceptions import ValidationError

from .numbers_named import key_in


class RowField(forms.ModelChoiceField):
    """One of the rows of a list."""

    def to_python(self, value):
        if isinstance(value, str) and value and key_in(value) is None:
            raise ValidationError(
                self.error_messages["invalid_choice"], "invalid_choice", {"value": value}
            )
        return super().to_python(value)


class RowsField(forms.ModelMultipleChoiceField):
    """Some of the rows of a list."""

    def clean(self, value):
        for key in value if isinstance(value, list | tuple) else ():
            if key_in(str(key)) is None:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": key}
                )
        return super().clean(value)
