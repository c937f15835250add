"""Keys of rows that an address or a form names as text."""

#: The longest number that every database takes for a key (63 bits).
DIGITS = 18


def key_in(text: str) -> int | None:
    """Return the key that ``text`` is, or ``None`` where it can be the key of no row."""
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_number else None


def keys_in(texts: list[str]) -> list[int]:
    """Return the keys among ``texts``; whatever can be none is left out."""
    return [key for text in texts if (key := key_in(text)) is not None]
