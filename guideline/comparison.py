"""Two editions side by side (新旧対照表): what became of each section and measure, and on what that rests."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from casework.calendar import wareki

from .models import Crosswalk, Edition, Measure, Section, in_language

#: What stands where the crosswalk says nothing of a measure; no kind of it.
UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure before and after, with every kind of change that the crosswalk tells of the two.

    :param rows: of the crosswalk; none where it says nothing of the measure.
    """

    before: Measure | None
    after: Measure | None
    rows: tuple[Crosswalk, ...]

    @property
    def kinds(self) -> list[str]:
        return [row.kind for row in self.rows] or [UNTOLD]

    @property
    def labels(self) -> list[str]:
        return [label_of(kind) for kind in self.kinds]

    @property
    def reasons(self) -> list[str]:
        """The reasons in the language of the page, each once."""
        return list(dict.fromkeys(filter(None, (row.why for row in self.rows))))

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(filter(None, (row.source for row in self.rows))))

    @property
    def is_confirmed(self) -> bool:
        return bool(self.rows) and all(row.confirmed_at for row in self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the guideline before and after, with its pairs; ``None`` where an edition has none."""

    before: Section | None
    after: Section | None
    pairs: list[Pair]

    @property
    def is_renamed(self) -> bool:
        return bool(self.before and self.after) and self.before.title != self.after.title


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Edition
    after: Edition
    groups: list[Group]

    @property
    def pairs(self) -> list[Pair]:
        return [pair for group in self.groups for pair in group.pairs]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How often each kind of change is told, counted from the pairs; what is never told is 0."""
        found = Counter(kind for pair in self.pairs for kind in pair.kinds)
        kinds = [*Crosswalk.Kind.values, *([UNTOLD] if found[UNTOLD] else [])]
        return [(label_of(kind), found[kind]) for kind in kinds]

    @property
    def unconfirmed(self) -> int:
        """How many rows of the crosswalk the office has not confirmed."""
        return sum(row.confirmed_at is None for row in self._rows)

    @property
    def told(self) -> int:
        """How many rows of the crosswalk tell of the two editions: one for each kind of change of a pair."""
        return len(self._rows)

    @property
    def _rows(self) -> list[Crosswalk]:
        return [row for pair in self.pairs for row in pair.rows]

    @property
    def source(self) -> str:
        """The document on which every pair rests; empty where they rest on several, or on none."""
        found = {source for pair in self.pairs for source in pair.sources}
        return found.pop() if len(found) == 1 else ""


def label_of(kind: str) -> str:
    return _("Not told") if kind == UNTOLD else str(Crosswalk.Kind(kind).label)


def compare(before: Edition, after: Edition) -> Comparison:
    """Return two editions side by side, in the order of the earlier one; what is new stands in its section."""
    measures = Measure.objects.filter(edition__in=[before, after]).select_related("section")
    by_id = {measure.pk: measure for measure in measures.order_by("number")}
    pairs = _pairs(before, after, by_id)
    mains = Section.objects.filter(edition__in=[before, after], place=0)
    titles = {(section.edition_id, section.number): section for section in mains}
    numbers = sorted({_section_of(pair).number for pair in pairs})
    groups = [
        Group(
            titles.get((before.pk, number)), titles.get((after.pk, number)),
            [pair for pair in pairs if _section_of(pair).number == number],
        )
        for number in numbers
    ]  # fmt: skip
    return Comparison(before, after, groups)


def _section_of(pair: Pair) -> Section:
    return (pair.before or pair.after).section


def _pairs(before: Edition, after: Edition, by_id: dict[int, Measure]) -> list[Pair]:
    """Return each pair of measures that the crosswalk joins, and each measure that it passes over."""
    joined: dict[tuple, list[Crosswalk]] = {}
    for row in _rows_between(before, after):
        joined.setdefault((row.from_measure_id, row.to_measure_id), []).append(row)
    told = {end for ends in joined for end in ends}
    found = [
        Pair(by_id.get(origin), by_id.get(target), tuple(rows))
        for (origin, target), rows in joined.items()
    ]
    for measure in by_id.values():
        if measure.pk not in told:
            ends = (measure, None) if measure.edition_id == before.pk else (None, measure)
            found.append(Pair(*ends, ()))
    return sorted(found, key=_place)


def _rows_between(before: Edition, after: Edition) -> Iterable[Crosswalk]:
    """Yield the rows that lead from one edition to the other, begin anew in it, or end before it."""
    for row in Crosswalk.objects.select_related("from_measure", "to_measure").order_by("pk"):
        begins = row.from_measure is None or row.from_measure.edition_id == before.pk
        ends = row.to_measure is None or row.to_measure.edition_id == after.pk
        if begins and ends:
            yield row


def _place(pair: Pair) -> tuple:
    section = _section_of(pair)
    return (
        section.number, section.place, pair.before is None,
        pair.before.number if pair.before else 0, pair.after.number if pair.after else 0,
    )  # fmt: skip


# On paper, in Japanese

COLUMNS = ["No", "現行", "分類", "変更", "改定後", "分類", "理由・出典・確認"]


def paper_of(table: Comparison, *, today: date) -> dict:
    """Return the table for ``typeset("progress", …)``: across A4, seven columns."""
    with override("ja"):
        rows: list[list[str]] = []
        for group in table.groups:
            rows.append([_heading(group)])
            rows += [_cells(pair, table.source) for pair in group.pairs]
        return {
            "title": _title(table), "note": f"{wareki(today)}現在", "summary": "変更の数（行から集計）",
            "items": _items(table), "heading": "新旧対照", "columns": COLUMNS, "rows": rows,
        }  # fmt: skip


def word_of(table: Comparison, *, today: date) -> dict:
    """Return the table for ``casework.word.docx_of``: a part for each section."""
    with override("ja"):
        parts = [
            {
                "heading": _heading(group),
                "sections": [
                    {
                        "heading": "",
                        "table": {
                            "columns": COLUMNS,
                            "rows": [_cells(p, table.source) for p in group.pairs],
                        },
                    }
                ],
            }
            for group in table.groups
        ]
        return {
            "title": _title(table), "issued": wareki(today), "as_of": f"{wareki(today)}現在",
            "items": _items(table), "parts": parts,
        }  # fmt: skip


def _title(table: Comparison) -> str:
    return "市民活動と協働を推進するための指針 具体施策 新旧対照表"


def _items(table: Comparison) -> list[dict]:
    counts = "、".join(f"{label} {count}件" for label, count in table.counts)
    return [
        {"label": "現行", "value": table.before.title},
        {"label": "改定後", "value": table.after.title},
        {"label": "変更の数", "value": counts},
        {"label": "未確認", "value": f"{table.unconfirmed}件（全{table.told}件）"},
        *([{"label": "出典", "value": table.source}] if table.source else []),
    ]


def _heading(group: Group) -> str:
    """Name a section; where the editions call it otherwise, by both names."""
    names = [f"（{s.number}）{s.title}" for s in (group.before, group.after) if s]
    return " → ".join(names if group.is_renamed or not group.before else names[:1])


def _cells(pair: Pair, source: str) -> list[str]:
    """Return the line of a pair.

    :param source: what stands once at the head of the paper, and in no line.
    """
    before, after = pair.before, pair.after
    confirmed = "確認済" if pair.is_confirmed else "未確認"
    return [
        str(before.number) if before else "",
        before.title if before else "―",
        str(before.get_classification_display()) if before else "",
        _list(pair.labels),
        f"{after.number} {after.title}" if after else "―",
        str(after.get_classification_display()) if after else "",
        "\n".join([*pair.reasons, *(s for s in pair.sources if s != source), confirmed]),
    ]


def _list(words: Sequence[str]) -> str:
    return "・".join(words)


def name_of(section: Section | None) -> str:
    """Name a section in the language of the page; empty where an edition has none."""
    return f"({section.number}) {in_language(section.title, section.title_en)}" if section else ""
