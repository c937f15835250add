"""The kinds of deadlines there are. Higher apps register theirs; each is computed by a pure rule."""

from collections.abc import Callable
from dataclasses import dataclass

from .derivation import Due
from .flow import Text


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder of a ladder.

    :param days: calendar days before the date; negative is after it.
    :param also: parties told besides the one who owes the duty.
    """

    days: int
    also: tuple[str, ...] = ()


#: Two weeks, three days and on the day; the office hears of it when the date has passed.
USUAL_LADDER = (Rung(14), Rung(3), Rung(0), Rung(-1, also=("office",)))


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """One kind of duty with a date.

    :param owed_by: a party code of ``casework.parties``; empty for a right that ends (such as to
        withdraw): nobody owes it, and nobody is late when it has ended.
    :param rule: called with the case, ``at`` and the facts of the move that opens it; returns the
        :class:`~casework.derivation.Due`, or ``None`` where this case owes no such thing.
    """

    code: str
    label: Text
    owed_by: str
    rule: Callable[..., Due | None]
    ladder: tuple[Rung, ...] = USUAL_LADDER


KINDS: dict[str, DeadlineKind] = {}


def register(*kinds: DeadlineKind) -> None:
    """Add ``kinds`` to those a flow may open.

    :raises ValueError: if a code is taken.
    """
    for kind in kinds:
        if kind.code in KINDS:
            raise ValueError(f"There already is a deadline kind {kind.code}.")
        KINDS[kind.code] = kind
