"""What a voice reads of a page: the Japanese words that no element around them calls Japanese."""

import re
from html.parser import HTMLParser

#: Elements that have no end.
_EMPTY = ("br", "img", "input", "link", "meta", "wbr")


def unmarked(page: str, *, within: str) -> list[str]:
    """Return the Japanese words of a page that are not marked as Japanese.

    :param within: the element of the page that is looked at: ``body``, ``main``.
    """
    reader = _Reader(within)
    reader.feed(page)
    return reader.unmarked


class _Reader(HTMLParser):
    def __init__(self, within: str):
        super().__init__()
        self.within, self.unmarked, self.open = within, [], []

    def handle_starttag(self, tag, attrs):
        if tag not in _EMPTY:
            self.open.append((tag, dict(attrs).get("lang")))

    def handle_startendtag(self, tag, attrs):
        """Pass over what ends where it begins: a part of a drawing."""

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        languages = [language for _tag, language in self.open if language]
        is_within = any(tag == self.within for tag, _language in self.open)
        if is_within and languages[-1] != "ja" and re.search("[ぁ-んァ-ヶ一-龥]", data):
            self.unmarked.append(data)


def words_of(page: str) -> str:
    """Return a page without the marks of Japanese runs and without the places where a line may break."""
    return re.sub(r'<span lang="ja">([^<]*)</span>', r"\1", page).replace("<wbr>", "")
