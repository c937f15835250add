"""The way out for e-mails about log-ins and invitations.

All mail of this program leaves through the outbox, where it is stored with the change that caused it,
delivered once, and can be looked up later. The outbox belongs to casework, which stands above this
app and must not be imported here; so casework registers its way of sending from ``AppConfig.ready``.
There is no fallback on purpose: mail that left by another door would be missing from the record.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from accounts.models import User

Sender = Callable[..., object]

_senders: list[Sender] = []


def register(sender: Sender) -> None:
    """Make ``sender`` the way out; it takes what :func:`send` takes, and the last one counts."""
    _senders[:] = [sender]


def send(*, to: str, kind: str, subject: str, body: str, key: str, at: datetime) -> None:
    """Hand one letter to the outbox.

    :param kind: ``account_…``. Such a letter may hold a link that lets its reader in: whoever
        lists the outbox must not show its body to others than its addressee.
    :param key: the same key is sent once.
    :raises LookupError: if no sender is registered.
    """
    if not _senders:
        raise LookupError("No way out for mail: call accounts.mail.register(sender) at start.")
    _senders[0](to=to, kind=kind, subject=subject, body=body, key=key, at=at)


def language_of(address: str) -> str:
    """Return the language a letter to ``address`` is written in."""
    reader = User.objects.filter(email__iexact=address).first()
    return reader.language if reader else settings.LANGUAGE_CODE
