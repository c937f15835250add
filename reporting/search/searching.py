"""The answer to a question: what is found, in order, and how it spreads over years and the rest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
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
    measure: tuple[int, ...]
    in_title: bool
    weight: float


#: What an answer can be narrowed by: fields of a hit, of which the last holds several values.
DIMENSIONS = ("kind", "year", "course", "department", "measure")


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


def answer(
    question: str, chosen: Mapping[str, object], *, fictitious: bool, in_english: bool = False
) -> Answer:
    """Search the index.

    What is found in titles comes before what is found in texts; of what fits alike, the newer first.

    :param chosen: dimension → the one value that is wanted of it.
    :param fictitious: whether invented things are found too; only in a demonstration.
    :param in_english: whether the words of our English translations find something, too.
    """
    words = words_of(question, in_english=in_english)
    found = _hits(store.matches(words), fictitious=fictitious)
    facets = {name: _spread(_fitting(found, chosen, but=name), name) for name in DIMENSIONS}
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
    entry, kind, year, course, department, measures = row
    ids = _ids(measures)
    return Hit(entry, kind, year, course, department, ids, match.in_title, match.weight)


@lru_cache(maxsize=10_000)
def _ids(measures: str) -> tuple[int, ...]:
    """Return the ids that an entry keeps as words; thousands of entries keep the same."""
    return tuple(map(int, measures.split()))


def _spread(hits: list[Hit], name: str) -> Counter:
    """Count the values of a dimension; what has none of it counts nowhere."""
    if name == "measure":
        return Counter(value for hit in hits if hit.measure for value in hit.measure)
    counts = Counter(map(attrgetter(name), hits))
    return Counter({value: count for value, count in counts.items() if value})


def _fitting(hits: list[Hit], chosen: Mapping[str, object], *, but: str = "") -> list[Hit]:
    """Keep what fits all that is chosen, apart from one dimension."""
    for name in (name for name in chosen if name != but):
        wanted, value = attrgetter(name), chosen[name]
        if name == "measure":
            hits = [hit for hit in hits if value in hit.measure]
        else:
            hits = [hit for hit in hits if wanted(hit) == value]
    return hits


def _place(hit: Hit) -> tuple:
    # Weights that differ only in what the database rounds are the same weight.
    return (not hit.in_title, -round(hit.weight, 9), -(hit.year or 0), hit.kind, hit.entry)
