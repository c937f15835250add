"""What a move asks of the person who makes it. Most ask for nothing."""

from django import forms

_FORMS: dict[tuple[str, str], type[forms.Form]] = {}


def asks(kind: str, verb: str, form: type[forms.Form]) -> None:
    """Say that ``verb`` of ``kind`` needs ``form``; its cleaned data become the move's facts.

    A form's ``__init__`` takes ``case=`` and ``today=`` besides what every form takes.

    :raises ValueError: if the move already has a form.
    """
    if (kind, verb) in _FORMS:
        raise ValueError(f"{kind}.{verb} has two forms.")
    _FORMS[kind, verb] = form


def form_for(case, verb: str, *args, today, **kwargs) -> forms.Form:
    """Return the form of a move, bound if data is given; a form without fields if none is needed."""
    return _FORMS.get((case.kind, verb), MoveForm)(*args, case=case, today=today, **kwargs)


class MoveForm(forms.Form):
    """Base of the forms of moves."""

    def __init__(self, *args, case, today, **kwargs):
        self.case, self.today = case, today
        super().__init__(*args, **kwargs)
