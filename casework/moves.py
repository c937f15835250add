"""What a move asks of the person who makes it. Most ask for nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from . import files, received, services
from .models import Case

_FORMS: dict[tuple[str, str], type[forms.Form]] = {}
#: (kind, verb) → what a higher app knows of the answers: function of the case → field → answer.
_ANSWERS: dict[tuple[str, str], Callable[..., dict]] = {}


def asks(kind: str, verb: str, form: type[forms.Form]) -> None:
    """Say that ``verb`` of ``kind`` needs ``form``; its cleaned data become the move's facts.

    A form's ``__init__`` takes ``case=`` and ``today=`` besides what every form takes.

    :raises ValueError: if the move already has a form.
    """
    if (kind, verb) in _FORMS:
        raise ValueError(f"{kind}.{verb} has two forms.")
    _FORMS[kind, verb] = form


def suggests(kind: str, verb: str, answers: Callable[..., dict]) -> None:
    """Let the form of ``verb`` begin with ``answers``, wherever a link to it stands.

    :param answers: called with the case; returns field → answer, for a person to check.
    :raises ValueError: if somebody else suggests answers already.
    """
    if (kind, verb) in _ANSWERS:
        raise ValueError(f"{kind}.{verb} is answered twice.")
    _ANSWERS[kind, verb] = answers


def form_class(kind: str, verb: str) -> type[forms.Form]:
    """Return what a move asks for; a form without fields if it needs nothing."""
    return _FORMS.get((kind, verb), MoveForm)


def form_for(case, verb: str, *args, today, by=None, **kwargs) -> forms.Form:
    """Return the form of a move, bound if data (and files) are given.

    :param by: who makes the move; the office that keys in a paper is asked for its day first.
    """
    answers = _ANSWERS.get((case.kind, verb))
    initial = answers(case) if answers else {}
    form = form_class(case.kind, verb)(*args, case=case, today=today, initial=initial, **kwargs)
    move = case.flow[verb]
    if by is not None and received.is_keyed_in(case, move, by):
        day = received.field_for(case, move, today=today)
        form.fields = {received.RECEIVED_ON: day, **form.fields}
    return form


class MoveForm(forms.Form):
    """Base of the forms of moves.

    :cvar amount_field: the field whose value, in yen, the decision costs the city; who may decide
        a draft depends on it.
    """

    amount_field: ClassVar[str] = ""

    def __init__(self, *args, case, today, **kwargs):
        self.case, self.today = case, today
        super().__init__(*args, **kwargs)

    @property
    def amount_yen(self) -> int | None:
        """What the decision costs the city, in yen; ``None`` if it costs nothing."""
        return self.cleaned_data.get(self.amount_field) if self.amount_field else None

    def told(self, *, by, at: datetime) -> dict:
        """Return what is told the move; a form may first keep apart what is a record of its own.

        Called once the form is valid, in the transaction of the move or of the draft.
        """
        return self.cleaned_data


@transaction.atomic
def make(form: MoveForm, verb: str, *, by, at: datetime) -> Case:
    """Make the move that a valid ``form`` was asked for, and keep the files sent with it.

    :raises: what :func:`casework.services.advance` and :func:`casework.files.store` raise.
    """
    return services.advance(form.case, verb, by=by, at=at, **facts_of(form, by=by, at=at))


@transaction.atomic
def facts_of(form: MoveForm, *, by, at: datetime) -> dict:
    """Return a valid form's data as facts; of a file that was sent, the id it is kept under."""
    return {
        name: _keep(form, name, value, by=by, at=at) if isinstance(value, UploadedFile) else value
        for name, value in form.told(by=by, at=at).items()
    }


def _keep(form: MoveForm, name: str, upload: UploadedFile, *, by, at: datetime) -> int:
    label = str(form.fields[name].label or "")[:100]
    return files.store(form.case, upload, label=label, by=by, at=at).pk
