"""Where an address in the words of a page leads: to something public here, nowhere, or to another site."""

import io
from collections.abc import Iterator
from enum import Enum, auto
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.utils import translation

from casework import city

from .site import Site, here


class Leads(Enum):
    """What stands at an address."""

    THERE = auto()
    NOWHERE = auto()
    AWAY = auto()


def leads(url: str, site: Site) -> Leads:
    """Return where ``url`` leads for somebody who is not logged in; of other sites nothing is asked."""
    for root in roots(site):
        if f"{url}/".startswith(root):
            path = unquote(url.removeprefix(root).partition("#")[0].partition("?")[0])
            return Leads.THERE if site.read("" if f"{url}/" == root else path) else Leads.NOWHERE
    try:
        asked, own = urlsplit(url), urlsplit(settings.SITE_URL)
    except ValueError:  # no address at all, such as one with half a bracket
        return Leads.NOWHERE
    if asked.netloc != own.netloc:
        return Leads.AWAY
    return Leads.THERE if _is_public(asked.path, asked.query) else Leads.NOWHERE


def roots(site: Site) -> Iterator[str]:
    """Yield the addresses under which the public site stands: here, and where the city put its files."""
    yield from {site.base_url, here(), city.value("public_site_url").rstrip("/") + "/"} - {"/"}


def _is_public(path: str, query: str) -> bool:
    """Return whether anybody gets a page at a path of this system: it is asked for, as a browser would."""
    own = urlsplit(settings.SITE_URL)
    asked = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1") or "/",  # as WSGI has it
            "QUERY_STRING": query,
            "SERVER_NAME": own.hostname or "",
            "SERVER_PORT": str(own.port or (443 if own.scheme == "https" else 80)),
            "wsgi.url_scheme": own.scheme,
            "wsgi.input": io.BytesIO(),
        }
    )
    handler = BaseHandler()
    handler.load_middleware()
    with translation.override(translation.get_language()):  # the page asked for sets its own
        return handler.get_response(asked).status_code == 200
