from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.numbers_named import DIGITS

from . import clock


class NotStoredMiddleware:
    """Let no browser keep the pages of somebody who is logged in.

    Whoever declares a conflict of interest, or logs out, does not meet a case again by going back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


class ClockMiddleware:
    """Read the clock once per request: ``request.now``, ``request.today``, and the user's duties."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.now = clock.now()
        request.today = timezone.localdate(request.now)
        if request.user.is_authenticated:
            request.user.act_on(request.today)
        return self.get_response(request)


class NumbersMiddleware:
    """Answer “not found” where an address names a number that no row of any database can have."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> None:
        if any(isinstance(value, int) and value >= 10**DIGITS for value in kwargs.values()):
            raise Http404


class FormsAloneMiddleware:
    """Say in a page what happened, and the way back, where an address takes only what a form sends.

    Who logs in anew after pressing a button is led to such an address, by a plain link to it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", {"above": _page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def _page_above(path: str) -> str:
    """Return the nearest address above ``path`` that there is; the home page if there is none other."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return path
