"""What anybody can read of the running site: every address that a link leads to, as words."""

import io
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client

from tests.pdf_text import pdf_text

#: Where anybody may begin besides the front page: what nobody links to, and machines ask for.
ENTRANCES = ("/", "/search/", "/public/index.html", "/public/sitemap.xml", "/public/feed.xml")
#: Where a link leads those who have to log in first.
TURNED_AWAY = (302, 403, 404, 503)
#: What is read: pages, and what stands in the place of one that was withdrawn.
READ = (200, 410)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


def links_in(page: str) -> list[str]:
    """Return where the links and pictures of a page lead."""
    links = _Links()
    links.feed(page)
    return links.found


def words_of(content: bytes, media_type: str) -> str:
    """Return the words of an answer, of whatever kind: page, data, PDF, or a packed document."""
    if media_type == "application/pdf":
        return pdf_text(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(
                parts.read(name).decode("utf-8", "replace") for name in parts.namelist()
            )
    return content.decode("utf-8-sig", "replace")


def crawl(client: Client, *more: str) -> Iterator[tuple[str, str]]:
    """Yield address and words of all that a person without a log-in comes to, each address once.

    :param more: entrances beside :data:`ENTRANCES`.
    """
    waiting = [*ENTRANCES, *more]
    known = set(waiting)
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        if answer.status_code in TURNED_AWAY:
            continue
        assert answer.status_code in READ, (address, answer.status_code)
        media_type = answer.headers["Content-Type"].partition(";")[0]
        words = words_of(answer.getvalue(), media_type)
        yield address, words
        if media_type == "text/html":
            for link in links_in(words):
                led = urldefrag(urljoin(f"http://here{address}", link)).url
                there = led.removeprefix("http://here")
                if urlsplit(led).netloc == "here" and there not in known:
                    known.add(there)
                    waiting.append(there)
