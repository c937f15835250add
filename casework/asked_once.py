"""What the page of a case asks of it more than once: boxes, moves and notes want the same sums.

A case that was read to be shown answers each of these questions once, and remembers. Whoever writes
reads the case afresh under its lock (``services.locked``): that one remembers nothing.
"""

import functools
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

T = TypeVar("T", bound=Model)


def to_be_shown(thing: T) -> T:
    """Let ``thing``, and what was read with it, remember what it is asked; for a page that only reads."""
    if "_answers" not in thing.__dict__:
        thing.__dict__["_answers"] = {}
        for related in thing._state.fields_cache.values():
            if isinstance(related, Model):
                to_be_shown(related)
    return thing


def is_shown(thing: Model) -> bool:
    """Return whether ``thing`` was read to be shown."""
    return "_answers" in thing.__dict__


def asked_once(question: Callable) -> Callable:
    """Let a function of a model's row be answered once for a row that is shown."""

    @functools.wraps(question)
    def ask(thing, *args):
        answers = thing.__dict__.get("_answers")
        if answers is None:
            return question(thing, *args)
        key = (question, *args)
        if key not in answers:
            answers[key] = question(thing, *args)
        return answers[key]

    return ask
