"""Days that forms and addresses name, and what cannot be counted."""

from datetime import date, timedelta

import pytest
from django import forms
from django.urls import reverse

from accounts.days_named import FIRST, LAST, day_in, require_countable
from accounts.models import Role
from casework.calendar import FIRST_GREGORIAN_DAY, end_of_day, era_of
from casework.date_input import DateInput, MomentInput
from tests import factories
from tests.accounts.all_forms import fields_of_all_forms


class DayForm(forms.Form):
    day = forms.DateField(required=False, widget=DateInput())


class MomentForm(forms.Form):
    day = forms.DateTimeField(required=False, widget=MomentInput())


@pytest.mark.parametrize("typed", ["9999-12-31", "2201-01-01", "1872-12-31", "0001-01-01"])
def test_day_that_cannot_be_counted_is_refused_in_words_by_any_form(typed):
    words = {"day": ["Write a day in the years 1873 to 2200."]}

    assert DayForm({"day": typed}).errors == words
    assert MomentForm({"day": f"{typed}T23:59"}).errors == words
    assert day_in(typed) is None


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_every_other_day_is_taken_written_and_counted_on_from(day):
    form = DayForm({"day": day.isoformat()})

    assert form.is_valid() and form.cleaned_data["day"] == day == day_in(day.isoformat())
    assert MomentForm({"day": f"{day.isoformat()}T09:00"}).is_valid()
    assert era_of(day) and end_of_day(day).date() == day + timedelta(days=1)


def test_first_day_is_that_of_the_calendar_and_an_empty_field_stays_empty():
    assert FIRST == FIRST_GREGORIAN_DAY
    assert DayForm({"day": ""}).is_valid() and MomentForm({"day": ""}).is_valid()
    assert [day_in(text) for text in (None, "", "x", "2026-02-30")] == [None] * 4
    assert day_in("2026-02-28") == date(2026, 2, 28)


def test_every_form_of_the_program_was_told_before_it_was_written():
    fields = fields_of_all_forms((forms.DateField, forms.DateTimeField))

    assert len(fields) > 40
    assert [name for name, field in fields if require_countable not in field.validators] == []


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["9999-12-31", "0001-01-01"])
def test_address_that_names_such_a_day_is_a_page(client, asked):
    client.force_login(factories.user(Role.ADMINISTRATOR))

    assert client.get(reverse("accounts:change-over"), {"last_day": asked}).status_code == 200
