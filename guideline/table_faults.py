"""What is wrong in a table that comes in as a file: each fault, where it stands, and how to mend it.

The texts are those of the progress table; the table of a fiscal year uses what fits it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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


# What is wrong, and how to mend it

FOREIGN = gettext_lazy(
    "This is not the table of how far the measures have come, or its line of headings (No, 内容, 重点, 施策の実施, 実績, 2期案, 理由) is missing. Choose the table as text, CSV (UTF-8 or CP932) or XLSX."
)
TWO_TABLES = gettext_lazy("More than one sheet holds such a table. Leave only one in the workbook.")
CUT_OFF = gettext_lazy(
    "The line cannot be read: a quotation mark has no end. Is the file cut off? Take it anew from the original."
)
ILLEGIBLE = gettext_lazy(
    "A character of the line is neither UTF-8 nor CP932. Is the file cut off in the middle of it? Take it anew from the original."
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
NO_CLASS = gettext_lazy("The class is empty. Write 【Ⅰ】<重点施策>, 【Ⅱ-ア】, 【Ⅱ-イ】 or 【Ⅲ】.")
UNKNOWN_CLASS = gettext_lazy(
    "“%(said)s” is no class. Write 【Ⅰ】<重点施策>, 【Ⅱ-ア】, 【Ⅱ-イ】 or 【Ⅲ】."
)
OTHER_CLASS = gettext_lazy(
    "Measure %(number)d has the class %(known)s in the guideline, not “%(said)s”. Mend the table, or first the measure in the administration."
)
NO_STATUS = gettext_lazy("The status is empty. Write 未, 着手中, 一部済, 済 or 済・継.")
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
