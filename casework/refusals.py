"""Why a move cannot be made yet, said by an app that stands above the one whose table it is.

A row's own conditions know only its app. What a higher app needs first is asked after them, by the
door and by the pages alike, so that a button that would be refused is not offered.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from .flow import Text
from .models import Case

#: (kind, verb) → functions that return why the move cannot be made at a moment, or nothing.
_ASKED: dict[tuple[str, str], list[Callable[..., Text | None]]] = defaultdict(list)


def refuses(kind: str, *verbs: str):
    """Register ``function(case, *, at)``; it returns why the move cannot be made, or ``None``."""

    def register(function):
        for verb in verbs:
            _ASKED[kind, verb].append(function)
        return function

    return register


def refused(case: Case, verb: str, *, at: datetime) -> Text | None:
    """Return the first reason why a higher app refuses ``verb`` now, or ``None``."""
    reasons = (ask(case, at=at) for ask in _ASKED.get((case.kind, verb), ()))
    return next(filter(None, reasons), None)
