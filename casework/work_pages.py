"""Pages where the work on a case is done (a form to fill in), which higher apps register.

They stand first in the box "next step": a draft is finished on its own page before any move.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from .flow import Text


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of work.

    :param address: called with the case.
    :param offered: called with the case and the user: is this their work now?
    """

    label: Text
    address: Callable[..., str]
    offered: Callable[..., bool]


_PAGES: dict[str, list[WorkPage]] = defaultdict(list)


def work_page(
    kind: str, label: Text, address: str | Callable[..., str], offered: Callable[..., bool]
) -> None:
    """Offer a page in the box "next step" of cases of ``kind``.

    :param address: the name of a URL that takes the case's id, or a function of the case.
    """
    at = (lambda case: reverse(address, args=[case.pk])) if isinstance(address, str) else address
    _PAGES[kind].append(WorkPage(label, at, offered))


def work_on(case, user) -> list[tuple[Text, str]]:
    """Return (label, address) of the pages on which ``user`` can work on ``case`` now."""
    return [
        (page.label, page.address(case)) for page in _PAGES[case.kind] if page.offered(case, user)
    ]
