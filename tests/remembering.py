"""Rows that a maker of test data wrote once are written again, not worked out again.

Whoever begins from the same rows and is given the same makes the same. So ``@remembered`` keeps,
for the tests of one file, the statements by which a maker wrote, and repeats them where it is asked
again after the same beginning: a case that is granted costs what its rows cost, and not each move
that led there. It is the makers of a test's beginning that are remembered, never what a test is
about. Tests that commit make all anew, and so do those on PostgreSQL, whose sequences do not go
back with a transaction.
"""

import functools
import hashlib
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ParamSpec, TypeVar

from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.utils import translation

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Journal:
    """What was written since the beginning of one test.

    :param mark: what tells this course of writing from any other.
    """

    mark: bytes
    writes: list[tuple] = field(default_factory=list)
    numbers: int = 1_000  # above those of a world that stands beneath the test

    def note(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        """Take down a statement that writes; one of Django's ``execute_wrapper``."""
        if not sql.startswith(("SELECT", "EXPLAIN", "PRAGMA")):
            self.writes.append((sql, params, many))
            self.mark = _digest(self.mark, sql.encode(), repr(params).encode())
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Memory:
    """What one maker wrote, what waits for the commit, the last number it took, what it returned."""

    writes: list[tuple]
    after_commit: list[tuple]
    numbers: int
    value: bytes


_journal: Journal | None = None
_memories: dict[bytes, Memory] = {}
_common_numbers = count(1)


def number() -> int:
    """Return a number that no earlier call of this test got: the same ones in every test."""
    if _journal is None:
        return next(_common_numbers)
    _journal.numbers += 1
    return _journal.numbers


def forget() -> None:
    """Forget all, as the tests of another file begin."""
    _memories.clear()


@contextmanager
def journal() -> Iterator[None]:
    """Take down what one test writes, from its first row on."""
    global _journal
    outer, _journal = _journal, Journal(_digest(repr(_last_numbers()).encode()))
    try:
        with connection.execute_wrapper(_journal.note):
            yield
    finally:
        _journal = outer


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """Let a maker repeat what it wrote for the same beginning, arguments, language and settings.

    What it is given stays as it was, and what it returns is its caller's own, the first time too.
    """

    @functools.wraps(make)
    def remember(*args: P.args, **kwargs: P.kwargs) -> T:
        if _journal is None or (asked := _frozen(_asked(make, args, kwargs))) is None:
            return make(*args, **kwargs)
        mark = _digest(_journal.mark, asked)
        if mark in _memories:
            value = _repeat(_memories[mark])
        else:
            _make, given, named, *_rest = pickle.loads(asked)
            value = _make_and_keep(mark, make, given, named)
        _journal.mark = mark
        return value

    return remember


def _asked(make: Callable, args: tuple, kwargs: dict) -> tuple:
    name = f"{make.__module__}.{make.__qualname__}"
    return name, args, kwargs, translation.get_language(), _overridden(settings)


def _overridden(held: Any) -> dict:
    """Return the settings that a test has changed."""
    held = getattr(held, "_wrapped", held)  # Django's proxy for whatever holds
    if not isinstance(held, UserSettingsHolder):
        return {}
    own = {name: value for name, value in vars(held).items() if name.isupper()}
    return _overridden(held.default_settings) | own


def _frozen(what: Any) -> bytes | None:
    """Return it as bytes, or None where it holds what has no lasting form, as a client."""
    try:
        return pickle.dumps(what)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None


def _make_and_keep(mark: bytes, make: Callable, args: tuple, kwargs: dict) -> Any:
    assert _journal is not None
    written, waiting = len(_journal.writes), len(connection.run_on_commit)
    value = make(*args, **kwargs)
    frozen = _frozen(value)
    if frozen is None:
        return value
    _memories[mark] = Memory(
        writes=_journal.writes[written:],
        after_commit=connection.run_on_commit[waiting:],
        numbers=_journal.numbers,
        value=frozen,
    )
    return pickle.loads(frozen)


def _repeat(memory: Memory) -> Any:
    assert _journal is not None
    with connection.cursor() as cursor:
        for sql, params, many in memory.writes:
            (cursor.executemany if many else cursor.execute)(sql, params)
    connection.run_on_commit.extend(memory.after_commit)
    _journal.numbers = memory.numbers
    return pickle.loads(memory.value)


def _last_numbers() -> list[tuple]:
    """Return the last number of each table, which tells what was written before this test."""
    with connection.cursor() as cursor:
        return cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetchall()


def _digest(*parts: bytes) -> bytes:
    return hashlib.blake2b(b"\0".join(parts)).digest()
