"""Fields that choose rows refuse what can be no key, on every database and in every form."""

import pytest
from django import forms
from django.db.models import AutoField

from accounts.models import Department
from accounts.row_fields import RowField, RowsField
from tests import factories
from tests.accounts.all_forms import fields_of_all_forms


class RowForm(forms.Form):
    one = RowField(Department.objects.all(), required=False)
    some = RowsField(Department.objects.all(), required=False)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["9" * 20, "9" * 5000, "-1", "x", "１"])
def test_what_can_be_no_key_is_none_of_the_choices(typed):
    there = factories.department()

    form = RowForm({"one": typed, "some": [there.pk, typed]})

    assert set(form.errors) == {"one", "some"}
    assert str(form)
    found = RowForm({"one": there.pk, "some": [there.pk]})
    assert found.is_valid()
    assert (found.cleaned_data["one"], [*found.cleaned_data["some"]]) == (there, [there])
    assert RowForm({}).is_valid()


def test_every_form_of_the_program_chooses_rows_by_these_fields():
    """A model form's own field may stay: of a key that is a plain number Django refuses itself."""
    fields = fields_of_all_forms(forms.ModelChoiceField)
    others = [one for one in fields if not isinstance(one[1], RowField | RowsField)]

    assert len(fields) > 20
    assert [
        name for name, field in others
        if isinstance(field, forms.ModelMultipleChoiceField)
        or not isinstance(field.queryset.model._meta.pk, AutoField)
    ] == []  # fmt: skip
