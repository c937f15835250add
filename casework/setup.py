"""What an installation needs before its first call: steps, each read from the rows there are.

Each app registers its own steps from ``AppConfig.ready``; this one never learns of a course.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from .flow import Text


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set.

    :param who: role of the people who can do it.
    :param address: the page where it is done.
    :param done: whether the rows show that it is done.
    """

    what: Text
    why: Text
    who: str
    address: str
    done: bool


#: Called with the Japan date for which the steps are asked.
Part = Callable[[date], Iterable[Step]]

_PARTS: list[tuple[int, Part]] = []


def setup_part(part: Part, order: int) -> None:
    """Ask ``part`` for steps, too; the lower its ``order``, the earlier they are done."""
    _PARTS.append((order, part))


def steps(*, today: date) -> list[Step]:
    """Return all steps in the order in which an installation takes them."""
    in_order = sorted(_PARTS, key=lambda row: row[0])
    return [step for _order, part in in_order for step in part(today)]
