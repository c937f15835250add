"""The one widget for days."""

from django import forms


class DateInput(forms.DateInput):
    """A date field of the browser, which wants ISO whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)
