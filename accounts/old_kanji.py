"""One form of each kanji: a text in old forms (旧字体) or variants is compared in the new one.

There is one table for all who compare names or search texts: that of the library joyokanji, and
above it what the library lacks.
"""

import csv
from functools import cache
from pathlib import Path

import joyokanji

#: What the library lacks, one line a letter: the form that texts are compared by, and the forms that
#: it stands for. Variants of names for the most part, and old forms beyond the list of daily use,
#: such as 鐮. 斎 (and with it 齋) stands under 斉, since families write all of them: to find too much
#: is the lesser fault.
#: Source: 人名用漢字別表 (戸籍法施行規則別表第二); variants that family registers carry
#: (戸籍統一文字情報, Ministry of Justice); some pairs from the library kyujipy 0.6.8.
OWN_FORMS = Path(__file__).parent / "old_kanji.csv"

#: Where Unicode keeps kanji: extension A and the first block, those kept for old character sets, and
#: the planes beyond.
_KANJI = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32400))


def library_form(letters: str) -> str:
    """Return letters as the library writes them anew, one for one."""
    return joyokanji.convert(letters, variants=True)


@cache
def new_forms() -> dict[int, str]:
    """Return code point of an old form → its new form, as ``str.translate`` takes it."""
    own = _own_forms()
    kanji = "".join(chr(code) for block in _KANJI for code in block)
    pairs = zip(kanji, library_form(kanji), strict=True)
    return {ord(old): new.translate(own) for old, new in pairs if new != old} | own


def _own_forms() -> dict[int, str]:
    with OWN_FORMS.open(encoding="utf-8", newline="") as file:
        return {ord(old): row["form"] for row in csv.DictReader(file) for old in row["variants"]}
