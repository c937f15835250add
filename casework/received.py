"""The day on which the office received a paper of a group (収受日): who is asked for it, and when.

A group that uses paper does not make its moves itself; the office keys them in, often days later.
Then the day of the paper counts: it decides whether the group was in time.
"""

from collections.abc import Callable
from datetime import date, datetime, time

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from . import history
from .calendar import japan_date, moment
from .date_input import DateInput
from .errors import NotPossible
from .flow import OPEN, Move, Text
from .models import Case, Event
from .notice_words import in_words as day_in_words

#: Name of the fact, and of the field of the form that asks for it.
RECEIVED_ON = "received_on"
LABEL = _("Received on (収受日)")

NOT_TOLD = _("Enter the day on which the paper was received (収受日).")
NOT_YET = _("The day cannot lie in the future.")
TOO_EARLY = _(
    "The group could not hand this in before %(day)s. Check the day on which the paper was received."
)


def is_keyed_in(case: Case, move: Move, by) -> bool:
    """Return whether ``by``, who may make ``move``, enters with it what the group wrote on paper."""
    return move.handed_in and not by.duties.edits(case.organization_id)


def possible_since(case: Case, move: Move) -> date:
    """Return the Japan date since which ``case`` has stood where ``move`` starts."""
    entry = history.entry_into(case, move.source)
    return case.opened_on if entry.verb == OPEN else japan_date(entry.at)


def refuse_wrong_day(case: Case, move: Move, facts: dict, *, by, at: datetime) -> None:
    """Stop a move that lacks the day of its paper, or bears one that cannot be; or is none of these.

    :raises NotPossible: if the office keys it in, and the day is missing or wrong.
    :raises PermissionDenied: if a day is told of a move that is not keyed in.
    """
    if is_keyed_in(case, move, by):
        day = facts.get(RECEIVED_ON)
        if why := _why_not(day, since=possible_since(case, move), today=japan_date(at)):
            raise NotPossible(why)
    elif RECEIVED_ON in facts:
        raise PermissionDenied(f"{move.verb} is not keyed in from paper.")


def day_of(event: Event) -> dict:
    """Return, as a fact, the day of the paper by which ``event`` came; nothing if by none."""
    day = event.facts.get(RECEIVED_ON)
    return {RECEIVED_ON: date.fromisoformat(day)} if day else {}


def _why_not(day: date | None, *, since: date, today: date) -> Text | None:
    if day is None:
        return NOT_TOLD
    if day > today:
        return NOT_YET
    return TOO_EARLY % {"day": day_in_words(since)} if day < since else None


def moments_that_count(
    case: Case, move: Move, facts: dict, *, by=None, at: datetime
) -> tuple[datetime, ...]:
    """Return the moments as of which the conditions of ``move`` are asked: mostly ``at`` alone.

    Of a paper it is the day that counts, from its first moment on. As long as the office has not
    said which day that is, it may be any since the group could hand in: the first and the last
    stand for all, for every condition on time begins to hold once, or ends to.

    :param by: who would make the move, where no facts are told yet.
    """
    if day := case.counts_on(move.verb, facts):
        return (moment(day, time.min),)
    if by is not None and is_keyed_in(case, move, by):
        return (moment(possible_since(case, move), time.min), at)
    return (at,)


def field_for(case: Case, move: Move, *, today: date) -> forms.DateField:
    """Return the field that asks for the day of the paper, and says what is wrong with it."""
    return forms.DateField(
        label=LABEL,
        widget=DateInput(),
        help_text=_("This day counts, whenever it is keyed in."),
        error_messages={"required": NOT_TOLD},
        validators=[_validator(possible_since(case, move), today)],
    )


def _validator(since: date, today: date) -> Callable[[date], None]:
    def refuse(day: date) -> None:
        if why := _why_not(day, since=since, today=today):
            raise ValidationError(why)

    return refuse
