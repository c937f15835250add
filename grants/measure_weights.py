"""How the yen of a case are shared among the measures that it advances: by weight, exactly.

A weight is a whole percent. Those of a case add up to 100, so that a person can say: "sixty of every
hundred yen are for measure 5".
"""

from collections.abc import Sequence

#: What the weights of a case add up to.
WHOLE = 100


def equal_weights(count: int) -> list[int]:
    """Return ``count`` weights that are as equal as whole percents can be; the first ones are larger.

    >>> equal_weights(3)
    [34, 33, 33]
    """
    return shares(WHOLE, [1] * count)


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Share a whole amount by weights; the shares are whole and add up to the amount.

    Each share is rounded down. What is left over goes, one unit each, to those who lost most by
    that; among equals to whoever stands first.

    >>> shares(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    found = [amount * weight // whole for weight in weights]
    lost_most = sorted(
        range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at)
    )  # fmt: skip
    for at in lost_most[: amount - sum(found)]:
        found[at] += 1
    return found
