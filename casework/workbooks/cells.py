"""From what a page posts to what stands in a cell, and back."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from casework.calendar import parse_wareki

#: What is written for yes, and what is read as yes and as no.
MARK = "○"
YES = frozenset(("○", "〇", "◯", "◎", "✓", "✔", "レ", "1", "x", "yes", "true", "はい", "有"))
NO = frozenset(("", "-", "―", "×", "0", "no", "false", "いいえ", "無"))

#: How much a cell can hold, in characters.
MOST_CHARACTERS = 32_767

_SEPARATORS = re.compile(r"[,、\s]")

Cell = str | int | date | None


def options(field: forms.Field) -> list[tuple[str, str]]:
    """Return key and words of what can be chosen; words that are there twice bear their key."""
    if not isinstance(field, forms.ChoiceField):
        return []
    found = [(str(key), plain(str(words))) for key, words in _flat(field) if str(key) != ""]
    said = [words for _key, words in found]
    return [(key, words if said.count(words) == 1 else f"{words} #{key}") for key, words in found]


def speak(form: forms.BaseForm) -> forms.BaseForm:
    """Let the choices of ``form`` keep the words that they have in the language that is active."""
    for field in form.fields.values():
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, str(words)) for key, words in _flat(field)]
    return form


def _flat(field: forms.ChoiceField) -> Iterator[tuple[object, object]]:
    for key, words in field.choices:
        if isinstance(words, list | tuple):
            yield from words
        else:
            yield key, words


def plain(text: str) -> str:
    """Return ``text`` as a cell holds it."""
    return ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def shown(bound: BoundField) -> Cell:
    """Return what stands in the cell of a field: words for a choice, ○ for yes."""
    value, field = bound.value(), bound.field
    if value is None or value == "":
        return None
    if isinstance(field, forms.BooleanField):
        return MARK if value else None
    if isinstance(field, forms.ChoiceField):
        key = str(getattr(value, "pk", value))
        return dict(options(field)).get(key, key)
    if isinstance(value, date | int):
        return value
    return plain(str(value))


def posted(field: forms.Field, value: object, saved: BoundField | None) -> str:
    """Return what the page would post for what stands in a cell; empty for nothing.

    A text that still stands as it was taken is posted as it was saved: a cell cannot hold all signs.

    :param value: as the spreadsheet program stored it.
    :param saved: the field of the page that was shown in the same place.
    :raises ValidationError: if it can be read as nothing of the kind.
    """
    if isinstance(field, forms.BooleanField):
        return _mark("" if value is None else value)
    text = "" if value is None else plain(_text(value))
    for kind, read in _READERS:
        if isinstance(field, kind):
            return read(field, value) if text.strip() else ""
    if saved is None or (shown(saved) or "") != text:
        return text
    return "" if saved.value() is None else str(saved.value())


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _folded(value: object) -> str:
    return unicodedata.normalize("NFKC", _text(value)).strip().casefold()


def _mark(value: object) -> str:
    said = _folded(value)
    if value in YES or said in YES:
        return "on"
    if said in NO:
        return ""
    raise ValidationError(
        _("“%(said)s” is neither yes nor no. Write %(mark)s for yes, or leave it empty.")
        % {"said": value, "mark": MARK}
    )


def _chosen(field: forms.ChoiceField, value: object) -> str:
    """Return the key of the words; what is not among them is for the form to refuse."""
    keys = {_folded(words): key for key, words in options(field)}
    said = _folded(value)
    if said in keys:
        return keys[said]
    raise ValidationError(
        _("“%(said)s” is not among what can be chosen. Choose from the list of this cell.")
        % {"said": _text(value)}
    )


def _day(_field: forms.Field, value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return parse_wareki(_text(value)).isoformat()
    except ValueError:
        raise ValidationError(
            _("“%(said)s” is not a day. Write it such as 2027-04-01 or 令和9年4月1日.")
            % {"said": _text(value)}
        ) from None


def _number(_field: forms.Field, value: object) -> str:
    text = _text(value)
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


_READERS: tuple[tuple[type[forms.Field], Callable[[Any, object], str]], ...] = (
    (forms.ChoiceField, _chosen),
    (forms.DateField, _day),
    (forms.IntegerField, _number),
)
