"""Reading many rows as they stood at one moment, while others go on writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection, transaction

T = TypeVar("T")

#: How often a move is begun that met a row which somebody changed since its moment.
TRIES = 5
#: SQLSTATE of PostgreSQL: could not serialize access.
CHANGED_SINCE = "40001"

_MOVES: set[tuple[str, str]] = set()


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything that is read within be of the moment of the first query.

    PostgreSQL: REPEATABLE READ. SQLite: a transaction that takes no lock until it writes, so that a
    long reading keeps nobody from writing. Within a transaction that is open already, that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
        return
    connection.ensure_connection()  # which reads the mode from the settings
    before, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = before


def reads_one_moment(kind: str, verb: str) -> None:
    """Declare a move that keeps what many rows say: all of it is read as of one moment."""
    _MOVES.add((kind, verb))


def in_its_moment(kind: str, verb: str, make: Callable[[], T]) -> T:
    """Make a move, in one moment if it was declared so.

    On PostgreSQL such a move fails where it locks a row that somebody changed since its moment: it
    is rolled back, and begun again in a later one. On SQLite nobody else writes meanwhile.
    """
    alone = not connection.in_atomic_block and connection.vendor == "postgresql"
    if (kind, verb) not in _MOVES or not alone:
        return make()
    for left in reversed(range(TRIES)):
        try:
            with one_moment():
                return make()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != CHANGED_SINCE or not left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")
