"""The kinds of deadlines there are. Higher apps register theirs; each is computed by a pure rule."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from .derivation import Due
from .flow import Text


class Audience(models.TextChoices):
    """Whom one rung of a reminder ladder tells."""

    OWNER = "owner", _("Who owes it")
    MEMBERS = "members", _("Everyone of the group, also those who only read")
    DEPARTMENT = "department", _("Shared mailbox of the department in charge")
    CLERK = "clerk", _("Clerk in charge")
    MANAGER = "manager", _("Manager (who decides approvals)")
    COORDINATOR = "coordinator", _("Coordinator")


class Tone(models.TextChoices):
    PLAIN = "plain", _("Plain")
    FIRM = "firm", _("Firm: says what follows if it is not done")


class Pace(models.TextChoices):
    """How soon a rung leaves, once its day has come."""

    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("With the daily digest")


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder of a ladder, to one audience.

    :param days: calendar days before the date; negative is after it.
    """

    days: int
    audience: str = Audience.OWNER
    tone: str = Tone.PLAIN
    channel: str = Pace.AT_ONCE


#: The rungs of one kind of deadline, in the order in which they are climbed down.
LadderRungs = tuple[Rung, ...]

#: Two weeks, three days and on the day; the office hears of it when the date has passed.
USUAL_LADDER: LadderRungs = (
    Rung(14),
    Rung(3),
    Rung(0),
    Rung(-1, tone=Tone.FIRM),
    Rung(-1, Audience.CLERK, Tone.FIRM),
)

#: The same for what a group or a department owes: after a week without it, the manager hears of it.
ESCALATING_LADDER: LadderRungs = (*USUAL_LADDER, Rung(-7, Audience.MANAGER, Tone.FIRM))


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """One kind of duty with a date.

    :param owed_by: a party code of ``casework.parties``; empty for a right that ends (such as to
        withdraw): nobody owes it, and nobody is late when it has ended.
    :param rule: called with the case, ``at`` and the facts of the move that opens it; returns the
        :class:`~casework.derivation.Due`, or ``None`` where this case owes no such thing.
    :param ladder: of the program itself; the office may put another one in its place.
    :param statutory: whether missing it has legal effect, so that nobody can mute its reminders.
    :param applies: called with a case; whether its rules know the duty at all. What no case of its
        sort owes is not announced before a move.
    """

    code: str
    label: Text
    owed_by: str
    rule: Callable[..., Due | None]
    ladder: LadderRungs = ESCALATING_LADDER
    statutory: bool = False
    applies: Callable[..., bool] = bool


KINDS: dict[str, DeadlineKind] = {}


def register(*kinds: DeadlineKind) -> None:
    """Add ``kinds`` to those a flow may open.

    :raises ValueError: if a code is taken.
    """
    for kind in kinds:
        if kind.code in KINDS:
            raise ValueError(f"There already is a deadline kind {kind.code}.")
        KINDS[kind.code] = kind
