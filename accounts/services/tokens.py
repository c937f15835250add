"""Secrets that travel in a link: made here, and stored only as their digest."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse


def new_token() -> str:
    """Return a secret that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_to(page: str, *args: str) -> str:
    """Return the full address of a page, as one who is not on the site needs it."""
    return settings.SITE_URL.rstrip("/") + reverse(page, args=args)
