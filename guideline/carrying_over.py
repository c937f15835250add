"""Where a measure goes on in another edition, by what the office confirmed of the crosswalk."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from guideline.models import Crosswalk


@dataclass(frozen=True, slots=True)
class Ways:
    """The crosswalk, read once.

    :param leads: id of a measure → ids of those it leads to, whether or not that is confirmed.
    :param open: ids of measures of which a row is not confirmed: nothing is carried over from them.
    """

    leads: dict[int, list[int]]
    open: frozenset[int]

    @classmethod
    def read(cls) -> "Ways":
        rows = Crosswalk.objects.exclude(from_measure=None).order_by("to_measure__number", "pk")
        leads: dict[int, list[int]] = defaultdict(list)
        unconfirmed = set()
        for origin, target, confirmed_at in rows.values_list(
            "from_measure", "to_measure", "confirmed_at"
        ):
            if target is not None and target not in leads[origin]:
                leads[origin].append(target)
            if confirmed_at is None:
                unconfirmed.add(origin)
        return cls(dict(leads), frozenset(unconfirmed))

    def carried_to(
        self, measure: int, edition: Collection[int], *, before: frozenset[int] = frozenset()
    ) -> list[int]:
        """Return the measures of an edition in which ``measure`` goes on, in their order.

        One of the edition itself goes on as itself. A measure is followed once every row of the
        crosswalk that begins at it is confirmed; one that was dropped goes on nowhere.

        :param edition: ids of the measures of the edition.
        :param before: ids of those on the way here: rows that lead back to one of them lead nowhere.
        """
        if measure in edition:
            return [measure]
        if measure in self.open or measure in before:
            return []
        way = before | {measure}
        found = [
            end
            for step in self.leads.get(measure, ())
            for end in self.carried_to(step, edition, before=way)
        ]
        return list(dict.fromkeys(found))

    def lead_into(self, edition: Collection[int]) -> set[int]:
        """Return every measure that the crosswalk leads into an edition, confirmed or not."""
        inside = set(edition)
        while more := {o for o, ends in self.leads.items() if inside & set(ends)} - inside:
            inside |= more
        return inside
