"""Real threads with connections of their own, let loose at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection

#: Seconds after which a thread that still waits for another is a failure; a laden machine is slow.
PATIENCE = 120


def race(*runners: Callable[[], object]) -> list[object]:
    """Run all ``runners`` at once; return what each returned, or the exception it raised."""
    start = threading.Barrier(len(runners), timeout=PATIENCE)
    outcomes: list[object] = [None] * len(runners)

    def run(place: int, runner: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            outcomes[place] = runner()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "a thread waits for ever"
    return outcomes


def kinds(outcomes: list[object]) -> list[str]:
    """Return the names of the exceptions, and "ok" for what went well, sorted."""
    return sorted(type(o).__name__ if isinstance(o, Exception) else "ok" for o in outcomes)
