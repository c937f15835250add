"""The picture at the top of a case page: the steps of the table, where the case is among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .flow import TAKE_BACK, Stage, Text
from .models import Case, Event
from .parties import in_words


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the picture.

    :param status: done, current, next or skipped.
    :param holder: who acts in this step, in words.
    """

    label: Text
    status: str
    date: datetime | None = None
    holder: Text = ""


def timeline(case: Case, events: Iterable[Event] | None = None) -> list[Step]:
    """Return the steps of ``case`` in table order; stages that share a step count as one.

    :param events: its history, the oldest first, where the caller has read it.

    What a case of this sort never meets is left out, and of a closed case whatever did not come.
    """
    reached = _reached(case.events.order_by("pk") if events is None else events)
    numbers = sorted({stage.step for stage in case.flow.stages.values() if stage.step})
    steps = [_step(case, number, reached) for number in numbers]
    return [step for step in steps if step]


def _reached(events: Iterable[Event]) -> dict[str, datetime]:
    """Return when the case last came to each state: by its opening or by a move that still stands.

    What is recorded meanwhile (a letter posted, more time given) changes no date.
    """
    standing: list[Event] = []
    for event in events:
        if event.verb == TAKE_BACK:
            standing.pop()
        elif event.source != event.target:
            standing.append(event)
    return {event.target: event.at for event in standing}


def _step(case: Case, number: int, reached: dict[str, datetime]) -> Step | None:
    stages = [stage for stage in case.flow.stages.values() if stage.step == number]
    stage = _passed(case, stages, reached) or _usual(case, stages)
    moment = reached.get(stage.code)
    status = _status(case, number, moment)
    if moment is None and (case.closed_at or not case.meets(stage)):
        return None
    if status == "next":
        stage, moment = _usual(case, stages), None
    by_paper = status == "current" and case.by_paper
    holders = case.stage_at(stage.code).holders
    return Step(stage.label, status, moment, in_words(holders, by_paper=by_paper))


def _passed(case: Case, stages: list[Stage], reached: dict[str, datetime]) -> Stage | None:
    """Of stages that share a step, return the one the case is in, or the last it passed."""
    here = [stage for stage in stages if stage.code == case.state]
    passed = sorted((s for s in stages if s.code in reached), key=lambda s: reached[s.code])
    return (here or passed[-1:] or [None])[0]


def _usual(case: Case, stages: list[Stage]) -> Stage:
    """Of stages that share a step, return the one on the straight way of ``case``.

    Failures are bad, and what a case is sent back to asks for action. Of several good ends it is the
    first that the case can meet.
    """
    straight = [stage for stage in stages if stage.tone not in ("bad", "action")]
    ends = [stage for stage in straight if stage.final and stage.tone == "good"]
    met = [stage for stage in ends if case.meets(stage)] if len(ends) > 1 else []
    return (met or straight or stages)[0]


def _status(case: Case, number: int, moment) -> str:
    here = case.stage.step
    if case.closed_at:
        return "done"
    if number == here:
        return "current"
    if number < here:
        return "done" if moment else "skipped"
    return "next"
