"""Japanese words on a page in another language: marked, so that a voice reads them as Japanese.

Source: JIS X 8341-3:2016 3.1.2 (WCAG 2.0, language of parts).
"""

import re

#: Kana, kanji, and the signs that stand between them.
_SIGN = "[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\uff66-\uff9f]"
#: From the first sign to the last; numbers and blanks between them belong to it, other words do not.
_JAPANESE = re.compile(rf"{_SIGN}(?:[^A-Za-z<>&]*{_SIGN})?")
_TEXT_AFTER_TAG = re.compile(r"(<[^>]*>)([^<]+)")
#: What may hold words and no element of its own: the mark goes into its tag. ``text`` and ``title`` are of drawings.
_HOLDS_NO_ELEMENT = re.compile(r"<(?:option|textarea|text|title)\b")
#: What no voice reads.
_NOT_SPOKEN = re.compile(r"<(?:script|style)\b")


def marked(html: str) -> str:
    """Return HTML with every run of Japanese between its tags in a ``lang="ja"`` of its own.

    :param html: escaped, and beginning with a tag; what stands in attributes is left as it is.
    """
    return _TEXT_AFTER_TAG.sub(_marked_after, html)


def _marked_after(found: re.Match[str]) -> str:
    tag, text = found.groups()
    if 'lang="ja"' in tag or _NOT_SPOKEN.match(tag) or not _JAPANESE.search(text):
        return found[0]
    if _HOLDS_NO_ELEMENT.match(tag):
        return f'{tag[:-1]} lang="ja">{text}'
    return tag + _JAPANESE.sub(r'<span lang="ja">\g<0></span>', text)
