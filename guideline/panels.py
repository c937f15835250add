"""What higher apps add to the page of a measure, such as the cases that advance it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from guideline.models import Measure

#: Gets the measure and the request; returns what the template needs, or ``None`` for no panel.
ContextFunction = Callable[[Measure, HttpRequest], dict | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a measure's page that another app draws."""

    template: str
    context: ContextFunction
    order: int


_panels: list[Panel] = []


def register(template: str, context_function: ContextFunction, order: int = 100) -> None:
    """Add a panel to the page of every measure; call it from ``AppConfig.ready``.

    :param order: panels stand in ascending order.
    """
    _panels.append(Panel(template, context_function, order))
    _panels.sort(key=lambda panel: panel.order)


def panels_for(measure: Measure, request: HttpRequest) -> list[SafeString]:
    """Draw the panels of higher apps for ``measure``, as ``request.user`` may see them."""
    drawn = ((panel, panel.context(measure, request)) for panel in _panels)
    return [
        render_to_string(panel.template, context, request)
        for panel, context in drawn
        if context is not None
    ]
