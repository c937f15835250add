"""Asking a virus scanner that speaks clamd's INSTREAM: a small client, over TCP or a unix socket."""

import socket
import struct
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

#: How much is sent at once, in bytes.
PIECE = 64 * 1024
#: The longest answer that is read, in bytes.
MAX_ANSWER = 4096


class NoAnswer(Exception):
    """The scanner was not reached, broke off, took too long, or said something else than yes or no."""


def scan(url: str, content: IO[bytes], *, timeout: float) -> str:
    """Send ``content`` to the scanner; return the name of what it found, empty if it is clean.

    :param url: ``tcp://host:3310`` or ``unix:///run/clamav/clamd.ctl``.
    :param timeout: seconds that the whole may take.
    :raises NoAnswer: if the scanner does not say.
    """
    end = monotonic() + timeout
    try:
        with _connected(url, timeout) as line:
            _send(line, content, end)
            return _found(_answer(line, end))
    except (OSError, ValueError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


def _connected(url: str, timeout: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(timeout)
        try:
            line.connect(parts.path)
        except OSError:
            line.close()
            raise
        return line
    if parts.scheme != "tcp" or not parts.hostname:
        raise ValueError("CLAMD_URL must begin with tcp:// or unix://")
    return socket.create_connection((parts.hostname, parts.port or 3310), timeout)


def _rest(end: float) -> float:
    """Return how many seconds are left.

    :raises TimeoutError: if none are.
    """
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError("the scanner took too long")
    return left


def _send(line: socket.socket, content: IO[bytes], end: float) -> None:
    """Send the file in pieces; a scanner that has heard enough hangs up, and has its answer ready."""
    try:
        line.sendall(b"zINSTREAM\0")
        while piece := content.read(PIECE):
            line.settimeout(_rest(end))
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(line: socket.socket, end: float) -> str:
    heard = b""
    while b"\0" not in heard and len(heard) < MAX_ANSWER:
        line.settimeout(_rest(end))
        piece = line.recv(MAX_ANSWER)
        if not piece:
            break
        heard += piece
    return heard.split(b"\0")[0].decode("utf-8", "replace").strip()


def _found(answer: str) -> str:
    """Return what ``stream: NAME FOUND`` names; ``stream: OK`` names nothing."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND").strip() or "?"
    raise NoAnswer(answer[:200] or "the scanner hung up")
