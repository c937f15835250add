"""What a release would change of what is public now: words added and removed, values before and after."""

import difflib
import re
from collections.abc import Iterator
from datetime import datetime

from reporting.models import PublicEntry, ReleaseItem

from . import changed_rows
from .changed_rows import ADDED, REMOVED, SAME, Change
from .checks import content_of
from .contents import AS_OF, FILES, SOURCES
from .places import Path, in_words, label_of, values

#: Words, numbers, and signs one by one; Japanese is compared character by character.
_TOKENS = re.compile(r"[0-9][0-9,.]*|[A-Za-z]+|\s+|.", re.DOTALL)


def changes(item: ReleaseItem, *, at: datetime) -> list[Change] | None:
    """Return what an item would change of what is public now; ``None`` if nothing is public yet."""
    entry = PublicEntry.objects.filter(kind=item.kind, key=item.key).select_related("item").first()
    if entry is None or entry.item_id == item.pk:
        return None
    return list(between(entry.item.content or {}, content_of(item, at=at)))


def between(before: dict, after: dict) -> Iterator[Change]:
    """Yield the places at which two contents differ."""
    old, new = _compared(before), _compared(after)
    for path in [*old, *(path for path in new if path not in old)]:
        was, will_be = old.get(path), new.get(path)
        if was != will_be:
            yield _change(label_of(path), *(in_words(path, value) for value in (was, will_be)))
    yield from changed_rows.between(before.get(FILES) or {}, after.get(FILES) or {})


def _compared(content: dict) -> dict[Path, object]:
    """Return the values of a content, but for the moment at which it was read, and whole files."""
    own = {name: value for name, value in content.items() if name not in (AS_OF, FILES, SOURCES)}
    return dict(values(own))


def _change(place: str, was: object, will_be: object) -> Change:
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
