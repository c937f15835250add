"""One form of each kanji: a text in old forms (旧字体) or variants is compared in the new one.

There is one table for all who compare names or search texts.
"""

import csv
from functools import cache
from pathlib import Path

#: One line a letter: the form that texts are compared by, and the forms that it stands for. Put
#: together for this program from the lists below. On 2026-11-22 it was held against the pairs of
#: two libraries, joyokanji 1.1.0 and kyujipy 0.6.8, and what they have more was added; neither
#: knows the variants of names, nor 鐮, so they alone would not do. 斎 and 齋 stand under 斉, since
#: families write all of them: to find too much is the lesser fault.
#: Source: old forms in 常用漢字表 (平成22年内閣告示第2号) and 人名用漢字別表 (戸籍法施行規則別表第二);
#: variants that family registers carry (戸籍統一文字情報, Ministry of Justice).
OLD_KANJI = Path(__file__).parent / "old_kanji.csv"


@cache
def new_forms() -> dict[int, str]:
    """Return code point of an old form → its new form, as ``str.translate`` takes it."""
    with OLD_KANJI.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {ord(old): row["form"] for row in rows for old in row["variants"]}
