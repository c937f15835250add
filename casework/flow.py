"""The table that a state machine is: one row per state, one row per move.

A clerk can check the rows against the city's rules; django-fsm executes them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django_fsm import GET_STATE, transition

Text = str | Promise

#: Target of a move that goes back to where the case came from.
WHERE_IT_CAME_FROM = "*back*"
#: Target of a move that is recorded but leaves the state as it is.
SAME = "*same*"

#: Source of a move that can be made from every state that is not final.
EVERY_OPEN_STATE = ("*open*",)

#: Verbs of the history that are no rows of a table: a case begins, a slip is undone (訂正).
OPEN, TAKE_BACK = "open", "take_back"


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of a machine.

    :param holder: who must act for the case to go on: party codes of ``casework.parties``,
        separated by blanks where several must.
    :param step: place on the timeline, from 1; several stages may share one; 0 is not shown.
    :param final: nothing more is expected; open deadlines close when the case enters.
    :param todo: what the holder has to do now, as one plain sentence; the head of the page.
    :param tone: neutral, action, good or bad; never the only sign.
    :param heard_by: the party that must act instead where the case has no organization, because it
        asks whom it concerns and writes that down.
    :param heard_todo: what that party has to do then.
    """

    code: str
    label: Text
    holder: str = ""
    step: int = 0
    final: bool = False
    tone: str = "neutral"
    todo: Text = ""
    heard_by: str = ""
    heard_todo: Text = ""

    def where(self, *, has_organization: bool) -> "Stage":
        """Return this stage as it is for a case with, or without, an organization."""
        if has_organization or not self.heard_by:
            return self
        return replace(self, holder=self.heard_by, todo=self.heard_todo)

    @property
    def holders(self) -> tuple[str, ...]:
        return tuple(self.holder.split())


@dataclass(frozen=True, slots=True)
class Condition:
    """A test a case must pass at a moment, with the words that say why it did not.

    django-fsm does not hand the moment to its conditions, so the door asks this one itself.

    :param test: called with the case and ``at``; of what came on paper, ``at`` is the day that
        counts (see ``casework.received``).
    :param why: shown to people in place of the button.
    :param why_paper: said instead to the office that keys in a paper, where ``why`` does not fit.
    """

    test: Callable[..., bool]
    why: Text
    why_paper: Text = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row: who may take a case from where to where, when, and what becomes due.

    :param who: name of a rule of the ``rules`` library; there is no default on purpose.
    :param opens: kinds of the deadlines that start to run.
    :param meets: kinds of the deadlines that this move fulfils.
    :param closes: kinds of the deadlines that end because their duty falls away. Taking a move back
        does not open them again, so only a move by approval, which cannot be taken back, has any.
    :param pauses: kinds of the deadlines whose clock stands still from now on; a later move that
        opens the kind lets it run on (see ``casework.standstill``). Taking the move back does, too.
    :param extends: the move gives more time for the one open deadline that its facts name, and
        changes nothing else; pages offer it beside that deadline, not among the moves.
    :param by_approval: made only by executing an approved draft (起案・決裁).
    :param alone: whether it may be drafted for one case by itself; not where one decision is made
        on a whole list, which another page drafts (see ``casework.list_decisions``).
    :param handed_in: the group makes it; for one that uses paper the office keys it in, with the
        day on which the paper was received (収受日), which counts.
    :param only_follows: made only as a consequence of another case's move, never by a button.
    :param tells_why: whoever has to act next is told the reason, and by when.
    :param hint: one plain sentence that says what the move does.
    :param drafted_as: what a draft of it is named by, where the label of the state it leads to would
        read as if it were done already.
    """

    verb: str
    label: Text
    source: tuple[str, ...]
    target: str
    who: str
    when: tuple[Condition, ...] = ()
    opens: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    extends: bool = False
    by_approval: bool = False
    alone: bool = True
    handed_in: bool = False
    only_follows: bool = False
    tells_why: bool = False
    hint: Text = ""
    tone: str = "primary"
    drafted_as: Text = ""


class Flow(dict[str, Move]):
    """A machine: its stages by code, its moves by verb, both in the order a case meets them.

    :param part_of: the kind of case that this one is dealt with as a part of. Its rows say who holds
        it as all do, but a task is told once: desks and notices name the other case only, which
        moves whenever this one does.
    """

    def __init__(self, kind: str, *rows: Stage | Move, part_of: str = ""):
        self.kind, self.part_of = kind, part_of
        self.stages = {row.code: row for row in rows if isinstance(row, Stage)}
        moves = (self._from_where(row) for row in rows if isinstance(row, Move))
        super().__init__((move.verb, move) for move in moves)
        self._refuse_unsound_rows()

    def _from_where(self, move: Move) -> Move:
        if move.source != EVERY_OPEN_STATE:
            return move
        return replace(move, source=tuple(s.code for s in self.stages.values() if not s.final))

    def _refuse_unsound_rows(self) -> None:
        known = {*self.stages, WHERE_IT_CAME_FROM, SAME}
        for move in self.values():
            if move.verb in (OPEN, TAKE_BACK):
                raise ValueError(f"{self.kind}.{move.verb}: the history uses this verb itself")
            if unknown := {*move.source, move.target} - known:
                raise ValueError(f"{self.kind}.{move.verb}: unknown state {sorted(unknown)}")
            if move.closes and not move.by_approval:
                raise ValueError(f"{self.kind}.{move.verb}: closes, but can be taken back")
            if move.extends and not (move.by_approval and move.target == SAME):
                raise ValueError(f"{self.kind}.{move.verb}: gives more time without an approval")
            if not (move.alone or move.by_approval):
                raise ValueError(f"{self.kind}.{move.verb}: decided on a list, but not by approval")

    @property
    def initial(self) -> str:
        """The state a new case is in: the first row of the table."""
        return next(iter(self.stages))

    @property
    def choices(self) -> list[tuple[str, Text]]:
        return [(stage.code, stage.label) for stage in self.stages.values()]

    def states_held_by(self, *parties: str, has_organization: bool = True) -> list[str]:
        """Return the states in which one of ``parties`` must act, for cases with or without an organization."""
        stages = [s.where(has_organization=has_organization) for s in self.stages.values()]
        return [s.code for s in stages if not {*s.holders}.isdisjoint(parties)]

    def final_states(self) -> list[str]:
        return [stage.code for stage in self.stages.values() if stage.final]

    def leads(self, verb: str, source: str) -> set[str]:
        """Return the states in which ``verb`` may end when it starts from ``source``."""
        move = self[verb]
        if source not in move.source:
            return set()
        if move.target == SAME:
            return {source}
        if move.target == WHERE_IT_CAME_FROM:
            return {s for s in self.stages if s != source}
        return {move.target}

    def move(self, method):
        """Make ``method`` the body of the row that bears its name."""
        row = self[method.__name__]
        bind = transition(
            field="state",
            source=list(row.source),
            target=self._target(row),
        )
        return bind(method)

    def _target(self, row: Move):
        if row.target == WHERE_IT_CAME_FROM:
            return GET_STATE(lambda case, **facts: case.came_from or self.initial)
        if row.target == SAME:
            return None
        return row.target
