"""Parts of a desk beside its cases. Each app registers its own from ``AppConfig.ready``."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class DeskPanel:
    """One part of a desk.

    :param context: called with the request; returns the template's context, or ``None`` where the
        part does not show.
    """

    template: str
    context: Callable[[HttpRequest], dict | None]
    order: int


_PANELS: dict[str, list[DeskPanel]] = defaultdict(list)


def desk_panel(
    role: str, template: str, context: Callable[[HttpRequest], dict | None], order: int = 100
) -> None:
    """Put a part on the desk of ``role``; the lower its ``order``, the higher it stands."""
    _PANELS[role].append(DeskPanel(template, context, order))


def desk_panels_of(role: str, request: HttpRequest) -> list[tuple[str, dict]]:
    """Return ``(template, context)`` of each part that shows for this person, in order."""
    in_order = sorted(_PANELS[role], key=lambda panel: panel.order)
    found = ((panel.template, panel.context(request)) for panel in in_order)
    return [(template, context) for template, context in found if context is not None]
