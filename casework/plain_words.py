"""Words without the signs that no XML may hold: a word processor pastes them, and a feed breaks on one."""

import re

#: What XML 1.0 forbids: all controls but tab and the ends of lines, and what is no character.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: How word processors end a line or a page within a paragraph.
_LINE_ENDS = str.maketrans({"\x0b": "\n", "\x0c": "\n"})


def plain(text: str) -> str:
    """Return a text as a page, a feed and a file can hold it."""
    return _FORBIDDEN.sub("", text.translate(_LINE_ENDS))


def one_line(text: str) -> str:
    """Return a title as a list can hold it."""
    return " ".join(plain(text).splitlines())


def plain_throughout(content: object) -> object:
    """Return a content with all its texts plain."""
    if isinstance(content, str):
        return plain(content)
    if isinstance(content, dict):
        return {name: plain_throughout(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain_throughout(value) for value in content]
    return content
