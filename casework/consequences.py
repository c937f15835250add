"""What follows a move in the same transaction, registered by whoever it concerns.

The order is that of the apps, lowest first, and within an app that of registration; which app is
loaded first does not matter.
``tests/casework/test_consequences.py`` prints and pins the list.
"""

from collections import defaultdict
from collections.abc import Callable

from django.apps import apps

#: (kind, verb) → functions called as ``function(case, by=…, at=…, facts=…)``.
CONSEQUENCES: dict[tuple[str, str], list[Callable]] = defaultdict(list)

#: Those that only look and keep what they saw: a move with no others can still be taken back.
_LOOKING: set[tuple[str, str, Callable]] = set()


def on(kind: str, *verbs: str, binds: bool = True):
    """Register the decorated function to follow ``verbs`` of ``kind``.

    :param binds: whether something follows from what it does, so that the move stands. One that only
        refuses, or keeps on record what it saw, lets the move be taken back; so does one that also
        follows ``TAKE_BACK`` and then undoes what it did.
    """

    def register(function):
        for verb in verbs:
            CONSEQUENCES[kind, verb].append(function)
            if not binds:
                _LOOKING.add((kind, verb, function))
        return function

    return register


def following(kind: str, verb: str) -> list[Callable]:
    """Return what follows ``verb`` of ``kind``, in the order in which it is done."""
    return sorted(CONSEQUENCES.get((kind, verb), []), key=_layer)


def binding(kind: str, verb: str) -> list[Callable]:
    """Return what follows ``verb`` of ``kind`` and makes it stand."""
    return [f for f in following(kind, verb) if (kind, verb, f) not in _LOOKING]


def _layer(function: Callable) -> int:
    """Return how low the app of ``function`` lies; the settings name the highest app first."""
    names = [config.name for config in apps.get_app_configs()]
    app = function.__module__.partition(".")[0]
    return -names.index(app) if app in names else 0
