"""Parts of the case page that higher apps add for their kinds of case."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the page.

    :param context: called with the case and the request; returns the template's context, or
        ``None`` where the part does not show.
    """

    template: str
    context: Callable[..., dict | None]
    order: int


_PANELS: dict[str, list[Panel]] = defaultdict(list)


def panel(kind: str, template: str, context: Callable[..., dict | None], order: int = 100) -> None:
    """Add a part to the page of every case of ``kind``.

    :param context: called with the case and the request; ``None`` where nothing is to be shown.
    """
    _PANELS[kind].append(Panel(template, context, order))


def panels_of(case, request) -> list[tuple[str, dict]]:
    """Return ``(template, context)`` of each part that shows for this person, in order."""
    found = ((p.template, p.context(case, request)) for p in _in_order(case.kind))
    return [(template, context) for template, context in found if context is not None]


def _in_order(kind: str) -> list[Panel]:
    return sorted(_PANELS[kind], key=lambda panel: panel.order)
