"""The page of a case: its parts, each at an address of its own, and what apps put on them.

A part is one question that people come with: where it stands, what it is about, the money. Its page
asks the database for that and for nothing else.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from .flow import Text


@dataclass(frozen=True, slots=True, eq=False)  # each is itself, in whatever language
class Part:
    """One part of the page of a case.

    :param code: the end of its address; of the first one empty.
    """

    code: str
    label: Text


NOW = Part("", pgettext_lazy("part of a case", "Now"))
REQUIREMENTS = Part("requirements", pgettext_lazy("part of a case", "Requirements"))
CONTENT = Part("content", pgettext_lazy("part of a case", "Content"))
COORDINATION = Part("coordination", pgettext_lazy("part of a case", "Coordination"))
GROUNDS = Part("grounds", pgettext_lazy("part of a case", "Grounds"))
MONEY = Part("money", pgettext_lazy("part of a case", "Money"))
ACTIVITY = Part("activities", pgettext_lazy("part of a case", "Activities"))
REPORTS = Part("reports", pgettext_lazy("part of a case", "Reports"))
VIEWS = Part("views", pgettext_lazy("part of a case", "Views"))
CONTACT = Part("contact", pgettext_lazy("part of a case", "Contact"))
PAPERS = Part("papers", pgettext_lazy("part of a case", "Papers"))
RECORDS = Part("records", pgettext_lazy("part of a case", "Records"))

#: In the order in which they stand in the menu of a case.
PARTS = (
    NOW, GROUNDS, REQUIREMENTS, CONTENT, COORDINATION, MONEY, ACTIVITY, REPORTS, VIEWS, CONTACT,
    PAPERS, RECORDS,
)  # fmt: skip
#: The parts that every case has.
OF_ALL = {NOW, PAPERS, RECORDS}


def to_anybody(case, user) -> bool:
    """Offer a panel to whoever sees the case."""
    return True


@dataclass(frozen=True, slots=True)
class Panel:
    """One box of a part.

    :param context: called with the case and the request; returns the template's context, or
        ``None`` where the box does not show.
    :param offered: called with the case and the user: may it show? Asks the database nothing.
    """

    template: str
    context: Callable[..., dict | None]
    order: int
    part: Part
    offered: Callable[..., bool]


_PANELS: dict[str, list[Panel]] = defaultdict(list)


def panel(
    kind: str, template: str, context: Callable[..., dict | None], order: int = 100,
    *, part: Part = NOW, offered: Callable[..., bool] = to_anybody,
) -> None:  # fmt: skip
    """Add a box to a part of the page of every case of ``kind``.

    :param context: called with the case and the request; ``None`` where nothing is to be shown.
    :param offered: called with the case and the user, before anything is asked; a part in which
        no box is offered to somebody is not in their menu.
    """
    _PANELS[kind].append(Panel(template, context, order, part, offered))


def parts_of(case, user) -> list[Part]:
    """Return the parts of the page of ``case`` that have something for ``user``."""
    found = OF_ALL | {p.part for p in _PANELS[case.kind] if p.offered(case, user)}
    return [part for part in PARTS if part in found]


def panels_of(case, request, part: Part) -> list[tuple[str, dict]]:
    """Return ``(template, context)`` of each box of ``part`` that shows for this person, in order."""
    offered = [p for p in _in_order(case.kind) if p.part == part and p.offered(case, request.user)]
    found = ((p.template, p.context(case, request)) for p in offered)
    return [(template, context) for template, context in found if context is not None]


def _in_order(kind: str) -> list[Panel]:
    return sorted(_PANELS[kind], key=lambda panel: panel.order)
