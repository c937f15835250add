"""The days on which city hall is closed, read once, and only by a rule that asks for them."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import cached_property

from .models import ClosedDay


class ClosedDays(Collection[date]):
    """The table of closed days; the database is asked when the first day is looked up."""

    @cached_property
    def _days(self) -> frozenset[date]:
        return frozenset(ClosedDay.objects.values_list("day", flat=True))

    def __contains__(self, day: object) -> bool:
        return day in self._days

    def __iter__(self) -> Iterator[date]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)
