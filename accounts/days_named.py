"""Days that a form or an address names: those that a page can write, and that can be counted on from."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Before it the months of Japan were others, and no era has such a day.
#: Source: 明治5年太政官布告第337号.
FIRST = date(1873, 1, 1)
#: Far behind any deadline, and far before the last day that a computer counts: each has a next day.
LAST = date(2200, 12, 31)


def is_countable(day: date) -> bool:
    """Return whether a day can be written in eras and counted on from."""
    return FIRST <= day <= LAST


def day_in(text: str | None) -> date | None:
    """Return the day that ``text`` is in ISO form, or ``None`` where it is none of these days."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if is_countable(day) else None


def require_countable(typed: date) -> None:
    """Refuse a day, or a moment on a day, with which nothing can be counted.

    :raises ValidationError: before ``FIRST`` or after ``LAST``.
    """
    if not is_countable(date(typed.year, typed.month, typed.day)):
        raise ValidationError(
            _("Write a day in the years %(first)d to %(last)d.")
            % {"first": FIRST.year, "last": LAST.year}
        )


def let_every_form_refuse() -> None:
    """Let each field for days or moments, of any form, refuse what cannot be counted; called once."""
    for field in (forms.DateField, forms.DateTimeField):
        field.default_validators = [*field.default_validators, require_countable]
