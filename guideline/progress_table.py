"""The city's table of how far the measures have come (具体施策の進捗状況一覧): what it holds, and against what it is held.

Its layout, top to bottom: the title; 【達成状況】 and a line for each class with the counts as printed;
the headings; then the measures, one a line, between the lines of their sections and subsections.
Nothing here asks the database: a table is held against what the guideline says (:class:`Guideline`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casework.column_limits import longest

from .models import Claim, Edition, Measure, Progress, ProgressTable, Section
from .table_words import CLASSES, class_key, key, with_dash

#: The headings of the columns, in the order of the table; the one for the next edition names it.
HEADINGS = ("No", "内容", "重点", "施策の実施", "実績", "2期案", "理由")
NUMBER, TITLE, CLASS, STATUS, RESULT, NEXT, REASON = range(7)
SUMMARY = "【達成状況】"
#: Stands beside it in tables that are made here; the counts under it are nobody's print.
COUNTED_HERE = "（表の行から集計）"
#: The longest words that are taken of a result or a reason.
LONGEST = 4_000
#: Those of a title and of a next class, as the columns take them that keep them; a title that the
#: source of the edition does not name is a source itself.
LONGEST_TITLE = longest((ProgressTable, "title"), (Progress, "source"), (Claim, "source"))
LONGEST_NEXT = longest((Progress, "next_class"), (Claim, "as_printed"))

#: Words of a reason that name another class: Ⅲに降格 and the like.
NAMED_CLASS = re.compile(
    r"(?<![A-Za-zⅠⅡⅢ])(Ⅲ|III|(?:Ⅱ|II)\s*[-‐−－ー]?\s*[アイ]|Ⅰ|I)\s*に\s*(?:降格|昇格|格下げ|格上げ|変更|移行)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the guideline says of a measure."""

    title: str
    classification: str
    section: int
    place: int


@dataclass(frozen=True, slots=True)
class Guideline:
    """What a table of one edition is held against.

    :param measures: number → the measure.
    :param sections: (section, place) → letter, title and source; place 0 is the section itself.
    :param table: the title of the table of this edition, where its source names it.
    """

    measures: Mapping[int, Known]
    sections: Mapping[tuple[int, int], tuple[str, str, str]]
    table: str = ""

    @classmethod
    def of(cls, edition: Edition) -> "Guideline":
        measures = Measure.objects.filter(edition=edition).select_related("section")
        sections = Section.objects.filter(edition=edition)
        return cls(
            {
                m.number: Known(m.title, m.classification, m.section.number, m.section.place)
                for m in measures.order_by("number")
            },
            {
                (s.number, s.place): (s.letter, s.title, s.source)
                for s in sections.order_by("number", "place")
            },
            named[1] if (named := re.search("「([^「」]*進捗状況一覧)」", edition.source)) else "",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says of one measure."""

    line: int
    number: int
    status: str
    result: str
    next_class: str
    reason: str

    @property
    def proposed(self) -> str:
        """The class that the column for the next edition names; empty where it names none."""
        return CLASSES.get(class_key(self.next_class).lstrip("○→"), "")

    @property
    def named(self) -> tuple[str, str] | None:
        """The first class that the reason names: as printed, but for blanks, and its code."""
        found = NAMED_CLASS.search(self.reason)
        if found is None:
            return None
        return " ".join(found[0].split()), CLASSES[with_dash(class_key(found[1]))]


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many measures of a class, as the summary prints it."""

    classification: str
    status: str
    count: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Note:
    """What is odd in a table and yet taken as it stands."""

    line: int
    what: str | Promise
    values: Mapping[str, object]

    def __str__(self) -> str:
        where = _("Line %(line)d") % {"line": self.line}
        return f"{where}: {str(self.what) % self.values}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table without a fault: one row for every measure of the edition, by number.

    ``counts`` are those of the printed summary; none where the table was made here.
    """

    title: str
    counts: tuple[Count, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()


def edition_number(title: str) -> int | None:
    """Return which edition a title names (第1期); ``None`` where it names none."""
    found = re.search(r"第(\d{1,2})[期次]", key(title))
    return int(found[1]) if found else None


def next_heading(title: str) -> str:
    """Return the heading of the column for the next edition in the table of this title."""
    number = edition_number(title)
    return "次期案" if number is None else f"{number + 1}期案"
