"""Writing the index: one thing after a move, or all of it anew."""

import logging
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from reporting.models import CollaborationReport, SearchEntry

from . import store
from .sources import SOURCES, Document, in_batches
from .tokens import english, tokens_of

log = logging.getLogger(__name__)

#: What an entry keeps of its document besides its key.
KEPT = (
    "address",
    "title",
    "title_en",
    "text",
    "text_en",
    "fiscal_year",
    "course",
    "department_id",
    "measures",
    "fictitious",
)


def index_soon(kind: str, *keys) -> None:
    """Bring the index up to date once the transaction has committed.

    A fault there is logged and undoes nothing: :func:`catch_up` makes up for it. What stands in the
    index leaves it with the transaction, so that nobody finds what was withdrawn meanwhile.
    """
    _forget(SearchEntry.objects.filter(kind=kind, key__in=map(str, keys)))
    transaction.on_commit(partial(index, kind, *keys), robust=True)


def index(kind: str, *keys) -> None:
    """Write what of these is published now; what is not (any more) leaves the index."""
    wanted = frozenset(map(str, keys))
    with transaction.atomic():
        documents = list(SOURCES[kind].documents(wanted))
        _write(kind, documents)
        gone = wanted - {document.key for document in documents}
        _forget(SearchEntry.objects.filter(kind=kind, key__in=gone))


def catch_up() -> int:
    """Index the published reports that the index lacks, where a process died after its commit.

    :returns: how many there were.
    """
    indexed = SearchEntry.objects.filter(kind="report", key=Cast(OuterRef("pk"), CharField()))
    public = CollaborationReport.objects.public(fictitious=settings.DEMO)
    lacking = list(public.filter(~Exists(indexed)).order_by("pk").values_list("pk", flat=True))
    for batch in in_batches(lacking):
        index("report", *batch)
    return len(lacking)


def rebuild(*, anew: bool = True) -> dict[str, int]:
    """Make the whole index anew, batch by batch; who searches meanwhile finds the old or the new.

    :param anew: whether tokens are written also where the words are the same; else only what
        changed is.
    :returns: kind → how many are published.
    """
    counts = {}
    for kind, source in SOURCES.items():
        kept: set[str] = set()
        for batch in in_batches(source.documents(None)):
            with transaction.atomic():
                _write(kind, batch, anew=anew)
            kept.update(document.key for document in batch)
        counts[kind] = len(kept)
        _forget_others(kind, kept)
    _forget(SearchEntry.objects.exclude(kind__in=SOURCES))
    store.forget_strays()
    return counts


def _write(kind: str, documents: list[Document], *, anew: bool = True) -> None:
    known = SearchEntry.objects.filter(kind=kind, key__in=[d.key for d in documents])
    standing = {entry.key: entry for entry in known.select_for_update()}
    if not anew:
        documents = [d for d in documents if not _is_same(d, standing.get(d.key))]
    entries = [_entry(kind, document, standing.get(document.key)) for document in documents]
    SearchEntry.objects.bulk_create([entry for entry in entries if entry.pk is None])
    SearchEntry.objects.bulk_update([e for e in entries if e.key in standing], KEPT, batch_size=50)
    store.write(map(row_of, entries))


def _entry(kind: str, document: Document, entry: SearchEntry | None) -> SearchEntry:
    entry = entry or SearchEntry(kind=kind, key=document.key)
    for name in KEPT:
        setattr(entry, name, _kept(document, name))
    return entry


def _is_same(document: Document, entry: SearchEntry | None) -> bool:
    return entry is not None and all(getattr(entry, name) == _kept(document, name) for name in KEPT)


def _kept(document: Document, name: str):
    if name == "measures":
        return " ".join(map(str, document.measures))
    return getattr(document, name.removesuffix("_id"))


def row_of(entry: SearchEntry) -> store.Row:
    """Return the tokens of an entry, those of our translations apart from the others."""
    title, text = tokens_of(entry.title), tokens_of(entry.text)
    title += map(english, tokens_of(entry.title_en))
    text += map(english, tokens_of(entry.text_en))
    return store.Row(entry.pk, title, text)


def _forget_others(kind: str, kept: set[str]) -> None:
    rows = SearchEntry.objects.filter(kind=kind).values_list("pk", "key")
    gone = [pk for pk, key in rows.iterator() if key not in kept]
    for batch in in_batches(gone):
        _forget(SearchEntry.objects.filter(pk__in=batch))


def _forget(entries: Iterable[SearchEntry]) -> None:
    with transaction.atomic():
        store.forget([entry.pk for entry in entries])
        entries.delete()
