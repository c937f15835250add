"""The kinds of long work: what a worker does, who may read it, and where the result is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from .flow import Text

if TYPE_CHECKING:
    from .models import Work
    from .works import Progress

#: Does a work and returns its result, which JSON can hold. It may be done twice, for a worker can
#: die just before it is written down: so it either only reads, or writes what is the same twice.
Doing = Callable[["Work", "Progress"], Any]


def whoever_asked(user) -> Q:
    """Return which works a person may read where each is private to whoever asked."""
    return Q(by=user.pk)


@dataclass(frozen=True, slots=True)
class WorkKind:
    """One kind of long work.

    :param label: what is done, as the heading of its page.
    :param address: where the result is shown, and where it was asked for.
    :param about: what it is about, in the words of the page.
    :param readers: which works of this kind a person may read; those that are bars included.
    :param shared: whether all readers share one work, or each has their own.
    """

    code: str
    label: Text
    do: Doing
    address: Callable[[Work], str]
    about: Callable[[Work], str]
    readers: Callable[[Any], Q]
    shared: bool


KINDS: dict[str, WorkKind] = {}


def work(
    code: str,
    *,
    label: Text,
    address: Callable[[Work], str],
    about: Callable[[Work], str],
    readers: Callable[[Any], Q] | None = None,
):
    """Register the decorated function as what a worker does for works of this kind.

    :param readers: who reads a work that is shared; without, only whoever asked.
    :raises ValueError: if the kind is registered already.
    """

    def register(do: Doing) -> Doing:
        if code in KINDS:
            raise ValueError(f"The kind of work {code} is registered already.")
        shared = readers is not None
        KINDS[code] = WorkKind(code, label, do, address, about, readers or whoever_asked, shared)
        return do

    return register
