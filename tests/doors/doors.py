"""The table of doors: every address, what each person gets who knocks there, and what it costs.

``doors.csv`` is the declaration; see :mod:`tests.doors.tables` for how it is written anew. Column
``answer`` says what the reader gets: a page, or a file of what kind; ``queries`` how often it asks
the database, whether there is one thing of a kind or three; ``lists`` says "more" where it shows
more when there is more.
"""

import io
import logging
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from tests.doors import growth
from tests.doors.tables import ONLY, Row, Table
from tests.doors.world import PEOPLE, World

HEAD = ("door", "method", "args")
COST = ("answer", "queries", "lists")
TABLE = Table("doors.csv", key=("method", "door", "args"), columns=(*HEAD, *PEOPLE, *COST))

#: Addresses of libraries, tested by them; what we ask of them is in ``test_login.py``.
LIBRARIES = ("account_", "mfa_", "usersessions_")

#: Who reads a page when it is read once: whoever of them it opens to, who sees most first.
READERS = (
    "office", "auditor", "admin", "department", "panel", "approver", "accounting", "coordinator",
    "member", "other_dept", "stranger", "committee", "anonymous",
)  # fmt: skip
#: Pages that show to each what is their own, and to the first of the readers nothing.
OWN = {
    "casework:my": "member",
    "casework:mailbox": "member",
    "accounts:profile": "member",
    "grants:call": "member",
}

#: The pages of a case, and how often each may ask the database, whoever reads it.
OF_A_CASE, MOST = ("casework:case", "casework:case-part"), 12

#: What lies between the words that begin and end a stream of a PDF.
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def names(resolver=None, prefix: str = "") -> set[str]:
    """Return the name of every address of the program, without those of libraries."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern, inner)
        else:
            found.add(f"{prefix}{pattern.name}")
    return {name for name in found if not name.startswith(LIBRARIES)}


def own_names() -> set[str]:
    """Return the names of the addresses that this table is about; the admin site has its own."""
    return {name for name in names() if not name.startswith("admin:")}


def _pairs(row: Row) -> list[tuple[str, str]]:
    return [(key, value) for key, value in (pair.split("=") for pair in row["args"].split())]


def address(row: Row, things: dict) -> str:
    """Return the address of a door; an argument is the name of a thing, or stands for itself.

    What is written in capitals is no argument but a setting of the site, such as DEMO=1.
    """
    given = {key: things.get(value, value) for key, value in _pairs(row) if not key.isupper()}
    return reverse(row["door"], kwargs=given)


@contextmanager
def site_of(row: Row) -> Iterator[None]:
    """The site as the row says it is set up."""
    with override_settings(**{key: value == "1" for key, value in _pairs(row) if key.isupper()}):
        yield


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, method: str, path: str, data=None):
    """Return the answer, read to its end; the browser stays whose it was."""
    cookies = client.cookies.copy()
    response = client.get(path) if method == "GET" else client.post(path, data or {})
    response.body = response.getvalue() if response.streaming else response.content
    response.close()
    client.cookies = cookies
    return response


@contextmanager
def in_silence() -> Iterator[None]:
    """Let refusals, which are expected here by the thousand, not be written down with a traceback."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def short_refusals() -> Iterator[None]:
    """Let a refusal be its status alone: its page, drawn by the thousand, would take most of the time."""
    site = get_resolver().urlconf_module
    for status in (403, 404):
        setattr(site, f"handler{status}", partial(_refusal, status))
    yield
    for status in (403, 404):
        delattr(site, f"handler{status}")


def _refusal(status: int, request, exception=None) -> HttpResponse:
    return HttpResponse(status=status)


def knock(client: Client, row: Row, things: dict) -> str:
    """Return the status a person gets; whatever a POST did is rolled back."""
    with rolled_back(), site_of(row):
        return str(ask(client, row["method"], address(row, things)).status_code)


def walk(world: World, rows: list[Row]) -> list[Row]:
    """Return the rows as they are: what each person gets, and what the page costs.

    Where only some doors are asked for (``ONLY_DOORS``), the others are taken as declared.
    """
    found = iter(_knocked(world, [row for row in rows if _is_asked_for(row)]))
    return [next(found) if _is_asked_for(row) else row for row in rows]


def _is_asked_for(row: Row) -> bool:
    return row["door"].startswith(ONLY)


def _knocked(world: World, rows: list[Row]) -> list[Row]:
    got = [
        {name: row[name] for name in HEAD}
        | {column: knock(world.clients[column], row, world.things) for column in PEOPLE}
        for row in rows
    ]
    with rolled_back(), long_pages():
        growth.grow(world, 1)
        once = [cost(world, row) for row in got]
        growth.grow(world, 2)
        thrice = [cost(world, row) for row in got]
    return [row | compared(a, b) for row, a, b in zip(got, once, thrice, strict=True)]


@contextmanager
def long_pages() -> Iterator[None]:
    """Let lists show all they have: a page that is full shows no more when there is more."""
    with ExitStack() as stack:
        for module in list(sys.modules.values()):
            for name in ("PER_PAGE", "PAGE_SIZE"):
                if ".views" in getattr(module, "__name__", "") and hasattr(module, name):
                    before = getattr(module, name)
                    setattr(module, name, 10_000)
                    stack.callback(setattr, module, name, before)
        yield


def reader(row: Row) -> str | None:
    """Return the column of the person who reads this page when it is read once."""
    wanted = (OWN.get(row["door"], READERS[0]), *READERS)
    return next((column for column in wanted if row[column] == "200"), None)


def asking_too_often(world: World, rows: list[Row]) -> dict[tuple[str, str], int]:
    """Return door and reader of each page of a case that asks more often than ``MOST``."""
    with rolled_back(), long_pages():
        growth.grow(world, 1)
        found = {
            (f"{row['door']} {row['args']}", column): asked(
                world.clients[column], address(row, world.things)
            ).queries
            for row in rows
            if row["door"] in OF_A_CASE
            for column in PEOPLE
            if row[column] == "200"
        }
    return {page: queries for page, queries in found.items() if queries > MOST}


@dataclass(frozen=True)
class Cost:
    """What a reader got: which kind of answer, how long it is, how many queries it took."""

    answer: str
    queries: int
    length: int


def cost(world: World, row: Row) -> Cost | None:
    """Return what a page costs whoever reads it; ``None`` if nobody does."""
    column = reader(row)
    if row["method"] != "GET" or column is None:
        return None
    with site_of(row):
        return asked(world.clients[column], address(row, world.things))


def asked(client: Client, path: str) -> Cost:
    with rolled_back(), CaptureQueriesContext(connection) as queries:
        answer = ask(client, "GET", path)
    assert answer.status_code == 200, path
    return Cost(kind_of(answer), len(queries), length(answer.body))


def length(body: bytes) -> int:
    """Return how many things an answer says: tags of a page, texts of a PDF, else characters.

    What is packed is unpacked first: how long it is packed hangs on chance.
    """
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return sum(packed.read(name).count(b"<") for name in packed.namelist())
    if body.startswith(b"%PDF"):
        return sum(stream.count(b"Tj") + stream.count(b"TJ") for stream in _streams(body))
    return body.count(b"<") or len(body)


def _streams(pdf: bytes) -> Iterator[bytes]:
    for match in STREAM.finditer(pdf):
        with suppress(zlib.error):  # a picture or a font packed in another way
            yield zlib.decompress(match[1])


def kind_of(answer) -> str:
    """Return "page", or the media type of a file."""
    media_type = answer["Content-Type"].partition(";")[0]
    is_file = answer.get("Content-Disposition", "").startswith("attachment")
    return "page" if media_type == "text/html" and not is_file else media_type


def compared(once: Cost | None, thrice: Cost | None) -> Row:
    """Return the columns of the cost; a number that grows is written so that no table may hold it."""
    if once is None or thrice is None:
        return dict.fromkeys(COST, "")
    grows = once.queries != thrice.queries
    return {
        "answer": once.answer,
        "queries": f"{once.queries} to {thrice.queries}" if grows else str(once.queries),
        "lists": "more" if thrice.length > once.length else "",
    }
