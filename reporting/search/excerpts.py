"""Where a text answers a question: the piece around it, with the words marked and all else escaped."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .questions import Word
from .tokens import fold_with_places

#: Letters shown before the first word that was found, and in all.
BEFORE, SHOWN = 40, 160
#: Stands between what an excerpt shows of one field and of the next.
BETWEEN = " ／ "


def marked(text: str, words: Sequence[Word]) -> SafeString:
    """Return a whole text as HTML, with what the words find in it marked."""
    return _html(text, _places(text, words), 0, len(text))


def excerpt(text: str, words: Sequence[Word], *, translated: str = "") -> SafeString:
    """Return the piece of a text around the first word found; its beginning if none is in it.

    :param text: lines, which are shown apart from each other.
    :param translated: is shown in its place where the words are found there alone.
    """
    text, translated = text.replace("\n", BETWEEN), translated.replace("\n", BETWEEN)
    places = _places(text, words)
    if not places and (found := _places(translated, words)):
        text, places = translated, found
    start = max(0, places[0][0] - BEFORE) if places else 0
    end = min(len(text), start + SHOWN)
    piece = _html(text, places, start, end)
    return format_html("{}{}{}", "…" * (start > 0), piece, "…" * (end < len(text)))


def _places(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where the words stand in the text as it is written, in order; none runs into another."""
    folded = fold_with_places(text)
    found = sorted(
        (folded.spans[match.start()][0], folded.spans[match.end() - 1][1])
        for word in words
        for phrase in word.phrases
        if not phrase.is_english  # the same letters as another phrase
        for match in phrase.pattern.finditer(folded.text)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _html(text: str, places: list[tuple[int, int]], start: int, end: int) -> SafeString:
    pieces: list[tuple[str, str]] = []
    at = start
    for begins, ends in places:
        if ends <= start or begins >= end:
            continue
        pieces += [
            (text[at : max(at, begins)], ""),
            (text[max(at, begins) : min(ends, end)], "mark"),
        ]
        at = min(ends, end)
    pieces.append((text[at:end], ""))
    return format_html_join("", "{}", ((_piece(words, tag),) for words, tag in pieces if words))


def _piece(words: str, tag: str) -> SafeString | str:
    return format_html("<mark>{}</mark>", words) if tag else words
