"""Which lines of a text hold what nobody can read: half a character where a file was cut, or a damaged byte.

Python reads the bytes that CP932 leaves free (0xA0, 0xFD to 0xFF), and characters of one machine alone
(外字), as signs for private use: to anybody else they say nothing.
"""

import re

from .sheets import MAX_BYTES, decoded

#: Stands where nothing can be read.
MARK = "\N{REPLACEMENT CHARACTER}"
#: What Python makes of bytes that an encoding does not have.
_BROKEN = dict.fromkeys(range(56448, 56576), MARK)
#: Signs whose meaning nobody has set, and controls, such as 0x80 of CP932, that stand in no text.
_MEANINGLESS = re.compile("[\ue000-\uf8ff\x80-\x9f]")


def patched(content: bytes) -> tuple[bytes, list[int]]:
    """Return a text with marks for what cannot be read, and the numbers of the lines that hold one.

    What can be read, and what is no text, comes back as it is.
    """
    if content.startswith(b"PK") or b"\0" in content or len(content) > MAX_BYTES:
        return content, []
    as_utf8 = content.decode("utf-8-sig", "surrogateescape")
    whole = as_utf8.rstrip("".join(map(chr, _BROKEN)))
    is_cut = whole != as_utf8 and not whole.isascii() and whole == whole.translate(_BROKEN)
    text = decoded(content)
    if not is_cut and text is not None and not _MEANINGLESS.search(text):
        return content, []
    as_cp932 = content.decode("cp932", "surrogateescape")
    text = as_utf8 if is_cut else min(as_utf8, as_cp932, key=_broken_in)
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if _broken_in(line)]
    return _MEANINGLESS.sub(MARK, text.translate(_BROKEN)).encode(), lines


def _broken_in(text: str) -> int:
    return sum(ord(sign) in _BROKEN for sign in text) + len(_MEANINGLESS.findall(text))
