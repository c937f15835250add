"""What higher apps add to the page of a call, such as the result of its selection."""

from collections.abc import Callable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .models import Round

#: Template → what gives its context for a round and a request; ``None`` where nothing is to be shown.
_PANELS: dict[str, Callable[[Round, HttpRequest], dict | None]] = {}


def call_panel(template: str, context: Callable[[Round, HttpRequest], dict | None]) -> None:
    """Add a part to the page of every call, which everybody reads; from ``AppConfig.ready``."""
    _PANELS[template] = context


def drawn(call: Round, request: HttpRequest) -> list[SafeString]:
    """Draw what is to be shown for ``call``, in the order in which it was registered."""
    found = ((template, context(call, request)) for template, context in _PANELS.items())
    return [render_to_string(t, context, request) for t, context in found if context is not None]
