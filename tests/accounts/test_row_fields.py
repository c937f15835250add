"""Fields that choose rows refuse what can be no key, on every database and in every form."""

from collections.abc import Iterator

import pytest
from django import forms
from django.db.models import AutoField
from django.urls import get_resolver

from accounts.models import Department
from accounts.row_fields import RowField, RowsField
from tests import factories

APPS = ("accounts", "casework", "guideline", "grants", "reviews", "reporting")


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


def forms_below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from forms_below(one)


def test_every_form_of_the_program_chooses_rows_by_these_fields():
    """A model form's own field may stay: of a key that is a plain number Django refuses itself."""
    get_resolver().url_patterns  # noqa: B018  every form is loaded with its page
    fields = [
        (f"{form.__module__}.{form.__name__}.{name}", field)
        for form in forms_below(forms.BaseForm)
        if form.__module__.partition(".")[0] in APPS
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.ModelChoiceField)
    ]
    others = [one for one in fields if not isinstance(one[1], RowField | RowsField)]

    assert len(fields) > 20
    assert [
        name for name, field in others
        if isinstance(field, forms.ModelMultipleChoiceField)
        or not isinstance(field.queryset.model._meta.pk, AutoField)
    ] == []  # fmt: skip
