"""A change of what the public reads: one value or one row, before and after."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

SAME, ADDED, REMOVED = "same", "added", "removed"
#: Words, numbers, and signs one by one; Japanese is compared character by character.
_TOKENS = re.compile(r"[0-9][0-9,.]*|[A-Za-z]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Change:
    """One value, or one row of a table, that would change.

    :param parts: of words, ``(same, added or removed, text)`` in order; of other values empty.
    :param before: the value that is public now; ``None`` where there is none.
    """

    place: str
    before: object
    after: object
    parts: tuple[tuple[str, str], ...] = ()


def of_words(place: str, was: object, will_be: object) -> Change:
    """Return the change of what somebody wrote, part by part; of a number, before and after."""
    if isinstance(was or "", str) and isinstance(will_be or "", str):
        return Change(place, was, will_be, tuple(words(str(was or ""), str(will_be or ""))))
    return Change(place, was, will_be)


def words(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of two texts: what stays, what goes, what comes."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for code, a, b, c, d in matcher.get_opcodes():
        if code == "equal":
            yield SAME, "".join(old[a:b])
            continue
        if b > a:
            yield REMOVED, "".join(old[a:b])
        if d > c:
            yield ADDED, "".join(new[c:d])
