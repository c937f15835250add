"""A progress bar for commands: on standard error, and only where a person watches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

T = TypeVar("T")
#: Characters between the brackets.
WIDTH = 30


def progress(items: Sequence[T], out: TextIO) -> Iterator[T]:
    """Yield ``items``, drawing a bar on ``out`` when it is a terminal.

    Give it ``sys.stderr``: a command's own ``self.stderr`` ends every piece with a new line.
    """
    return stepped(items, len(items), out)


def stepped(items: Iterable[T], total: int, out: TextIO) -> Iterator[T]:
    """Yield ``items``, of which there are about ``total``, drawing a bar as :func:`progress` does."""
    step = stepper(total, out)
    for item in items:
        yield item
        step()


def stepper(total: int, out: TextIO) -> Callable[[], None]:
    """Return a function that counts one of ``total`` steps and draws the bar anew."""
    done, watched = 0, out.isatty()

    def step() -> None:
        nonlocal done
        done += 1
        if watched and (done == total or 1000 * done // total > 1000 * (done - 1) // total):
            bar = "#" * (WIDTH * done // total)
            out.write(f"\r[{bar:<{WIDTH}}] {done}/{total}" + "\n" * (done == total))

    return step
