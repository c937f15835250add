"""The answer to a question: what is found, in order, and how it spreads over years and the rest."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reporting.models import SearchEntry

from . import store
from .questions import Word, words_of

#: Up to so many are asked for by their keys; of more, all entries are read in one go.
FEW = 500


class Hit(NamedTuple):
    """An entry that was found, with what it can be narrowed by."""

    entry: int
    kind: str
    year: int | None
    course: str
    department: int | None
    measures: tuple[int, ...]
    in_title: bool
    weight: float


#: What an answer can be narrowed by → the values of a hit.
DIMENSIONS: dict[str, Callable[[Hit], tuple]] = {
    "kind": lambda hit: (hit.kind,),
    "year": lambda hit: (hit.year,) if hit.year else (),
    "course": lambda hit: (hit.course,) if hit.course else (),
    "department": lambda hit: (hit.department,) if hit.department else (),
    "measure": lambda hit: hit.measures,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question finds.

    :param words: what was understood of the question.
    :param hits: those that fit what was chosen, the best first.
    :param facets: dimension → value → how many would be found with that value, whatever else is chosen.
    :param in_all: how many are found before anything is chosen.
    """

    words: list[Word]
    hits: list[Hit]
    facets: dict[str, Counter]
    in_all: int


def answer(question: str, chosen: Mapping[str, object], *, fictitious: bool) -> Answer:
    """Search the index.

    What is found in titles comes before what is found in texts; of what fits alike, the newer first.

    :param chosen: dimension → the one value that is wanted of it.
    :param fictitious: whether invented things are found too; only in a demonstration.
    """
    words = words_of(question)
    found = _hits(store.matches(words), fictitious=fictitious)
    facets = {
        name: Counter(value for hit in _fitting(found, chosen, but=name) for value in values(hit))
        for name, values in DIMENSIONS.items()
    }
    hits = sorted(_fitting(found, chosen), key=_place)
    return Answer(words, hits, facets, len(found))


def _hits(matches: list[store.Match], *, fictitious: bool) -> list[Hit]:
    matched = {match.entry: match for match in matches}
    entries = SearchEntry.objects.public(fictitious=fictitious).order_by()
    if len(matched) <= FEW:
        entries = entries.filter(pk__in=matched)
    columns = ("pk", "kind", "fiscal_year", "course", "department", "measures")
    rows = entries.values_list(*columns).iterator() if matched else ()
    return [_hit(row, matched[row[0]]) for row in rows if row[0] in matched]


def _hit(row: tuple, match: store.Match) -> Hit:
    *plain, measures = row
    return Hit(*plain, tuple(map(int, measures.split())), match.in_title, match.weight)


def _fitting(hits: list[Hit], chosen: Mapping[str, object], *, but: str = "") -> list[Hit]:
    wanted = [(DIMENSIONS[name], value) for name, value in chosen.items() if name != but]
    return [hit for hit in hits if all(value in values(hit) for values, value in wanted)]


def _place(hit: Hit) -> tuple:
    # Weights that differ only in what the database rounds are the same weight.
    return (not hit.in_title, -round(hit.weight, 9), -(hit.year or 0), hit.kind, hit.entry)
