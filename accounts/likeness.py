"""When two names are likely the same group: pure text, no database.

A group that signs up twice rarely spells its name the same way: the legal form stands before or
after it or is left out, kana are half-width, Latin letters full-width. The office decides; this
only puts the likely ones before its eyes.
"""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

import jaconv

#: Legal forms and their short writings, after NFKC (which opens ㈱ and ㈳); longest first.
LEGAL_FORMS = (
    "認定特定非営利活動法人",
    "特例認定特定非営利活動法人",
    "特定非営利活動法人",
    "認定npo法人",
    "npo法人",
    "一般社団法人",
    "公益社団法人",
    "一般財団法人",
    "公益財団法人",
    "社会福祉法人",
    "学校法人",
    "宗教法人",
    "認可地縁団体",
    "労働者協同組合",
    "株式会社",
    "合同会社",
    "有限会社",
    "任意団体",
    "市民活動団体",
    "(特非)",
    "(一社)",
    "(公社)",
    "(社)",
    "(一財)",
    "(公財)",
    "(財)",
    "(福)",
    "(株)",
    "(有)",
)

#: From this ratio on two names are shown as likely the same.
LIKELY = 0.88


def name_key(name: str) -> str:
    """Return ``name`` as it is compared and searched: what spelling leaves to taste is gone.

    Width and letter case are one (NFKC), katakana is hiragana, legal forms fall away unless nothing
    else is left, and so do spaces and punctuation.
    """
    plain = jaconv.kata2hira(unicodedata.normalize("NFKC", name).casefold())
    bare = plain
    for form in sorted(LEGAL_FORMS, key=len, reverse=True):
        bare = bare.replace(jaconv.kata2hira(form), "")
    return _letters(bare) or _letters(plain)


def _letters(text: str) -> str:
    # ー is a letter to Unicode, and so it stays: ユース and ユス are two names.
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LN")


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1; 1 is the same name but for its spelling."""
    first, second = sorted((name_key(one), name_key(other)))
    if not first or not second:
        return 0.0
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < LIKELY or matcher.quick_ratio() < LIKELY:
        return 0.0
    return matcher.ratio()


def likely_same(name: str, others: Iterable[tuple[int, str]]) -> list[int]:
    """Return the ids among ``others`` (id, name) that are likely ``name``, the likeliest first."""
    rated = [(likeness(name, other), pk) for pk, other in others]
    return [pk for ratio, pk in sorted(rated, key=lambda r: (-r[0], r[1])) if ratio >= LIKELY]
