"""The city's table of how far the measures have come (具体施策の進捗状況一覧), read from a file.

Its layout, top to bottom: the title; 【達成状況】 and a line for each class with the counts as printed;
the headings; then the measures, one a line, between the lines of their sections and subsections.
Nothing here asks the database: a table is held against what the guideline says (:class:`Guideline`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.sheets import Formula, Sheet, Unreadable, read
from casework.tables import as_written

from .models import Edition, Measure, Section
from .table_words import CLASSES, class_key, class_name, class_of, key, status_of, with_dash

#: The headings of the columns, in the order of the table; the one for the next edition names it.
HEADINGS = ("No", "内容", "重点", "施策の実施", "実績", "2期案", "理由")
NUMBER, TITLE, CLASS, STATUS, RESULT, NEXT, REASON = range(7)
SUMMARY = "【達成状況】"
#: Stands beside it in tables that are made here; the counts under it are nobody's print.
COUNTED_HERE = "（表の行から集計）"
#: The longest words that are taken of a result or a reason.
LONGEST = 4_000

FOREIGN = gettext_lazy(
    "This is not the table of how far the measures have come, or its line of headings (No, 内容, 重点, 施策の実施, 実績, 2期案, 理由) is missing. Choose the table as text, CSV (UTF-8 or CP932) or XLSX."
)
TWO_TABLES = gettext_lazy("More than one sheet holds such a table. Leave only one in the workbook.")
CUT_OFF = gettext_lazy(
    "The line cannot be read: a quotation mark has no end. Is the file cut off? Take it anew from the original."
)
NO_TITLE = gettext_lazy(
    "The title (…進捗状況一覧) is missing above the counts. Is the beginning of the file cut off? Take it anew from the original."
)
NO_SUMMARY = gettext_lazy(
    "The line 【達成状況】 with the counts of each class under it is missing. Is the beginning of the file cut off? Take it anew from the original."
)
OTHER_TABLE = gettext_lazy(
    "“%(said)s” is the table of another edition: this one's is “%(known)s”. Choose the edition, or the file, anew."
)
STRAY = gettext_lazy(
    "“%(said)s” is no part of the table that is known here. Remove the line, or restore it as in the original."
)
COUNT_CLASS = gettext_lazy(
    "“%(said)s” is no class. Write 【Ⅰ】<重点>, 【Ⅱ-ア】, 【Ⅱ-イ】 or 【Ⅲ】 before its counts."
)
COUNT_TWICE = gettext_lazy("“%(said)s” was counted on line %(first)d already. Keep one of the two.")
COUNT = gettext_lazy("“%(said)s” is no count. Write it like 5/6：済.")
NO_COUNTS = gettext_lazy("No count stands after the class. Write them like 5/6：済.")
CLASS_NOT_COUNTED = gettext_lazy(
    "The counts of %(said)s are missing, though the guideline has measures of that class. Add its line."
)
COLUMN_MISSING = gettext_lazy("The column “%(said)s” is missing. Restore it as in the original.")
COLUMN_UNKNOWN = gettext_lazy("“%(said)s” is no column of the table. Remove it.")
COLUMN_TWICE = gettext_lazy("The column “%(said)s” is there twice. Remove one of the two.")
SECTION = gettext_lazy(
    "“%(said)s” is no section of this edition, or not at this place. Write it as the guideline does."
)
SECTION_MISSING = gettext_lazy(
    "The line of the section “%(said)s” is missing; it should stand before this line. Restore it."
)
SECTION_TWICE = gettext_lazy("“%(said)s” stands on line %(first)d already. Keep one of the two.")
SECTION_MARK = gettext_lazy(
    "The mark of the section in “%(said)s” is broken. Write <b> before it and </b> after it, or neither."
)
WIDTH = gettext_lazy(
    "The line has %(found)d cells instead of %(expected)d. Is the file cut off, or did a separator get lost? Take the line anew from the original."
)
NO_NUMBER = gettext_lazy(
    "“%(said)s” is no number of a measure. Write the number as the guideline has it."
)
UNKNOWN_NUMBER = gettext_lazy(
    "This edition has no measure %(number)d. Write the number as the guideline has it."
)
NUMBER_TWICE = gettext_lazy(
    "Measure %(number)d stands on line %(first)d already. Mend the number, or keep one of the two."
)
NUMBER_MISSING = gettext_lazy(
    "Measure %(number)d “%(title)s” is missing; it should stand before this line. Add its line."
)
NUMBER_MISSING_LAST = gettext_lazy(
    "Measure %(number)d “%(title)s” is missing at the end. Is the file cut off? Add its line."
)
OTHER_SECTION = gettext_lazy(
    "Measure %(number)d does not stand under “%(section)s”, where it belongs. Move its line there."
)
OTHER_TITLE = gettext_lazy(
    "Measure %(number)d is “%(title)s” in the guideline, not “%(said)s”. Mend the table, or first the measure in the administration."
)
UNKNOWN_CLASS = gettext_lazy(
    "“%(said)s” is no class. Write 【Ⅰ】<重点施策>, 【Ⅱ-ア】, 【Ⅱ-イ】 or 【Ⅲ】."
)
OTHER_CLASS = gettext_lazy(
    "Measure %(number)d has the class %(known)s in the guideline, not “%(said)s”. Mend the table, or first the measure in the administration."
)
UNKNOWN_STATUS = gettext_lazy("“%(said)s” is no status. Write 未, 着手中, 一部済, 済 or 済・継.")
UNKNOWN_NEXT = gettext_lazy(
    "“%(said)s” is no class for the next edition. Write Ⅰ (or I), Ⅱ-ア, Ⅱ-イ or Ⅲ; ○ for what is completed; or ○→ and a class."
)
NO_NEXT = gettext_lazy(
    "The class for the next edition is missing, and other lines have one. Write it, or ○ for what is completed."
)
NO_REASON = gettext_lazy(
    "The reason for the next edition is missing. Is the file cut off? Write it, or “なし” if there is none."
)
TOO_LONG = gettext_lazy("The words are longer than %(longest)d characters. Shorten them.")
FORMULA = gettext_lazy("The cell holds a formula or an error. Write what it should show.")

#: Words of a reason that name another class: Ⅲに降格 and the like.
NAMED_CLASS = re.compile(
    r"(?<![A-Za-zⅠⅡⅢ])(Ⅲ|III|(?:Ⅱ|II)\s*[-‐−－ー]?\s*[アイ]|Ⅰ|I)\s*に\s*(?:降格|昇格|格下げ|格上げ|変更|移行)"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, where, and how to mend it; told in the language of whoever reads it.

    :param line: of the file, from 1; 0 for the file as a whole.
    """

    line: int
    why: str | Promise
    values: Mapping[str, object] = field(default_factory=dict)
    column: str = ""

    def __str__(self) -> str:
        why = str(self.why) % self.values if self.values else str(self.why)
        return f"{self.place}: {why}" if self.line else why

    @property
    def place(self) -> str:
        if self.column:
            return _("Line %(line)d, column “%(column)s”") % {
                "line": self.line,
                "column": self.column,
            }
        return _("Line %(line)d") % {"line": self.line}


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
        """The first class that the reason names: as printed, and its code."""
        found = NAMED_CLASS.search(self.reason)
        return (found[0], CLASSES[with_dash(class_key(found[1]))]) if found else None


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


class Faulty(Exception):
    """A file has faults; nothing of it may be taken."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))


def table_in(content: bytes, guideline: Guideline) -> Table:
    """Return the table that a file holds.

    :raises Faulty: naming every fault with its line.
    """
    try:
        sheets = read(content)
    except Unreadable:
        raise Faulty([Fault(0, FOREIGN)]) from None
    tables = [(sheet, at) for sheet in sheets if (at := _headings_of(sheet)) is not None]
    if len(tables) != 1:
        cut = [Fault(sheet.cut_off, CUT_OFF) for sheet in sheets if sheet.cut_off]
        raise Faulty([Fault(0, TWO_TABLES if tables else FOREIGN), *cut])
    return _Reading(guideline).table(*tables[0])


def _headings_of(sheet: Sheet) -> int | None:
    """Return at which of its lines a sheet has the headings; ``None`` if at none."""
    known = {key(name) for name in HEADINGS}
    for at, (_number, cells) in enumerate(sheet.lines):
        if len(known & {key(cell) for cell in cells if isinstance(cell, str)}) >= 4:
            return at
    return None


def _is_next(text: str) -> bool:
    plain = class_key(text)
    return plain == "○" or plain.removeprefix("○→") in CLASSES


MAYBE_CUT = gettext_lazy(
    "Measure %(number)d ends the file, and its reason “%(reason)s” has no full stop. See whether the file is whole."
)
STANDS_ELSEWHERE = gettext_lazy(
    "Measure %(number)d stands under “%(under)s”; in the guideline it belongs to “%(belongs)s”, which the table does not print."
)
CONTRADICTS = gettext_lazy(
    "Measure %(number)d: the column for the next edition says “%(column)s”, and its reason “%(reason)s”. Both are kept and flagged."
)


class _Reading:
    """One reading of one sheet: what was found so far, and where."""

    def __init__(self, guideline: Guideline):
        self.guideline = guideline
        self.faults: list[Fault] = []
        self.notes: list[Note] = []
        self.title = ""
        self.counts: dict[tuple[str, str], Count] = {}
        self.counted: dict[str, int] = {}  # class → its line
        self.counted_here = False
        self.rows: dict[int, Row] = {}
        self.seen: dict[int, int] = {}  # number of a measure → its line
        self.sections: dict[tuple[int, int], int] = {}  # (section, place) → its line
        self.section = 0  # the section that was named last
        self.place: int | None = 0  # the subsection; unknown after a line that cannot be read
        self.placed: list[tuple[int, int, int, int]] = []  # line, measure, section, place

    def refuse(self, line: int, why, column: str = "", **values) -> None:
        self.faults.append(Fault(line, why, values, column))

    def table(self, sheet: Sheet, headings: int) -> Table:
        """Return the table of a sheet whose headings stand on the given of its lines."""
        self._read_head(sheet.lines[:headings], sheet.lines[headings][0])
        columns = self._columns(*sheet.lines[headings])
        for line, cells in sheet.lines[headings + 1 :] if columns else ():
            if _is_section(cells):
                self._take_section(line, cells)
            else:
                self._take_row(line, cells, columns)
        if sheet.cut_off:
            self.refuse(sheet.cut_off, CUT_OFF)
        if columns:
            self._look_back(sheet)
        if self.faults:
            raise Faulty(self.faults)
        rows = tuple(self.rows[number] for number in sorted(self.rows))
        notes = tuple(sorted(self.notes, key=lambda note: note.line))
        counts = () if self.counted_here else tuple(self.counts.values())
        return Table(self.title, counts, rows, notes)

    # The head: title and printed summary

    def _read_head(self, lines: list, end: int) -> None:
        summary = 0
        for line, cells in lines:
            first = cells[0] if cells else ""
            if any(isinstance(cell, Formula) for cell in cells):
                self.refuse(line, FORMULA)
            elif key(first) == key(SUMMARY):
                summary = line
                self.counted_here = key(COUNTED_HERE) in {key(cell) for cell in cells[1:]}
            elif summary:
                self._take_counts(line, cells)
            elif "進捗状況一覧" in key(first) and not self.title:
                self._take_title(line, first)
            else:
                self.refuse(line, STRAY, said=" ".join(filter(None, cells))[:60])
        start = lines[0][0] if lines else end
        if not self.title:
            self.refuse(start, NO_TITLE)
        if not summary:
            self.refuse(end, NO_SUMMARY)
            return
        for code in dict.fromkeys(known.classification for known in self._measures()):
            if code not in self.counted and not any(
                fault.why in (COUNT_CLASS, COUNT_TWICE) for fault in self.faults
            ):
                self.refuse(end, CLASS_NOT_COUNTED, said=class_name(code))

    def _take_title(self, line: int, words: str) -> None:
        self.title, known = " ".join(words.split()), self.guideline.table
        editions = [_edition_number(title) for title in (self.title, known)]
        if None not in editions and editions[0] != editions[1]:
            self.refuse(line, OTHER_TABLE, said=self.title, known=known)

    def _measures(self) -> Iterable[Known]:
        return self.guideline.measures.values()

    def _take_counts(self, line: int, cells: list[str]) -> None:
        code = class_of(cells[0])
        if code is None:
            self.refuse(line, COUNT_CLASS, said=cells[0])
            return
        if code in self.counted:
            self.refuse(line, COUNT_TWICE, said=cells[0], first=self.counted[code])
            return
        self.counted[code] = line
        said = [cell for cell in cells[2:] if cell]
        if not said:
            self.refuse(line, NO_COUNTS)
        for words in said:
            self._take_count(line, code, words)

    def _take_count(self, line: int, code: str, words: str) -> None:
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4}):(.+)", key(words))
        status = status_of(found[3]) if found else None
        if found is None or status is None:
            self.refuse(line, COUNT, said=words)
        elif (code, status) in self.counts:
            self.refuse(line, COUNT_TWICE, said=words, first=line)
        else:
            of = Count(str(code), str(status), int(found[1]), int(found[2]))
            self.counts[code, status] = of

    # The headings

    def _is_next_edition(self, heading: str) -> bool:
        found, own = (
            re.fullmatch(r"第?(\d{1,2})[期次]案", key(heading)),
            _edition_number(self.title),
        )
        if found is None:
            return key(heading) == "次期案"
        return own is None or int(found[1]) == own + 1

    def _columns(self, line: int, cells: list) -> list[int]:
        """Return where each of ``HEADINGS`` stands; empty if one is missing, unknown or twice."""
        names = {key(name): n for n, name in enumerate(HEADINGS) if n != NEXT}
        found: dict[int, int] = {}
        before = len(self.faults)
        for at, cell in enumerate(cells):
            if isinstance(cell, Formula):
                self.refuse(line, FORMULA)
            elif cell:
                known = names.get(key(cell))
                if known is None and self._is_next_edition(cell):
                    known = NEXT
                if known is None:
                    self.refuse(line, COLUMN_UNKNOWN, said=cell)
                elif known in found:
                    self.refuse(line, COLUMN_TWICE, said=cell)
                else:
                    found[known] = at
        for n, name in enumerate(HEADINGS):
            if n not in found:
                self.refuse(line, COLUMN_MISSING, said=name)
        return [] if len(self.faults) > before else [found[n] for n in range(len(HEADINGS))]

    # Sections and measures

    def _take_section(self, line: int, cells: list) -> None:
        words = next((cell for cell in cells if cell), "")
        if any(isinstance(cell, Formula) for cell in cells):
            self.place = None
            self.refuse(line, FORMULA)
            return
        said = re.fullmatch(r"<b>([^<>]*)</b>|([^<>]*)", words, re.IGNORECASE)
        if said is None:
            self.place = None
            self.refuse(line, SECTION_MARK, said=words)
            return
        name = (said[1] if said[1] is not None else said[2]).strip()
        at = self._section_at(name)
        if at is None or any(cells[1:]):
            self.refuse(line, SECTION, said=" ".join(filter(None, [name, *cells[1:]])))
        elif at in self.sections:
            self.refuse(line, SECTION_TWICE, said=name, first=self.sections[at])
        else:
            self.sections[at] = line
        self.section, self.place = at or (self.section, None)

    def _section_at(self, name: str) -> tuple[int, int] | None:
        """Return the section that a line names; a subsection belongs to the section above it.

        Where the line of its own section is lost, it belongs to the next that bears its name.
        """
        found = [at for at in self.guideline.sections if key(self._name(*at)) == key(name)]
        here = [at for at in found if at[1] == 0 or at[0] == self.section]
        lost = [at for at in found if at[0] > self.section and (at[0], 0) not in self.sections]
        return next(iter(here or lost), None)

    def _name(self, section: int, place: int) -> str:
        """Return a section as the table prints it."""
        letter, title, _source = self.guideline.sections.get((section, place), ("", "", ""))
        return " ".join(filter(None, [letter, title])) if place else f"（{section}）{title}"

    def _take_row(self, line: int, cells: list, columns: list[int]) -> None:
        beyond = [cell for n, cell in enumerate(cells) if n not in columns and cell]
        said = [cells[n] if n < len(cells) else None for n in columns]
        number = self._number(line, said)
        if number is not None and self.place is not None:
            self.placed.append((line, number, self.section, self.place))
        if None in said or beyond:
            found = len(cells) if None in said else len(columns) + len(beyond)
            self.refuse(line, WIDTH, found=found, expected=len(columns))
            return
        formulas = [n for n, cell in enumerate(said) if isinstance(cell, Formula)]
        for n in formulas:
            self.refuse(line, FORMULA, HEADINGS[n])
        if number is None or formulas:
            return
        before = len(self.faults)
        self._check_row(line, self.guideline.measures[number], number, said)
        if len(self.faults) == before:
            status = str(status_of(said[STATUS]))
            result, reason = _words(said[RESULT]), _words(said[REASON])
            row = Row(line, number, status, result, said[NEXT], reason)
            self.rows.setdefault(number, row)

    def _number(self, line: int, said: list) -> int | None:
        """Return of which measure a line speaks; ``None`` if of none, or of one that was there."""
        words = said[NUMBER] if isinstance(said[NUMBER], str) else ""
        digits = key(words)
        if not re.fullmatch(r"[0-9]{1,4}", digits):
            self.refuse(line, NO_NUMBER, HEADINGS[NUMBER], said=words)
            self._is_seen_by_title(line, said[TITLE])
            return None
        number = int(digits)
        if number not in self.guideline.measures:
            self.refuse(line, UNKNOWN_NUMBER, HEADINGS[NUMBER], number=number)
            self._is_seen_by_title(line, said[TITLE])
            return None
        if number in self.seen:
            first = self.seen[number]
            self.refuse(line, NUMBER_TWICE, HEADINGS[NUMBER], number=number, first=first)
            return None
        self.seen[number] = line
        return number

    def _is_seen_by_title(self, line: int, title: object) -> None:
        """Let a line whose number is broken not count as missing, too."""
        for number, known in self.guideline.measures.items():
            if isinstance(title, str) and key(title) == key(known.title):
                self.seen.setdefault(number, line)

    def _check_row(self, line: int, known: Known, number: int, said: list[str]) -> None:
        title, next_class = said[TITLE], said[NEXT]
        if key(title) != key(known.title):
            values = {"number": number, "title": known.title, "said": title}
            self.refuse(line, OTHER_TITLE, HEADINGS[TITLE], **values)
        code = class_of(said[CLASS])
        if code is None:
            self.refuse(line, UNKNOWN_CLASS, HEADINGS[CLASS], said=said[CLASS])
        elif code != known.classification:
            values = {"known": class_name(known.classification), "said": said[CLASS]}
            self.refuse(line, OTHER_CLASS, HEADINGS[CLASS], number=number, **values)
        if status_of(said[STATUS]) is None:
            self.refuse(line, UNKNOWN_STATUS, HEADINGS[STATUS], said=said[STATUS])
        if next_class and not _is_next(next_class):
            self.refuse(line, UNKNOWN_NEXT, HEADINGS[NEXT], said=next_class)
        if next_class and not said[REASON]:
            self.refuse(line, NO_REASON, HEADINGS[REASON])
        for n in (RESULT, REASON):
            if len(said[n]) > LONGEST:
                self.refuse(line, TOO_LONG, HEADINGS[n], longest=LONGEST)

    def _look_back(self, sheet: Sheet) -> None:
        """Name what only the whole table shows: what is missing, and reasons that contradict."""
        end = sheet.lines[-1][0] + 1
        self._miss_sections()
        self._hold_against_sections()
        for number, known in self.guideline.measures.items():
            if number not in self.seen:
                later = [line for seen, line in self.seen.items() if seen > number]
                why = NUMBER_MISSING if later else NUMBER_MISSING_LAST
                line = min(later, default=end)
                self.refuse(line, why, number=number, title=known.title)
        if any(row.next_class for row in self.rows.values()):
            for row in self.rows.values():
                if not row.next_class:
                    self.refuse(row.line, NO_NEXT, HEADINGS[NEXT])
        for row in self.rows.values():
            if row.named and row.named[1] != row.proposed:
                values = {"number": row.number, "column": row.next_class, "reason": row.named[0]}
                self.notes.append(Note(row.line, CONTRADICTS, values))
        last = max(self.rows.values(), key=lambda row: row.line, default=None)
        if last and last.reason and not last.reason.endswith(("。", "なし", "）", ")")):
            values = {"number": last.number, "reason": last.reason[-20:]}
            self.notes.append(Note(last.line, MAYBE_CUT, values))

    def _miss_sections(self) -> None:
        """Name the sections that the table should print: all but subsections of other documents."""
        unread = {fault.why for fault in self.faults} & {SECTION, SECTION_MARK, FORMULA}
        for at, (_letter, _title, source) in self.guideline.sections.items():
            expected = at[1] == 0 or (self.title and self.title in source)
            if not expected or unread or at in self.sections:
                continue
            # Where every measure of it is missing, too, those say it all.
            lines = [self.seen[n] for n in self._measures_of(at) if n in self.seen]
            if lines:
                self.refuse(min(lines), SECTION_MISSING, said=self._name(*at))

    def _measures_of(self, at: tuple[int, int]) -> Iterable[int]:
        """Return the numbers of the measures of a section, or of a subsection."""
        for number, known in self.guideline.measures.items():
            if known.section == at[0] and at[1] in (0, known.place):
                yield number

    def _hold_against_sections(self) -> None:
        """See whether each measure stands under its section; a subsection may be left unprinted."""
        for line, number, section, place in self.placed:
            known = self.guideline.measures[number]
            at = (known.section, known.place)
            if (section, place) == at or (known.section, 0) not in self.sections:
                continue
            if section != known.section or at in self.sections:
                values = {"number": number, "section": self._name(*at)}
                self.refuse(line, OTHER_SECTION, **values)
            elif at not in self.sections:
                names = {"under": self._name(section, place), "belongs": self._name(*at)}
                self.notes.append(Note(line, STANDS_ELSEWHERE, {"number": number, **names}))


def _edition_number(title: str) -> int | None:
    found = re.search(r"第(\d{1,2})[期次]", key(title))
    return int(found[1]) if found else None


def _is_section(cells: list) -> bool:
    first = cells[0] if cells else ""
    if not isinstance(first, str) or not first:
        return False
    return first.startswith("<") or (not any(cells[1:]) and not key(first).isdigit())


def next_heading(title: str) -> str:
    """Return the heading of the column for the next edition in the table of this title."""
    number = _edition_number(title)
    return "次期案" if number is None else f"{number + 1}期案"


def _words(text: str) -> str:
    return as_written(text.replace("\r\n", "\n").replace("\r", "\n").strip())
