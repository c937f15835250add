"""What stands beside a decision: where it is drafted, and where the approver reads the draft.

A form says what was chosen. What the choice rests on (a calculation, open points) is shown by the app
whose decision it is, to both people alike, as it is now.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from django.utils.safestring import SafeString

from .models import Case

#: (kind, verb) → functions that draw what stands beside that decision.
_SHOWN: dict[tuple[str, str], list[Callable[..., SafeString | str]]] = defaultdict(list)


def beside(kind: str, *verbs: str):
    """Register ``function(case, *, facts, today)``; it returns HTML, or an empty text.

    ``facts`` are those of the draft, and empty while it is being drafted.
    """

    def register(function):
        for verb in verbs:
            if function not in _SHOWN[kind, verb]:
                _SHOWN[kind, verb].append(function)
        return function

    return register


def has_beside(case: Case, verb: str) -> bool:
    """Return whether anything can stand beside the decision ``verb`` on ``case``."""
    return (case.kind, verb) in _SHOWN


def shown_beside(case: Case, verb: str, *, facts: dict, today: date) -> list[SafeString | str]:
    """Return what stands beside the decision ``verb`` on ``case`` now.

    :param case: as its own model; read to be shown, it is asked less.
    """
    functions = _SHOWN.get((case.kind, verb), ())
    drawn = (draw(case, facts=facts, today=today) for draw in functions)
    return [part for part in drawn if part]
