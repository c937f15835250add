"""Moves that one decision makes on a whole list (``Move.alone`` is false), such as a selection.

Whoever draws up the list refuses what is not of it. The door and the drafts ask here, so that no
page, import or service decides one of its cases by itself.
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from .errors import NotPossible
from .flow import Move
from .models import Case

NOT_ALONE = _("This is decided for a whole list at once, and drafted on the page of that list.")

#: (kind, verb) → called with the case, the verb and the facts of a move; raises ``NotPossible``.
_LISTS: dict[tuple[str, str], Callable[[Case, str, dict], None]] = {}


def drawn_up_by(kind: str, *verbs: str):
    """Register the decorated function to refuse a move that no list asks for with these facts.

    :raises ValueError: if another list decides one of ``verbs``.
    """

    def register(function):
        for verb in verbs:
            if _LISTS.setdefault((kind, verb), function) is not function:
                raise ValueError(f"{kind}.{verb} is decided on two lists.")
        return function

    return register


def refuse_alone(case: Case, move: Move, facts: dict) -> None:
    """Refuse a move that a list decides, unless the list asks for it with these facts.

    :raises NotPossible: if no list asks for it.
    """
    if move.alone:
        return
    refuse = _LISTS.get((case.kind, move.verb))
    if refuse is None:
        raise NotPossible(NOT_ALONE)
    refuse(case, move.verb, facts)
