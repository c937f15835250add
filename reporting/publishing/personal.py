"""What in a public text may be about a person: names that the system knows, and how to reach somebody.

No list finds every person. What is found is shown to a person, who decides, beside how much of a planted
set is found (``RECALL``).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jaconv
from django.utils.translation import gettext_lazy

from accounts.models import Officer, User
from grants.models import AgreementSignature

#: Shorter names stand in too many words to be looked for; kana alone stand in more of them.
SHORTEST, SHORTEST_IN_KANA = 3, 4
_KANA = re.compile("[ぁ-ゖァ-ヺー]+")
_DASH = r"[-‐‑‒–—―−ー－]"  # noqa: RUF001  all that people type for a hyphen
_DIGITS_BEFORE, _DIGITS_AFTER = r"(?<![\d,.])", r"(?![\d,])"

#: What a way to reach a person looks like, after normalisation of width.
PATTERNS = {
    "email": re.compile(
        # From where a word begins, and never back into it: a line without a blank is read once.
        r"(?<![\w.+-])[\w.+-]++(?:@|\(at\)|\[at\])[\w-]+(?:\.[\w-]+)+",
        re.IGNORECASE | re.ASCII,
    ),
    "phone": re.compile(
        rf"{_DIGITS_BEFORE}(?:\+81[\s-]?|\(?0)\d{{1,4}}\)?[\s-]?\(?\d{{1,4}}\)?[\s-]?\d{{3,4}}{_DIGITS_AFTER}"
    ),
    "postcode": re.compile(rf"(?:〒\s?\d{{3}}-?\d{{4}}|{_DIGITS_BEFORE}\d{{3}}-\d{{4}}(?![\d-]))"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One place in a text.

    :param what: ``name``, or a key of ``PATTERNS``.
    """

    what: str
    words: str

    @property
    def said(self) -> str:
        """What was found, for a person."""
        return SAID[self.what] % {"words": self.words}


#: How many of the invented examples of the tests are found, and how many there are; the tests hold both.
RECALL = {"name": (12, 15), "phone": (7, 8), "postcode": (4, 4), "email": (3, 4)}

SAID = {
    "name": gettext_lazy("This looks like the name of a person: “%(words)s”"),
    "email": gettext_lazy("This looks like an e-mail address: “%(words)s”"),
    "phone": gettext_lazy("This looks like a phone number: “%(words)s”"),
    "postcode": gettext_lazy("This looks like a postcode: “%(words)s”"),
}


def normal(text: str) -> str:
    """Return a text with one width and one hyphen."""
    return re.sub(_DASH, "-", unicodedata.normalize("NFKC", text))


def ways_to_reach(text: str) -> Iterator[Found]:
    """Find what looks like a phone number, a postcode or an e-mail address."""
    plain = _dashes_between_digits(unicodedata.normalize("NFKC", text))
    taken: list[tuple[int, int]] = []
    for what, pattern in PATTERNS.items():
        for match in pattern.finditer(plain):
            enough = what != "phone" or 10 <= sum(c.isdigit() for c in match[0]) <= 12
            if enough and not any(a < match.end() and match.start() < b for a, b in taken):
                taken.append(match.span())
                yield Found(what, _without_half_a_bracket(match[0].strip()))


def _without_half_a_bracket(words: str) -> str:
    """Return ``words`` without a bracket that opens before a number and closes after it."""
    return words if ")" in words else words.removeprefix("(")


def _dashes_between_digits(text: str) -> str:
    """Return ``text`` with every dash after a digit as a hyphen; ー in a word stays."""
    return re.sub(rf"(?<=\d){_DASH}(?=\d)", "-", text)


class Names:
    """Names to look for, each as it is compared: without blanks, in one width and one kana."""

    def __init__(self, names: Iterable[str]):
        self._by_start: dict[str, set[str]] = defaultdict(set)
        for name in names:
            compared = _compared(name)
            if len(compared) >= (SHORTEST_IN_KANA if _KANA.fullmatch(compared) else SHORTEST):
                self._by_start[compared[:2]].add(compared)

    def within(self, text: str, *, but: str = "") -> Iterator[Found]:
        """Find the names in ``text``, each once; what stands in ``but`` is not looked for."""
        written, known, found = _plain(text), _compared(but), set()
        plain = _one_kana(written)
        for start in range(len(plain) - 1):
            for name in self._by_start.get(plain[start : start + 2], ()):
                if name not in found and plain.startswith(name, start) and name not in known:
                    found.add(name)
                    yield Found("name", written[start : start + len(name)])


def _compared(name: str) -> str:
    return _one_kana(_plain(name))


def _plain(text: str) -> str:
    return re.sub(r"[\s・]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _one_kana(plain: str) -> str:
    """Return ``plain`` with every katakana as its hiragana, sign by sign."""
    return jaconv.kata2hira(plain)


def known_names() -> Names:
    """Return the names that the system knows, in kanji and in kana.

    They are those of officers, of who signed an agreement, and of everybody with a log-in: members,
    contact persons, the city’s people.
    """
    people = User.objects.exclude(email__endswith="@system.invalid")
    rows = (Officer.objects, people, AgreementSignature.objects)
    names = [every.order_by().values_list("name", flat=True) for every in rows]
    kana = Officer.objects.order_by().values_list("name_kana", flat=True)
    return Names(kana.union(*names))
