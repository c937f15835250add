"""The one widget for days, and the one for moments."""

from django import forms


class DateInput(forms.DateInput):
    """A date field of the browser, which wants ISO whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class MomentInput(forms.DateTimeInput):
    """Day and time in one field of the browser; where it has none, it is typed in the same form."""

    input_type = "datetime-local"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)
