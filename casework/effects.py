"""What a move brings about, said before it is made."""

from django.utils.translation import gettext as _

from . import deadlines, letters
from .flow import SAME, WHERE_IT_CAME_FROM, Move
from .models import Case
from .parties import in_words


def of_move(case: Case, move: Move) -> list[str]:
    """Return what follows from ``move``, one plain sentence each."""
    said = [_where(case, move), *_deadlines(case, move), _letter(case, move)]
    return [sentence for sentence in said if sentence]


def _where(case: Case, move: Move) -> str:
    if move.target == SAME:
        return ""
    target = case.came_from if move.target == WHERE_IT_CAME_FROM else move.target
    stage = case.flow.stages.get(target)
    if stage is None:
        return ""
    where = _("The case goes to “%(stage)s”.") % {"stage": stage.label}
    if stage.final:
        return f"{where} {_('It ends there.')}"
    if stage.holders:
        parties = in_words(stage.holders)
        return f"{where} {_('It then waits for: %(parties)s.') % {'parties': parties}}"
    return where


def _deadlines(case: Case, move: Move) -> list[str]:
    standing = set(case.deadlines.open().values_list("kind", flat=True))
    met = [deadlines.KINDS[kind].label for kind in move.meets if kind in standing]
    opened = [deadlines.KINDS[kind].label for kind in move.opens]
    return [
        *(_("The deadline “%(label)s” is met.") % {"label": label} for label in met),
        *(
            _("Where it applies, a deadline begins to run: “%(label)s”.") % {"label": label}
            for label in opened
        ),
    ]


def _letter(case: Case, move: Move) -> str:
    kind = letters.sent_by(case, move.verb)
    return _("A formal letter leaves: %(title)s.") % {"title": kind.title} if kind else ""
