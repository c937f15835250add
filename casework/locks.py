"""What several cases share, locked before any of them: a budget, a round.

Two moves on two cases have no case in common, so the locks of their cases do not keep them from
counting on the same money or the same place. The order is the same everywhere, so that nobody waits
in a circle: a draft that is being decided, what is registered here, in the order of registration,
then the cases by their ids.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedLock:
    """One thing that moves share.

    :param moves: the (kind, verb) pairs that count on it.
    :param take: called with the ids of the cases that make one of these moves.
    """

    moves: frozenset[tuple[str, str]]
    take: Callable[[list[int]], None]


_SHARED: list[SharedLock] = []


def lock_first(*moves: tuple[str, str]):
    """Register the decorated function to lock what ``moves``, (kind, verb) pairs, share."""

    def register(function: Callable[[list[int]], None]):
        _SHARED.append(SharedLock(frozenset(moves), function))
        return function

    return register


def take(moves: Iterable[tuple[str, str, int]]) -> None:
    """Lock what ``moves`` share; to be called before the first of their cases is locked.

    :param moves: kind of case, verb, id of the case.
    """
    wanted = list(moves)
    for lock in _SHARED:
        cases = [case for kind, verb, case in wanted if (kind, verb) in lock.moves]
        if cases:
            lock.take(cases)
