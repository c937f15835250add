"""What follows a move in the same transaction, registered by whoever it concerns.

The order is that of the apps, lowest first, and within an app that of registration.
``tests/casework/test_consequences.py`` prints and pins the list.
"""

from collections import defaultdict
from collections.abc import Callable

#: (kind, verb) → functions called as ``function(case, by=…, at=…, facts=…)``.
CONSEQUENCES: dict[tuple[str, str], list[Callable]] = defaultdict(list)


def on(kind: str, *verbs: str):
    """Register the decorated function to follow ``verbs`` of ``kind``."""

    def register(function):
        for verb in verbs:
            CONSEQUENCES[kind, verb].append(function)
        return function

    return register


def following(kind: str, verb: str) -> list[Callable]:
    return CONSEQUENCES.get((kind, verb), [])
