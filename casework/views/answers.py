"""What every form and button does: carry out, say what was refused, go on."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest

from casework.errors import NotPossible


def done(form: BaseForm, act: Callable[[], object]) -> bool:
    """Return whether a valid form's ``act`` went through; a refusal is shown on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, _shown_on(form, refusal))
    except NotPossible as refusal:
        form.add_error(None, str(refusal.why))
    return not form.errors


def _shown_on(form: BaseForm, refusal: ValidationError) -> ValidationError:
    """Return ``refusal`` as it is where the form has the fields it names, else as plain words."""
    named = set(getattr(refusal, "error_dict", ())) - set(form.fields)
    return ValidationError(refusal.messages) if named else refusal


def attempt(request: HttpRequest, act: Callable[[], object], success: str) -> None:
    """Do what a button asks for; a refusal is a message, not an error."""
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except NotPossible as refusal:
        messages.error(request, str(refusal.why))
    else:
        messages.success(request, success)
