"""What a draft decides of a case, where the move and its facts alone do not say it.

A release of pages, for instance, may publish some and withdraw others by one move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .flow import Text


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided of one case.

    :param label: what is done, in place of the label of the move; empty where that says it.
    :param details: what it is done to, line by line.
    """

    label: Text = ""
    details: Sequence[Text] = field(default_factory=list)


#: (kind, verb) → function of the case's id that says what is decided of it.
_SAID: dict[tuple[str, str], Callable[[int], Decided]] = {}


def decided_in_words(kind: str, *verbs: str):
    """Register ``function(pk)``, which says what a draft of ``verbs`` decides of a case of ``kind``.

    :raises ValueError: if another one says it already.
    """

    def register(function: Callable[[int], Decided]):
        for verb in verbs:
            if _SAID.setdefault((kind, verb), function) is not function:
                raise ValueError(f"Two say what {kind}.{verb} decides.")
        return function

    return register


def decided(kind: str, verb: str, pk: int) -> Decided:
    """Return what a draft decides of a case, as far as anybody says it in words."""
    said = _SAID.get((kind, verb))
    return said(pk) if said else Decided()
