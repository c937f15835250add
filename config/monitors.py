"""What monitors ask is answered before anything asks the database, which may be down."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from .health import healthz
from .metrics import metrics

VIEWS = {"healthz": healthz, "metrics": metrics}


class MonitorMiddleware:
    """Answer `/healthz` and `/metrics` ahead of the other middleware.

    Who is logged in is read from the database, and so is the clock of a demonstration.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        views = {reverse(name): view for name, view in VIEWS.items()}
        return views.get(request.path_info, self.get_response)(request)
