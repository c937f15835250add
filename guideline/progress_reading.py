"""Reading the city's progress table from a file: line by line, with every fault and what is odd.

Nothing here asks the database: a table is held against what the guideline says (``progress_table.Guideline``).
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from casework.faulty_files import Faulty
from casework.illegible import patched
from casework.sheets import Formula, Sheet, Unreadable, read
from casework.tables import as_written

from .progress_table import (
    CLASS,
    COUNTED_HERE,
    HEADINGS,
    LONGEST,
    LONGEST_NEXT,
    LONGEST_TITLE,
    NEXT,
    NUMBER,
    REASON,
    RESULT,
    STATUS,
    SUMMARY,
    TITLE,
    Count,
    Guideline,
    Known,
    Note,
    Row,
    Table,
    edition_number,
)
from .table_faults import (
    CLASS_NOT_COUNTED,
    COLUMN_MISSING,
    COLUMN_TWICE,
    COLUMN_UNKNOWN,
    COUNT,
    COUNT_CLASS,
    COUNT_TWICE,
    CUT_OFF,
    FOREIGN,
    FORMULA,
    ILLEGIBLE,
    NO_CLASS,
    NO_COUNTS,
    NO_NEXT,
    NO_NUMBER,
    NO_REASON,
    NO_STATUS,
    NO_SUMMARY,
    NO_TITLE,
    NUMBER_MISSING,
    NUMBER_MISSING_LAST,
    NUMBER_TWICE,
    OTHER_CLASS,
    OTHER_SECTION,
    OTHER_TABLE,
    OTHER_TITLE,
    SECTION,
    SECTION_MARK,
    SECTION_MISSING,
    SECTION_TWICE,
    STRAY,
    TOO_LONG,
    TWO_TABLES,
    UNKNOWN_CLASS,
    UNKNOWN_NEXT,
    UNKNOWN_NUMBER,
    UNKNOWN_STATUS,
    WIDTH,
    Fault,
)
from .table_words import CLASSES, class_key, class_name, class_of, key, status_of


def table_in(content: bytes, guideline: Guideline) -> Table:
    """Return the table that a file holds.

    :raises Faulty: naming every fault with its line.
    """
    legible, illegible = patched(content)
    try:
        sheets = read(legible)
    except Unreadable:
        raise Faulty([Fault(0, FOREIGN)]) from None
    tables = [(sheet, at) for sheet in sheets if (at := _headings_of(sheet)) is not None]
    if len(tables) != 1:
        cut = [Fault(sheet.cut_off, CUT_OFF) for sheet in sheets if sheet.cut_off]
        raise Faulty([Fault(0, TWO_TABLES if tables else FOREIGN), *cut])
    return _Reading(guideline).table(*tables[0], illegible=illegible)


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

    def table(self, sheet: Sheet, headings: int, *, illegible: Iterable[int] = ()) -> Table:
        """Return the table of a sheet whose headings stand on the given of its lines."""
        for line in illegible:
            self.refuse(line, ILLEGIBLE)
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
        editions = [edition_number(title) for title in (self.title, known)]
        if None not in editions and editions[0] != editions[1]:
            self.refuse(line, OTHER_TABLE, said=self.title, known=known)
        if len(self.title) > LONGEST_TITLE:
            self.refuse(line, TOO_LONG, longest=LONGEST_TITLE)

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
            edition_number(self.title),
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
        if not said[CLASS]:
            self.refuse(line, NO_CLASS, HEADINGS[CLASS])
        elif code is None:
            self.refuse(line, UNKNOWN_CLASS, HEADINGS[CLASS], said=said[CLASS])
        elif code != known.classification:
            values = {"known": class_name(known.classification), "said": said[CLASS]}
            self.refuse(line, OTHER_CLASS, HEADINGS[CLASS], number=number, **values)
        if not said[STATUS]:
            self.refuse(line, NO_STATUS, HEADINGS[STATUS])
        elif status_of(said[STATUS]) is None:
            self.refuse(line, UNKNOWN_STATUS, HEADINGS[STATUS], said=said[STATUS])
        if next_class and not _is_next(next_class):
            self.refuse(line, UNKNOWN_NEXT, HEADINGS[NEXT], said=next_class)
        if next_class and not said[REASON]:
            self.refuse(line, NO_REASON, HEADINGS[REASON])
        for n, longest in ((RESULT, LONGEST), (REASON, LONGEST), (NEXT, LONGEST_NEXT)):
            if len(said[n]) > longest:
                self.refuse(line, TOO_LONG, HEADINGS[n], longest=longest)

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


def _is_section(cells: list) -> bool:
    first = cells[0] if cells else ""
    if not isinstance(first, str) or not first:
        return False
    return first.startswith("<") or (not any(cells[1:]) and not key(first).isdigit())


def _words(text: str) -> str:
    return as_written(text.replace("\r\n", "\n").replace("\r", "\n").strip())
