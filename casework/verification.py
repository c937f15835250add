"""Reading history back: chains intact, every path legal in its table, last target = state.

What the history only points to is read too: filed versions, and the remarks
and messages that still exist.
Remarks whose time is up were destroyed, and are not missed. Neither are the words of a version, if an
approved list says that they were destroyed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from . import history
from .flow import OPEN, TAKE_BACK, WHERE_IT_CAME_FROM, Flow
from .models import Case, Event, MessageWords, Remark, Seal, Version
from .models.case import KINDS

#: Rows fetched at a time: the whole history is never in memory.
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit: the case (or ``None`` for a seal), the line, and what."""

    case: int | None
    event: int | None
    what: str

    def __str__(self):
        """Say it in the language in which it was found."""
        named = {"case": self.case, "event": self.event, "what": self.what}
        if self.case is None:
            return _("Seals: %(what)s.") % named
        if self.event is None:
            return _("Case %(case)s: %(what)s.") % named
        return _("Case %(case)s, event %(event)s: %(what)s.") % named


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of a remark: where it stands and the digest the words had."""

    case: int
    event: int
    digest: str


#: What higher apps keep beside the history: how many rows, and what does not fit in them.
_KEPT_BESIDE: list[tuple[Callable[[], int], Callable[[Callable], Iterator[Fault]]]] = []


def also_read(
    rows: Callable[[], int], find: Callable[[Callable[[], None]], Iterator[Fault]]
) -> None:
    """Register what is read back with the history: a higher app keeps it, with a digest.

    :param rows: returns how many rows ``find`` reads.
    :param find: called with what it has to call after every row.
    """
    _KEPT_BESIDE.append((rows, find))


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a higher app destroyed by lists that were approved.

    :param version: called with a version without words: the day on which they were destroyed, if a
        list says so.
    :param lines: says in words what was destroyed when, for whoever reads the history back.
    """

    version: Callable[[Version], date | None]
    lines: Callable[[], Iterator[str]]


_DESTROYED: list[Destroyed] = []


def also_destroyed(told: Destroyed) -> None:
    """Register what is not missed when the history is read back."""
    _DESTROYED.append(told)


def destroyed() -> Iterator[str]:
    """Yield in words what was destroyed when, of all that says so."""
    for told in _DESTROYED:
        yield from told.lines()


def count() -> int:
    """Return how many rows :func:`faults` reads, for a progress bar."""
    sealed = Event.objects.count() if Seal.objects.exists() else 0
    words = Remark.objects.count() + MessageWords.objects.count()
    beside = sum(rows() for rows, _find in _KEPT_BESIDE)
    return Event.objects.count() + Version.objects.count() + words + sealed + beside


def faults(read: Callable[[], None] = lambda: None) -> Iterator[Fault]:
    """Yield all that does not fit: cases by id, then versions, remarks, messages, seals, what apps keep.

    :param read: called after every row.
    """
    told: dict[int, Told] = {}
    yield from _case_faults(told, read)
    yield from _version_faults(read)
    yield from _remark_faults(told, read)
    yield from _message_faults(read)
    yield from _seal_faults(read)
    for _rows, find in _KEPT_BESIDE:
        yield from find(read)


def _case_faults(told: dict[int, Told], read: Callable) -> Iterator[Fault]:
    cases = {
        pk: (kind, state) for pk, kind, state in Case.objects.values_list("pk", "kind", "state")
    }
    for case, chain in groupby(_events(read, "case_id", "pk"), key=lambda event: event.case_id):
        kind, state = cases.pop(case)
        machine = KINDS.get(kind)
        if machine is None:
            yield Fault(case, None, _("is of an unknown kind, %(kind)s") % {"kind": kind})
        yield from _chain_faults(case, machine.flow if machine else None, state, chain, told)
    for case in sorted(cases):
        yield Fault(case, None, _("has no history"))


def _events(read: Callable, *order: str) -> Iterator[Event]:
    for event in Event.objects.order_by(*order).iterator(chunk_size=CHUNK):
        yield event
        read()


def _chain_faults(case: int, flow: Flow | None, state: str, chain, told) -> Iterator[Fault]:
    before: Event | None = None
    came: dict[str, str] = {}
    for event in chain:
        for what in _line_faults(flow, before, came, event):
            yield Fault(case, event.pk, what)
        if event.source != event.target and event.verb != TAKE_BACK:
            came[event.target] = event.source
        told.update(_remarks_of(event))
        before = event
    if before.target != state:
        what = _("stands at %(state)s, its history ends at %(target)s")
        yield Fault(case, None, what % {"state": state, "target": before.target})


def _line_faults(flow: Flow | None, before: Event | None, came: dict, event: Event):
    if event.previous_digest != (before.digest if before else ""):
        yield _("does not follow the line before it")
    if event.digest != history.event_digest(event):
        yield _("was changed: its digest is another")
    if before and event.source != before.target:
        what = _("starts from %(source)s, the case stood at %(target)s")
        yield what % {"source": event.source, "target": before.target}
    if flow and not _legal(flow, before, came, event):
        row = f"{event.source} –{event.verb}→ {event.target}"
        yield _("no row of its table is %(row)s") % {"row": row}


def _legal(flow: Flow, before: Event | None, came: dict[str, str], event: Event) -> bool:
    if before is None:
        return (event.verb, event.source, event.target) == (OPEN, "", flow.initial)
    if event.verb == TAKE_BACK:
        undone = (event.facts.get("event"), event.source, event.target)
        return undone == (before.pk, before.target, before.source)
    if event.verb not in flow:
        return event.source == event.target
    if flow[event.verb].target == WHERE_IT_CAME_FROM:
        back = came.get(event.source) or flow.initial
        return event.source in flow[event.verb].source and event.target == back
    return event.target in flow.leads(event.verb, event.source)


def _remarks_of(event: Event) -> Iterator[tuple[int, Told]]:
    for name in history.PROSE:
        if isinstance(fact := event.facts.get(name), dict) and "remark" in fact:
            yield fact["remark"], Told(event.case_id, event.pk, fact["digest"])


def _version_faults(read: Callable) -> Iterator[Fault]:
    for version in Version.objects.order_by("pk").iterator(chunk_size=CHUNK):
        if version.digest != history.digest_of(version.content) and not _was_destroyed(version):
            what = _("version %(number)s was changed: its digest is another")
            yield Fault(version.case_id, None, what % {"number": version.number})
        read()


def _was_destroyed(version: Version) -> bool:
    return version.content == {} and any(told.version(version) for told in _DESTROYED)


def _remark_faults(told: dict[int, Told], read: Callable) -> Iterator[Fault]:
    for remark in Remark.objects.order_by("pk").iterator(chunk_size=CHUNK):
        said = told.get(remark.pk)
        if said is None:
            what = _("no line speaks of remark %(remark)s") % {"remark": remark.pk}
            yield Fault(remark.case_id, None, what)
        elif said.digest != history.remark_digest(remark):
            what = _("the words of remark %(remark)s were changed") % {"remark": remark.pk}
            yield Fault(said.case, said.event, what)
        read()


def _message_faults(read: Callable) -> Iterator[Fault]:
    words = MessageWords.objects.select_related("message").order_by("pk")
    for row in words.iterator(chunk_size=CHUNK):
        if row.message.digest != history.digest_of([row.salt, row.text]):
            what = _("the words of message %(number)s were changed")
            yield Fault(row.message.case_id, None, what % {"number": row.message_id})
        read()


def _seal_faults(read: Callable) -> Iterator[Fault]:
    """Walk through the events once, in the order they were written, and check each seal on the way."""
    seals = list(Seal.objects.order_by("day"))
    events = _events(read, "pk") if seals else iter(())
    heads: dict[int, str] = {}
    before, event = "", next(events, None)
    for seal in seals:
        while event and event.pk <= seal.last_event:
            heads[event.case_id] = event.digest
            event = next(events, None)
        wanted = history.seal_digest(seal.day, seal.last_event, heads, before)
        if (seal.previous_digest, seal.digest, seal.cases) != (before, wanted, len(heads)):
            what = _("the seal of %(day)s does not fit what it sealed") % {"day": seal.day}
            yield Fault(None, None, what)
        before = seal.digest
