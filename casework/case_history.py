"""The history of a case as a page shows it: who did what when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from . import facts, verbs
from .facts import Fact
from .flow import Text
from .history import PROSE
from .models import Case, Event

#: The words that whoever may see the case reads: letters print them too.
FOR_ALL = ("reason", "conditions")
#: The words that whoever works on the case for the city reads.
FOR_THE_CITY = ("reason", "note", "conditions", "why_without_proof")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history.

    :param to: the label of the state it led to; empty where the state stayed.
    :param remarks: the words people gave with it.
    """

    what: Text
    by: str
    at: datetime
    to: Text
    facts: list[Fact]
    remarks: list[str]


def lines_of(case: Case, *, inside: bool, events: Iterable[Event] | None = None) -> list[Line]:
    """Return the history of ``case``, newest first.

    :param events: its rows in that order, where the caller has read them.
    :param inside: whether the reader works on the case for the city: facts and notes are for
        them; the reasons and conditions of moves are for whoever may see the case.
    """
    words = dict(case.remarks.values_list("pk", "text"))
    if events is None:
        events = case.events.select_related("by").order_by("-pk")
    return [_line(case, event, words, inside) for event in events]


def words_of(case: Case, event: Event, *, inside: bool) -> list[str]:
    """Return the words that people gave with ``event``, as far as the reader has them."""
    asked = [told["remark"] for told in event.facts.values() if _is_remark(told)]
    words = dict(case.remarks.filter(pk__in=asked).values_list("pk", "text")) if asked else {}
    return _remarks(event, words, inside)


def _is_remark(told: object) -> bool:
    return isinstance(told, dict) and "remark" in told


def _line(case: Case, event: Event, words: dict[int, str], inside: bool) -> Line:
    flow = case.machine.flow
    moved = event.source and event.source != event.target
    return Line(
        what=verbs.in_words(flow, event.verb, source=event.source, target=event.target),
        by=str(event.by),
        at=event.at,
        to=flow.stages[event.target].label if moved else "",
        facts=_facts(case, event) if inside else [],
        remarks=_remarks(event, words, inside),
    )


def _facts(case: Case, event: Event) -> list[Fact]:
    """Leave out which deadline more time was given for: the deadline itself says it."""
    apart = (*PROSE, "deadline")
    told = {name: value for name, value in event.facts.items() if name not in apart}
    return facts.in_words(case.kind, event.verb, told) if event.verb in case.machine.flow else []


def _remarks(event: Event, words: dict[int, str], inside: bool) -> list[str]:
    told = FOR_THE_CITY if inside else FOR_ALL
    kept = [event.facts[name] for name in told if isinstance(event.facts.get(name), dict)]
    return [words[remark["remark"]] for remark in kept if remark["remark"] in words]
