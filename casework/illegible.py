"""Which lines of a text hold what no encoding can read, such as the half character at which a file was cut."""

from .sheets import MAX_BYTES, decoded

#: Stands where nothing can be read.
MARK = "\N{REPLACEMENT CHARACTER}"
#: What Python makes of bytes that an encoding does not have.
_BROKEN = dict.fromkeys(range(56448, 56576), MARK)


def patched(content: bytes) -> tuple[bytes, list[int]]:
    """Return a text with marks for what cannot be read, and the numbers of the lines that hold one.

    What can be read, and what is no text, comes back as it is.
    """
    if content.startswith(b"PK") or b"\0" in content or len(content) > MAX_BYTES:
        return content, []
    as_utf8 = content.decode("utf-8-sig", "surrogateescape")
    whole = as_utf8.rstrip("".join(map(chr, _BROKEN)))
    is_cut = whole != as_utf8 and not whole.isascii() and whole == whole.translate(_BROKEN)
    if not is_cut and decoded(content) is not None:
        return content, []
    as_cp932 = content.decode("cp932", "surrogateescape")
    text = as_utf8 if is_cut else min(as_utf8, as_cp932, key=_broken_in)
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if _broken_in(line)]
    return text.translate(_BROKEN).encode(), lines


def _broken_in(text: str) -> int:
    return sum(ord(sign) in _BROKEN for sign in text)
