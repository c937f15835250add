"""The measures from which a measure comes and to which it leads, over all editions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .models import Crosswalk, Measure


@dataclass(frozen=True, slots=True)
class Relative:
    """A measure of the line: how many editions before (negative) or after, and what became of it on the way.

    :param rows: the rows of the crosswalk that lead here; none for the measure itself.
    """

    measure: Measure
    steps: int
    rows: tuple[Crosswalk, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """What became of it, each kind once."""
        return list(dict.fromkeys(str(row.get_kind_display()) for row in self.rows))

    @property
    def is_confirmed(self) -> bool:
        return all(row.confirmed_at for row in self.rows)


def lineage(measure: Measure, rows: Iterable[Crosswalk]) -> list[Relative]:
    """Return the line of a measure, the oldest first; merged and split measures each stand in it.

    :param rows: the whole crosswalk, with both ends fetched.
    """
    known = list(rows)
    before = _walk(measure, known, lambda r: r.to_measure, lambda r: r.from_measure, -1)
    after = _walk(measure, known, lambda r: r.from_measure, lambda r: r.to_measure, 1)
    line = [*before, Relative(measure, 0), *after]
    return sorted(line, key=lambda one: (one.steps, one.measure.number))


def _walk(
    measure: Measure, rows: list[Crosswalk], near: Callable[[Crosswalk], Measure | None],
    far: Callable[[Crosswalk], Measure | None], direction: int,
) -> Iterator[Relative]:  # fmt: skip
    """Yield what lies in one direction, edition by edition; a circle in the data ends the walk."""
    seen, edge, steps = {measure.pk}, {measure.pk}, 0
    while edge:
        steps += direction
        found: dict[int, list[Crosswalk]] = {}
        for row in rows:
            start, end = near(row), far(row)
            if start and end and start.pk in edge and end.pk not in seen:
                found.setdefault(end.pk, []).append(row)
        for pk, led in found.items():
            end = far(led[0])
            if end:
                yield Relative(end, steps, tuple(led))
            seen.add(pk)
        edge = set(found)
