"""Reading history back: chains intact, every path legal in its table, last target = state."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from . import history
from .models import Case, Event, Seal
from .models.case import KINDS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit: the case (or ``None`` for a seal), the line, and what."""

    case: int | None
    event: int | None
    what: str


def faults() -> Iterator[Fault]:
    """Yield all that does not fit, cases by id and then seals by day; streams the rows."""
    states = dict(Case.objects.values_list("pk", "state"))
    kinds = dict(Case.objects.values_list("pk", "kind"))
    events = Event.objects.order_by("case_id", "pk").iterator(chunk_size=2000)
    seen = set()
    for case, chain in groupby(events, key=lambda event: event.case_id):
        seen.add(case)
        yield from _chain_faults(case, kinds[case], states[case], chain)
    for case in sorted(set(states) - seen):
        yield Fault(case, None, "has no history")
    yield from _seal_faults()


def _chain_faults(case: int, kind: str, state: str, chain) -> Iterator[Fault]:
    flow, digest, stood = KINDS[kind].flow, "", None
    for event in chain:
        if event.previous_digest != digest:
            yield Fault(case, event.pk, "does not follow the line before it")
        if event.digest != history.event_digest(event):
            yield Fault(case, event.pk, "was changed: its digest is another")
        if stood is not None and event.source != stood:
            yield Fault(case, event.pk, f"starts from {event.source}, the case stood at {stood}")
        if not _legal(flow, event, first=stood is None):
            yield Fault(case, event.pk, f"no row {event.source} –{event.verb}→ {event.target}")
        digest, stood = event.digest, event.target
    if stood != state:
        yield Fault(case, None, f"stands at {state}, its history ends at {stood}")


def _legal(flow, event: Event, *, first: bool) -> bool:
    if first:
        return (event.verb, event.source, event.target) == ("open", "", flow.initial)
    if event.verb == "correct":
        return True
    if event.verb in flow:
        return event.target in flow.leads(event.verb, event.source)
    return event.source == event.target


def _seal_faults() -> Iterator[Fault]:
    before = ""
    for seal in Seal.objects.order_by("day"):
        heads = history.heads_at(seal.last_event)
        wanted = history.digest_of({"day": seal.day, "heads": heads, "previous": before})
        if seal.previous_digest != before or seal.digest != wanted:
            yield Fault(None, None, f"the seal of {seal.day} does not fit what it sealed")
        before = seal.digest
