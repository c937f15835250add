"""How scores become an order: pure functions, exact fractions, one way to round.

Every page, file, draft and frozen decision takes its figures from here, so that a list and a page
cannot disagree.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import floor


def total(points: Iterable[int | None]) -> int | None:
    """Return the points of one sheet together, or ``None`` while one of them is missing."""
    given = list(points)
    if not given or None in given:
        return None
    return sum(p for p in given if p is not None)


def mean(values: Iterable[int]) -> Fraction | None:
    """Return the exact mean, or ``None`` where there is nothing to take it of."""
    given = list(values)
    return Fraction(sum(given), len(given)) if given else None


def ranks(means: Mapping[int, Fraction | None]) -> dict[int, int | None]:
    """Return the place of each by its mean, the highest first.

    Equal means share a place, and the places after it are left out (1, 2, 2, 4). Without a mean
    there is no place.
    """
    values = [value for value in means.values() if value is not None]
    return {
        key: None if value is None else 1 + sum(other > value for other in values)
        for key, value in means.items()
    }


def shown(value: Fraction | None) -> Decimal | None:
    """Return a mean as people see it: to two decimals, halves up."""
    if value is None:
        return None
    return Decimal(floor(value * 100 + Fraction(1, 2))).scaleb(-2)


def passes(value: Fraction | None, pass_mark: Decimal | None) -> bool | None:
    """Return whether an exact mean reaches the pass mark; ``None`` where either is not there."""
    if value is None or pass_mark is None:
        return None
    return value >= Fraction(pass_mark)


def running_totals(amounts_yen: Iterable[int]) -> list[int]:
    """Return the sums of the amounts so far, in yen, in the order given."""
    return list(accumulate(amounts_yen))


def exact(value: Fraction | None) -> str | None:
    """Return a mean as text that loses nothing, such as ``85/3``."""
    return None if value is None else str(value)
