"""A file that somebody hands in and that has faults: each is told with its line, and nothing is taken."""

from collections.abc import Iterable
from typing import Protocol


class LineFault(Protocol):
    """What is wrong, in words by ``str()``, and on which line; 0 is the file as a whole."""

    @property
    def line(self) -> int: ...


class Faulty(Exception):
    """A file has faults; nothing of it may be taken."""

    def __init__(self, faults: Iterable[LineFault]):
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))
