"""The full text of the database: the one door to it, on PostgreSQL and SQLite alike.

Both are given tokens that Python made, in their order, and never see a text: PostgreSQL keeps them
as a ``tsvector`` with a GIN index, SQLite in a table of FTS5. Neither table is Django's, so both are
made after ``migrate``, where they lack.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import NamedTuple, Protocol

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .questions import Phrase, Term, Word

#: Of more than this the words say little about what fits best, and weighing each takes long: then
#: only titles count, and what is newer.
MOST_WEIGHED = 1_000
#: PostgreSQL counts the places of tokens to 16,383; what lies beyond is not searched, on either.
MOST_TOKENS = 16_000


class Row(NamedTuple):
    """The tokens of one entry, in their order."""

    entry: int
    title: Sequence[str]
    text: Sequence[str]


class Match(NamedTuple):
    """An entry that a question finds.

    :param in_title: whether its title alone answers the question.
    :param weight: the more, the better it fits; to be compared within one answer only, and 0 for all
        where more than ``MOST_WEIGHED`` were found.
    """

    entry: int
    in_title: bool
    weight: float


class FullText(Protocol):
    """What each database does in its own words."""

    made: tuple[str, ...]
    before: str
    write: str
    match: str
    weigh: str
    forget: str
    forget_strays: str

    def row(self, row: Row) -> tuple: ...

    def question(self, words: Sequence[Word]) -> dict[str, str]: ...


class Sqlite:
    """FTS5: ``unicode61`` takes letters and digits as tokens, and our tokens are nothing else."""

    made = (
        "CREATE VIRTUAL TABLE IF NOT EXISTS reporting_searchtokens USING fts5("
        "title, text, tokenize = 'unicode61 remove_diacritics 0', prefix = '1')",
    )
    before = ""
    write = "INSERT INTO reporting_searchtokens (rowid, title, text) VALUES (%s, %s, %s)"
    match = (
        "SELECT rowid, rowid IN (SELECT rowid FROM reporting_searchtokens"
        " WHERE reporting_searchtokens MATCH %(in_title)s)"
        " FROM reporting_searchtokens WHERE reporting_searchtokens MATCH %(anywhere)s"
    )
    weigh = (
        "SELECT rowid, -bm25(reporting_searchtokens, 10.0, 1.0) FROM reporting_searchtokens"
        " WHERE reporting_searchtokens MATCH %(anywhere)s"
    )
    forget = "DELETE FROM reporting_searchtokens WHERE rowid = %s"
    forget_strays = (
        "DELETE FROM reporting_searchtokens"
        " WHERE rowid NOT IN (SELECT id FROM reporting_searchentry)"
    )

    def row(self, row: Row) -> tuple:
        return row.entry, " ".join(row.title), " ".join(row.text)

    def question(self, words: Sequence[Word]) -> dict[str, str]:
        asked = " AND ".join(f"({' OR '.join(map(_fts5, word.phrases))})" for word in words)
        return {"anywhere": asked, "in_title": f"title : ({asked})"}


def _fts5(phrase: Phrase) -> str:
    terms = phrase.terms
    return f'"{" ".join(term.token for term in terms)}"' + (" *" if terms[-1].opens else "")


class Postgres:
    """A ``tsvector`` written out, so that no dictionary of the server has a say; titles weigh A."""

    made = (
        "CREATE TABLE IF NOT EXISTS reporting_searchtokens"
        " (entry bigint PRIMARY KEY, tokens tsvector NOT NULL)",
        # Titles stand by themselves, too: they are short, so that nothing has to be unpacked for them.
        "ALTER TABLE reporting_searchtokens"
        " ADD COLUMN IF NOT EXISTS title tsvector NOT NULL DEFAULT ''",
        "CREATE INDEX IF NOT EXISTS reporting_searchtokens_gin"
        " ON reporting_searchtokens USING gin (tokens) WITH (fastupdate = off)",
    )
    # The planner counts the pages of the table and not those beside it (TOAST) in which the tokens
    # lie, so that reading all of them looks cheap to it; the index is 500 times as fast.
    before = "SET LOCAL enable_seqscan = off"
    write = (
        "INSERT INTO reporting_searchtokens (entry, title, tokens)"
        " VALUES (%s, %s::tsvector, %s::tsvector)"
    )
    match = (
        "SELECT entry, title @@ %(anywhere)s::tsquery"
        " FROM reporting_searchtokens WHERE tokens @@ %(anywhere)s::tsquery"
    )
    weigh = (
        "SELECT entry, ts_rank('{0.1, 0.1, 0.1, 1.0}', tokens, %(anywhere)s::tsquery, 1)"
        " FROM reporting_searchtokens WHERE tokens @@ %(anywhere)s::tsquery"
    )
    forget = "DELETE FROM reporting_searchtokens WHERE entry = %s"
    forget_strays = (
        "DELETE FROM reporting_searchtokens"
        " WHERE entry NOT IN (SELECT id FROM reporting_searchentry)"
    )

    def row(self, row: Row) -> tuple:
        # A gap after the title: no phrase runs on from it into the text.
        title = " ".join(f"'{token}':{place}A" for place, token in enumerate(row.title, 1))
        begin = len(row.title) + 2
        text = " ".join(f"'{token}':{place}" for place, token in enumerate(row.text, begin))
        return row.entry, title, f"{title} {text}"

    def question(self, words: Sequence[Word]) -> dict[str, str]:
        return {"anywhere": _tsquery(words)}


def _tsquery(words: Sequence[Word]) -> str:
    def lexeme(term: Term) -> str:
        return f"'{term.token}'" + ":*" * term.opens

    def any_of(word: Word) -> str:
        phrases = (" <-> ".join(map(lexeme, phrase.terms)) for phrase in word.phrases)
        return " | ".join(f"({phrase})" for phrase in phrases)

    return " & ".join(f"({any_of(word)})" for word in words)


_FULL_TEXT: dict[str, FullText] = {"sqlite": Sqlite(), "postgresql": Postgres()}


def _of(connection: BaseDatabaseWrapper) -> FullText:
    return _FULL_TEXT[connection.vendor]


def make(sender=None, using: str = "default", **kwargs) -> None:
    """Make the table where it lacks; connected to ``post_migrate``."""
    with connections[using].cursor() as cursor:
        for statement in _of(connections[using]).made:
            cursor.execute(statement)


def write(rows: Iterable[Row], *, using: str = "default") -> None:
    """Keep the tokens of entries, in the place of those that they had."""
    rows = [Row(row.entry, row.title[:MOST_TOKENS], row.text[:MOST_TOKENS]) for row in rows]
    full_text = _of(connections[using])
    forget([row.entry for row in rows], using=using)
    with connections[using].cursor() as cursor:
        cursor.executemany(full_text.write, [full_text.row(row) for row in rows])


def forget(entries: Sequence[int], *, using: str = "default") -> None:
    """Take entries out; those that are not there are no fault."""
    with connections[using].cursor() as cursor:
        cursor.executemany(_of(connections[using]).forget, [(entry,) for entry in entries])


def forget_strays(*, using: str = "default") -> None:
    """Take out the tokens of entries that are no more."""
    with connections[using].cursor() as cursor:
        cursor.execute(_of(connections[using]).forget_strays)


def matches(words: Sequence[Word], *, using: str = "default") -> list[Match]:
    """Return what has all the words, in no order."""
    full_text = _of(connections[using])
    if not words:
        return []
    together = transaction.atomic(using) if full_text.before else nullcontext()
    with together, connections[using].cursor() as cursor:
        if full_text.before:
            cursor.execute(full_text.before)
        question, weights = full_text.question(words), {}
        cursor.execute(full_text.match, question)
        found = cursor.fetchall()
        if 0 < len(found) <= MOST_WEIGHED:
            cursor.execute(full_text.weigh, question)
            weights = dict(cursor.fetchall())
    return [Match(entry, bool(titled), weights.get(entry, 0.0)) for entry, titled in found]
