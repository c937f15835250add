"""What a release would change of what is public now: words added and removed, values before and after."""

from collections.abc import Iterator
from datetime import datetime

from reporting.models import PublicEntry, ReleaseItem

from . import changed_rows, changes, content_tables, progress
from .changes import Change
from .checks import content_of
from .contents import AS_OF, FILES, SOURCES, YEAR_VERSIONS
from .page_rows import AWARDS
from .places import Path, in_words, is_code, label_of, values

#: What is no part of a page, or is told as a table.
_NOT_BY_PLACE = (AS_OF, FILES, SOURCES, YEAR_VERSIONS, *content_tables.TABLES)


def of_item(item: ReleaseItem, *, at: datetime) -> list[Change] | None:
    """Return what an item would change of what is public now; ``None`` if nothing is public yet."""
    entry = PublicEntry.objects.filter(kind=item.kind, key=item.key).select_related("item").first()
    if entry is None or entry.item_id == item.pk:
        return None
    before = progress.with_what_is_kept_since(entry.item)
    return list(between(before, content_of(item, at=at)))


def would_change(entry: PublicEntry, content: dict) -> bool:
    """Return whether the public would read anything else than it does."""
    return any(between(progress.with_what_is_kept_since(entry.item), content))


def between(before: dict, after: dict) -> Iterator[Change]:
    """Yield the places at which two contents differ."""
    old, new = _compared(before), _compared(after)
    for path in [*old, *(path for path in new if path not in old)]:
        was, will_be = old.get(path), new.get(path)
        if was != will_be:
            words = (in_words(path, value) for value in (was, will_be))
            tell = Change if is_code(path) else changes.of_words
            yield tell(label_of(path), *words)
    for table, was, will_be in content_tables.tables(before, after):
        yield from changed_rows.rows(table, was, will_be)
    yield from changed_rows.between(
        before.get(FILES) or {}, after.get(FILES) or {},
        courses=after.get("courses") or before.get("courses") or {},
        without=(AWARDS,) if "rows" in {**before, **after} else (),
    )  # fmt: skip


def _compared(content: dict) -> dict[Path, object]:
    """Return the values of a content, but for its tables and files, and the moment at which it was read."""
    own = {name: value for name, value in content.items() if name not in _NOT_BY_PLACE}
    return dict(values(own))
