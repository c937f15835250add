"""What a text is searched by: bigrams of its folded letters. Pure rules, no database.

Japanese has no blanks between words, so each two neighbouring letters are a token, and the last
letter of a run is one, too: so every letter begins a token. Blanks within a run are taste (鎌倉　花子).
Latin words and numbers are tokens whole.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import jaconv

from accounts.old_kanji import new_forms

#: What is one word to the index: Latin letters, a number, or a run of any other letters.
RUN = re.compile(r"[a-z]+|[0-9]+|[^\W_a-z0-9]+(?: +[^\W_a-z0-9]+)*")
#: A word that is a token as it is.
WHOLE = re.compile(r"[a-z]+|[0-9]+")

#: Half-width marks that NFKC joins to the letter before them.
_JOINED = "ﾞﾟ"
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7)))
#: They choose a variant of the letter before them, which is the same letter to us.
_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def _table() -> dict[int, str]:
    """Return the letters that stand for another: katakana, old kanji."""
    kana = {ord(sign): jaconv.kata2hira(sign) for sign in _KATAKANA}
    # 七里ヶ浜 is written with ケ, too; jaconv turns both small ones into letters nobody types.
    small = {ord("ヶ"): "け", ord("ゖ"): "け", ord("ヵ"): "か", ord("ゕ"): "か"}
    return {**kana, **small, **new_forms()}


_FOLD = _table()


def fold(text: str) -> str:
    """Return ``text`` as it is searched: one width, one kana, new kanji, small Latin letters.

    What NFKC makes of a folded letter may fold again, so kanji are looked up after it.
    """
    plain = text.translate(_SELECTORS)
    return unicodedata.normalize("NFKC", plain).casefold().translate(_FOLD)


#: Texts are folded letter by letter to be shown, and have few different letters.
_fold_letter = lru_cache(maxsize=10_000)(fold)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its letters stood.

    :param spans: of each folded letter, (start, end) in the text.
    """

    text: str
    spans: tuple[tuple[int, int], ...]


def fold_with_places(text: str) -> Folded:
    """Fold letter by letter, so that what is found can be shown in the text as it is written."""
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and is_mark(text[end]):
            end += 1
        folded = _fold_letter(text[start:end])
        letters.append(folded)
        spans += [(start, end)] * len(folded)
        start = end
    return Folded("".join(letters), tuple(spans))


@lru_cache(maxsize=10_000)
def is_mark(sign: str) -> bool:
    """Return whether a sign belongs to the letter before it."""
    return sign in _JOINED or unicodedata.category(sign) == "Mn"


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text in their order; neighbours in a run stand next to each other."""
    return [token for run in runs_of(fold(text)) for token in tokens_of_run(run)]


def english(token: str) -> str:
    """Return the token of a word of our English translation: no other token has a digit before letters.

    So who reads in Japanese finds nothing by words that stand on no page in Japanese.
    """
    return f"0{token}"


def runs_of(folded: str) -> list[str]:
    """Return what is one word to the index, without the blanks in it."""
    return [run.replace(" ", "") for run in RUN.findall(folded)]


def tokens_of_run(run: str) -> list[str]:
    """Return a Latin word or a number whole, of other letters each two and the last one."""
    if WHOLE.fullmatch(run):
        return [run]
    return [run[place : place + 2] for place in range(len(run))]
