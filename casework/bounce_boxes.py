"""Mailboxes that bounces are read from: a folder in the Maildir format, or one of an IMAP server."""

import email
import imaplib
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from .errors import NotPossible

#: Seconds that an IMAP server may take to answer.
PATIENCE = 20


class Mail(NamedTuple):
    """One mail that was not read before.

    :param name: what a report calls it.
    :param mark_read: called when nothing more is to be done with it.
    """

    name: str
    message: Message
    mark_read: Callable[[], object]


def maildir(folder: Path) -> Iterator[Mail]:
    """Yield what lies in ``new`` of a Maildir; what was read moves to ``cur`` as seen.

    :raises NotPossible: if the folder is no Maildir.
    """
    new, cur = folder / "new", folder / "cur"
    if not new.is_dir() or not cur.is_dir():
        raise NotPossible(f"{folder} is no Maildir: it needs the folders new and cur.")
    for path in sorted(path for path in new.iterdir() if path.is_file()):
        message = email.message_from_bytes(path.read_bytes())
        yield Mail(path.name, message, lambda path=path: path.rename(cur / f"{path.name}:2,S"))


def imap(url: str, password: str) -> Iterator[Mail]:
    """Yield the unseen mails of ``imaps://user@host/folder`` (INBOX while none is named).

    Without TLS only a server on this machine is asked, or the password would be heard by others.

    :raises NotPossible: if the address cannot be used.
    :raises OSError: if the server does not answer.
    :raises imaplib.IMAP4.error: if it refuses.
    """
    with _logged_in(url, password) as server:
        _said, found = server.uid("SEARCH", "UNSEEN")
        for uid in found[0].decode().split():
            _said, parts = server.uid("FETCH", uid, "(BODY.PEEK[])")
            raw = next(part[1] for part in parts if isinstance(part, tuple))
            yield Mail(f"UID {uid}", email.message_from_bytes(raw), _marking(server, uid))


def _marking(server: imaplib.IMAP4, uid: str) -> Callable[[], object]:
    return lambda: server.uid("STORE", uid, "+FLAGS", r"(\Seen)")


@contextmanager
def _logged_in(url: str, password: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise NotPossible("Give the address as imaps://user@host/folder.")
    if parts.password:
        raise NotPossible("Give the password as BOUNCE_IMAP_PASSWORD, not in the address.")
    if parts.scheme == "imap" and not _is_this_machine(parts.hostname):
        raise NotPossible("Use imaps: without TLS only a server on this machine is asked.")
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (imaplib.IMAP4_SSL_PORT if parts.scheme == "imaps" else imaplib.IMAP4_PORT)
    with kind(parts.hostname, port, timeout=PATIENCE) as server:
        server.login(unquote(parts.username), password)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        said, why = server.select(f'"{folder}"')
        if said != "OK":
            raise NotPossible(f"The folder {folder} cannot be opened: {why[0].decode()}")
        yield server


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
