"""What a move brings about, said before it is made."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from . import deadlines, letters
from .flow import SAME, WHERE_IT_CAME_FROM, Move, Stage
from .models import Case
from .parties import in_words

#: (kind, verb) → functions of higher apps that say what else follows.
_ALSO: dict[tuple[str, str], list[Callable[[Case], list[str]]]] = defaultdict(list)


def also_follows(kind: str, *verbs: str):
    """Register ``function(case)``; it returns sentences that stand with what a move brings about."""

    def register(function):
        for verb in verbs:
            if function not in _ALSO[kind, verb]:
                _ALSO[kind, verb].append(function)
        return function

    return register


def of_move(case: Case, move: Move) -> list[str]:
    """Return what follows from ``move``, one plain sentence each."""
    also = (words for say in _ALSO.get((case.kind, move.verb), ()) for words in say(case))
    said = [_where(case, move), *_deadlines(case, move), _letter(case, move), *also]
    return [sentence for sentence in said if sentence]


def _target(case: Case, move: Move) -> Stage | None:
    """Return the stage ``move`` leads to, as far as it can be said before."""
    if move.target == SAME:
        return case.stage
    target = case.came_from if move.target == WHERE_IT_CAME_FROM else move.target
    return case.stage_at(target) if target in case.flow.stages else None


def _where(case: Case, move: Move) -> str:
    stage = _target(case, move)
    if stage is None or move.target == SAME:
        return ""
    where = _("The case goes to “%(stage)s”.") % {"stage": stage.label}
    if stage.final:
        return f"{where} {_('It ends there.')}"
    if stage.holders:
        parties = in_words(stage.holders)
        return f"{where} {_('It then waits for: %(parties)s.') % {'parties': parties}}"
    return where


def _deadlines(case: Case, move: Move) -> list[str]:
    """Say which deadlines are met, fall away and begin: what ``services.advance`` will do."""
    standing = list(case.deadlines.open().order_by("pk").values_list("kind", flat=True))
    stage = _target(case, move)
    closes = standing if stage and stage.final else move.closes
    met = [kind for kind in standing if kind in move.meets]
    closed = [kind for kind in standing if kind in closes and kind not in met]
    begins = [kind for kind in move.opens if deadlines.KINDS[kind].applies(case)]
    paused = [kind for kind in standing if kind in move.pauses]
    return [
        *_named(_("The deadline “%(label)s” is met."), met),
        *_named(_("The deadline “%(label)s” falls away."), closed),
        *_named(_("The clock of “%(label)s” stands still."), paused),
        *_named(_("Where it applies, a deadline begins to run: “%(label)s”."), begins),
    ]


def _named(words: str, kinds: Iterable[str]) -> list[str]:
    return [words % {"label": deadlines.KINDS[kind].label} for kind in kinds]


def _letter(case: Case, move: Move) -> str:
    kind = letters.sent_by(case, move.verb)
    return _("A formal letter leaves: %(title)s.") % {"title": kind.title} if kind else ""
