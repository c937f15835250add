"""Pages where the work on a case is done (a form to fill in), which higher apps register.

They stand first in the box "next step": a draft is finished on its own page before any move.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from .flow import Text


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of work.

    :param address: called with the case.
    :param offered: called with the case and the user: is this their work now?
    :param finished: called with the case: is nothing missing there any more?
    """

    label: Text
    address: Callable[..., str]
    offered: Callable[..., bool]
    finished: Callable[..., bool]
    order: int


class Work(NamedTuple):
    """A link to a page of work, as the box "next step" shows it.

    :param done: nothing is missing there, so that a move is what comes next.
    """

    label: Text
    url: str
    done: bool = False


_PAGES: dict[str, list[WorkPage]] = defaultdict(list)


def work_page(
    kind: str, label: Text, address: str | Callable[..., str], offered: Callable[..., bool],
    *, finished: Callable[..., bool] = lambda case: False, order: int = 100,
) -> None:  # fmt: skip
    """Offer a page in the box "next step" of cases of ``kind``.

    :param address: the name of a URL that takes the case's id, or a function of the case.
    """
    at = (lambda case: reverse(address, args=[case.pk])) if isinstance(address, str) else address
    _PAGES[kind].append(WorkPage(label, at, offered, finished, order))


def work_on(case, user) -> list[Work]:
    """Return the pages on which ``user`` can work on ``case`` now, the first thing to do first."""
    pages = [page for page in _PAGES[case.kind] if page.offered(case, user)]
    ordered = sorted(pages, key=lambda page: page.order)
    links = [Work(page.label, page.address(case), page.finished(case)) for page in ordered]
    return sorted(links, key=lambda link: link.done)
