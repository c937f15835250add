"""How the departments answered for a year, as the booklet of the committee tells it beside the reports."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TypedDict

from .models import CollaborationReport
from .services import WRITTEN_BY_DEPARTMENT

#: What a row counts, and how the booklet says it.
WORDS = {
    "none": "協働はなかったと回答",
    "checked": "提出済み・窓口で確認中 {}件",
    "elsewhere": "この冊子にない報告書 {}件",
    "missing": "まだ提出していない報告書 {}件",
    "not_asked": "依頼していない",
}


class Answered(TypedDict):
    """One department: how many reports it has of each kind, by the words of ``WORDS``.

    ``here`` are those of the booklet; a kind of which there is none is left out.
    """

    department: str
    counts: dict[str, int]


def answered(
    fiscal_year: int, *, tabled: Collection[int], left_out: Iterable[str]
) -> list[Answered]:
    """Return how each department answered for a fiscal year, in the order of their names, in one query.

    :param tabled: ids of the reports in the booklet.
    :param left_out: names of the departments that were not asked.
    """
    standing = CollaborationReport.objects.filter(fiscal_year=fiscal_year).exclude(state="dropped")
    found: dict[str, Counter] = {}
    rows = standing.values_list("department__name", "pk", "state")
    for department, pk, state in rows.order_by("department__name", "pk"):
        found.setdefault(department, Counter())[_kind(state, is_here=pk in tabled)] += 1
    for department in left_out:
        found.setdefault(department, Counter())["not_asked"] += 1
    return [Answered(department=one, counts=dict(counts)) for one, counts in found.items()]


def _kind(state: str, *, is_here: bool) -> str:
    if is_here:
        return "here"
    if state in WRITTEN_BY_DEPARTMENT:
        return "missing"
    return {"none": "none", "submitted": "checked"}.get(state, "elsewhere")


def in_words(one: Answered) -> str:
    """Say what a department answered besides the reports of the booklet."""
    counts = one["counts"]
    if counts.get("none") and len(counts) > 1:  # what it reported afterwards counts
        counts = {kind: number for kind, number in counts.items() if kind != "none"}
    return "、".join(words.format(counts[kind]) for kind, words in WORDS.items() if kind in counts)


def how_many(rows: Iterable[Answered], kind: str) -> int:
    """Count the departments of which ``kind`` is to be told; who said none and nothing else, for that."""
    told = [one["counts"] for one in rows]
    return sum(kind in one and (kind != "none" or len(one) == 1) for one in told)
