"""The measures from which a measure comes and to which it leads, over all editions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .models import Crosswalk, Measure


@dataclass(frozen=True, slots=True)
class Origin:
    """From which measure another one came, and what happened on the way.

    :param measure: ``None`` where it is new.
    """

    measure: Measure | None
    rows: tuple[Crosswalk, ...]

    @property
    def kinds(self) -> list[str]:
        """What happened, each kind once."""
        return list(dict.fromkeys(str(row.get_kind_display()) for row in self.rows))

    @property
    def reasons(self) -> list[str]:
        return list(dict.fromkeys(filter(None, (row.why for row in self.rows))))

    @property
    def unconfirmed(self) -> Crosswalk | None:
        """The first row of it that the office has not confirmed."""
        return next((row for row in self.rows if row.confirmed_at is None), None)


@dataclass(frozen=True, slots=True)
class Relative:
    """A measure of the line, and how many editions before (negative) or after.

    :param origins: from where it came; none in the edition with which the crosswalk begins.
    :param end: says that it was dropped after its edition; ``None`` where it was not.
    """

    measure: Measure
    steps: int
    origins: tuple[Origin, ...] = ()
    end: Origin | None = None

    @property
    def rows(self) -> list[Crosswalk]:
        """The rows of the crosswalk that speak of it."""
        told = [*self.origins, *([self.end] if self.end else [])]
        return [row for origin in told for row in origin.rows]


def lineage(measure: Measure, rows: Iterable[Crosswalk]) -> list[Relative]:
    """Return the line of a measure, the oldest first; merged and split measures each stand in it.

    :param rows: the whole crosswalk, with both ends fetched.
    """
    known = list(rows)
    before = _walk(measure, known, lambda r: r.to_measure, lambda r: r.from_measure, -1)
    after = _walk(measure, known, lambda r: r.from_measure, lambda r: r.to_measure, 1)
    line = sorted([*before, (0, measure), *after], key=lambda one: (one[0], one[1].number))
    return [_relative(one, steps, known) for steps, one in line]


def _relative(measure: Measure, steps: int, rows: list[Crosswalk]) -> Relative:
    came: dict[int | None, list[Crosswalk]] = {}
    for row in rows:
        if row.to_measure_id == measure.pk:
            came.setdefault(row.from_measure_id, []).append(row)
    origins = tuple(Origin(told[0].from_measure, tuple(told)) for told in came.values())
    ends = tuple(r for r in rows if r.from_measure_id == measure.pk and r.to_measure_id is None)
    return Relative(measure, steps, origins, Origin(measure, ends) if ends else None)


def _walk(
    measure: Measure, rows: list[Crosswalk], near: Callable[[Crosswalk], Measure | None],
    far: Callable[[Crosswalk], Measure | None], direction: int,
) -> Iterator[tuple[int, Measure]]:  # fmt: skip
    """Yield what lies in one direction, edition by edition; a circle in the data ends the walk."""
    seen, edge, steps = {measure.pk}, {measure.pk}, 0
    while edge:
        steps += direction
        found: dict[int, Measure] = {}
        for row in rows:
            start, end = near(row), far(row)
            if start and end and start.pk in edge and end.pk not in seen:
                found.setdefault(end.pk, end)
        yield from ((steps, end) for end in found.values())
        seen |= found.keys()
        edge = set(found)
