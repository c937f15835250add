"""Numbers that an address or a form names as text: whatever a browser sends, it is read or it is none."""

#: The years of which a page can speak: it counts in eras, and from one year to the next.
YEARS = range(1900, 2200)
#: The longest number that every database takes for a key (63 bits).
DIGITS = 18


def key_in(text: str) -> int | None:
    """Return the key that ``text`` is, or ``None`` where it can be the key of no row."""
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_number else None


def keys_in(texts: list[str]) -> list[int]:
    """Return the keys among ``texts``; whatever can be none is left out."""
    return [key for text in texts if (key := key_in(text)) is not None]


def year_in(text: str | None) -> int | None:
    """Return the year that ``text`` is, or ``None`` where it is none of ``YEARS``."""
    year = key_in(text or "")
    return year if year in YEARS else None
