"""Reading many rows as they stood at one moment, while others go on writing.

For what only reads. Whoever takes locks would read what stood before they were granted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


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
