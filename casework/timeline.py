"""The picture at the top of a case page: the steps of the table, where the case is among them."""

from dataclasses import dataclass

from .flow import Text
from .models import Case
from .parties import Party


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the picture.

    :param status: done, current, next or skipped.
    :param holder: who acts in this step, in words.
    """

    label: Text
    status: str
    date: object = None
    holder: Text = ""


def timeline(case: Case) -> list[Step]:
    """Return the steps of ``case`` in table order; stages that share a step count as one."""
    reached = {event.target: event.at for event in case.events.order_by("pk")}
    steps = []
    shown = [stage for stage in case.flow.stages.values() if stage.step and case.meets(stage)]
    for number in sorted({stage.step for stage in shown}):
        stages = [stage for stage in shown if stage.step == number]
        stage = _shown(case, stages, reached)
        moment = reached.get(stage.code)
        holder = ", ".join(str(Party(party).label) for party in stage.holders)
        status = _status(case, number, moment)
        steps.append(Step(stage.label, status, moment if status != "next" else None, holder))
    return steps


def _shown(case: Case, stages, reached):
    """Of stages that share a step, show the one the case is in, or the last it passed."""
    here = [stage for stage in stages if stage.code == case.state]
    passed = sorted((s for s in stages if s.code in reached), key=lambda s: reached[s.code])
    return (here or passed[-1:] or stages)[0]


def _status(case: Case, number: int, moment) -> str:
    here = case.stage.step
    if number == here:
        return "current" if not case.closed_at else "done"
    if number < here:
        return "done" if moment else "skipped"
    return "skipped" if case.closed_at else "next"
