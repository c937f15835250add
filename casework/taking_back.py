"""Taking the last move back (訂正): when it is possible, and what the case held before the move.

The history keeps what the body of a move wrote over, so that taking the move back is more than
putting the state back. It keeps ids, days, numbers and codes; the words of people never enter it.
"""

from datetime import date, datetime

from django.db.models import Field
from django.utils.translation import gettext_lazy as _

from . import consequences, refusals
from .flow import TAKE_BACK, Move, Text
from .models import Case, Event

#: Names of facts: field → what stood there before the move; fields whose words the history may not
#: keep.
BEFORE, WORDS_LOST = "before", "words_lost"

NO_MOVE = _("The last thing that happened was not a move.")
FOLLOWED = _("Other cases or people already follow from this move. Use the next move instead.")
FOLLOWS = _("This follows from what happened to another case. Look there.")
LETTER_LEFT = _("A letter has already left. Use the next move instead.")
WORDS_GONE = _("Words that this move wrote over are not kept. Use the next move instead.")


def is_final(case: Case, move: Move) -> bool:
    """Return whether ``move`` stands whatever comes: a decision, or what others follow from."""
    return move.by_approval or bool(consequences.binding(case.kind, move.verb))


def refusal(case: Case, last: Event, *, at: datetime) -> Text | None:
    """Return why ``last``, the newest line of the history, cannot be taken back, or ``None``.

    A higher app may refuse it, too: what the move ended may have been begun anew meanwhile.
    """
    move = case.flow.get(last.verb)
    if move is None or last.source == last.target:
        return NO_MOVE
    if is_final(case, move):
        return FOLLOWED
    if "cause" in last.facts:
        return FOLLOWS
    if case.letters.filter(at__gte=last.at).exists():
        return LETTER_LEFT
    if WORDS_LOST in last.facts:
        return WORDS_GONE
    return refusals.refused(case, TAKE_BACK, at=at)


def closed_before(case: Case, last: Event) -> datetime:
    """Return when ``case`` had come to the final state that ``last`` led out of."""
    came = case.events.filter(pk__lt=last.pk, target=last.source).exclude(source=last.source)
    return came.order_by("-pk").values_list("at", flat=True)[0]


def fields_of(case: Case) -> dict[str, object]:
    """Return what the columns of ``case`` hold; its state is the door's own affair."""
    fields = case._meta.concrete_fields
    return {f.attname: getattr(case, f.attname) for f in fields if f.attname != "state"}


def written_over(case: Case, before: dict[str, object]) -> dict:
    """Return, as facts, what ``case`` held ``before`` in the fields that its move has set."""
    old = {name: value for name, value in before.items() if getattr(case, name) != value}
    lost = [name for name, value in old.items() if not _may_be_kept(case, name, value)]
    kept = {name: _plain(value) for name, value in old.items() if name not in lost}
    return {name: told for name, told in ((BEFORE, kept), (WORDS_LOST, lost)) if told}


def _may_be_kept(case: Case, name: str, value: object) -> bool:
    """Return whether a value may stand in the history: no words, unless they are a code."""
    return not isinstance(value, str) or value == "" or bool(_field(case, name).choices)


def _plain(value: object) -> object:
    """Return a day or a moment as text in full; JSON would cut a moment to milliseconds."""
    return value.isoformat() if isinstance(value, date) else value


def put_back(case: Case, last: Event) -> None:
    """Give the fields of ``case`` what they held before ``last``; the caller saves."""
    for name, value in last.facts.get(BEFORE, {}).items():
        setattr(case, name, _field(case, name).to_python(value))


def _field(case: Case, name: str) -> Field:
    return case._meta.get_field(name)
