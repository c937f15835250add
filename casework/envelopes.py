"""The envelope sender of an e-mail (variable envelope return path): what comes back names its notice.

The address a mail server sends a refusal to is ``bounces+<token>@…``; the token is that of one
attempt to send one notice, and is signed, so that nobody makes one up. It is short, and the same in
small letters and capitals, because mail servers may change these.
"""

import base64
import re
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Notice

#: Characters of the signature: fifty bits.
SIGNED = 10


class Attempt(NamedTuple):
    """One attempt to send one notice.

    :param resent: how often the office had sent the notice again by then.
    """

    notice: int
    resent: int
    number: int


def sender_of(notice: Notice) -> str:
    """Return the envelope sender of the attempt that is being made; the plain sender if none is set."""
    if not settings.BOUNCE_ADDRESS:
        return settings.DEFAULT_FROM_EMAIL
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    attempt = Attempt(notice.pk, notice.resent, notice.attempts)
    return f"{local}+{token_of(attempt)}@{domain}"


def token_of(attempt: Attempt) -> str:
    """Return the token of one attempt: three numbers and their signature."""
    numbers = "-".join(str(number) for number in attempt)
    return f"{numbers}-{_signature(numbers)}"


def _signature(numbers: str) -> str:
    digest = salted_hmac("casework.envelopes", numbers, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:SIGNED]


def attempt_of(token: str) -> Attempt | None:
    """Return the attempt that a token names; ``None`` if this site did not make the token."""
    numbers, _dash, signature = token.lower().rpartition("-")
    if not re.fullmatch(r"\d{1,18}-\d{1,5}-\d{1,5}", numbers):
        return None
    if not constant_time_compare(signature, _signature(numbers)):
        return None
    return Attempt(*map(int, numbers.split("-")))


def tokens_in(text: str) -> list[str]:
    """Return the tokens of all return addresses of this site that ``text`` holds, each once."""
    if not settings.BOUNCE_ADDRESS:
        return []
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    pattern = rf"{re.escape(local)}\+([a-z0-9-]+)@{re.escape(domain)}"
    return list(dict.fromkeys(re.findall(pattern, text, re.IGNORECASE)))
