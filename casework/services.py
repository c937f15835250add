"""The door: the only place in the program where a case changes its state."""

from datetime import datetime

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from accounts.permissions import require

from . import (
    consequences,
    history,
    letters,
    locks,
    outbox,
    received,
    taking_back,
    timekeeping,
    typed_numbers,
)
from .calendar import fiscal_year, japan_date
from .errors import NotPossible
from .flow import OPEN, TAKE_BACK, Move, Text
from .list_decisions import refuse_alone
from .models import ApprovalItem, Case, Event, LetterToNumber, Version
from .numbers import next_number, number_of
from .refusals import refused

NEEDS_APPROVAL = _("An approver decides this. Put it into a draft (起案) first.")


@transaction.atomic
def open_case(
    case: Case, *, by, at: datetime, filed: bool = False, opens: tuple[str, ...] = (), **facts
) -> Case:
    """Save a new case in the first state of its table and write the first line of its history.

    :param filed: whether the city's people see it at once.
    :param opens: kinds of the deadlines that run from the start.
    """
    case.opened_at = at
    case.fiscal_year = case.fiscal_year or fiscal_year(japan_date(at))
    if filed:
        case.filed_at = at
    case.save()
    history.append(case, OPEN, source="", target=case.state, by=by, at=at, facts=facts)
    timekeeping.open_deadlines(case, opens, at=at, facts=facts)
    _follow(case, OPEN, by=by, at=at, facts=facts)
    return case


@transaction.atomic
def advance(
    case: Case, verb: str, *, by, at: datetime, item: ApprovalItem | None = None, **facts
) -> Case:
    """Make one move on a case: the only door through which a state changes.

    What the move shares with other cases is locked first, then the case, which is read afresh: two
    people who press the same button get one move and one refusal. Guard, move, event, deadlines,
    letter and consequences are one transaction. Use what it returns; the argument is stale.

    :param by: the person who moves; their duties are read as of the Japan date of ``at``.
    :param item: the approved item that makes this move, for moves that need an approval.
    :param facts: what the move needs; kept in the history, free words apart from it.
    :raises KeyError: if the table has no such verb.
    :raises TransitionNotAllowed: if the table has no such move from here.
    :raises NotPossible: if a condition of the row does not hold, with the reason; if an approval is
        missing, or the list on which the move is decided; if the office keys in a paper without the
        day it was received (``received_on``), or with one that cannot be.
    :raises PermissionDenied: if the table has it, but not for ``by``; if ``received_on`` is told of
        a move that is not keyed in from paper.
    """
    if item is None:  # a draft has locked what its items share, before the first of their cases
        locks.take([(case.kind, verb, case.pk)])
    case = locked(case)
    by.act_on(japan_date(at))
    move = case.flow[verb]
    _check_state(case, move)
    if move.only_follows or not may(by, move, case):
        raise PermissionDenied(move.who)
    received.refuse_wrong_day(case, move, facts, by=by, at=at)
    _check_conditions(case, move, at=at, facts=facts)
    if move.by_approval and not _approved(case, move, item):
        raise NotPossible(NEEDS_APPROVAL)
    refuse_alone(case, move, facts)
    told = {"approval": item.approval_id} if item else {}
    return _make(case, move, by=by, at=at, facts=facts, told=told, item=item)


@transaction.atomic
def follow(case: Case, verb: str, *, cause: Case, by, at: datetime, **facts) -> Case:
    """Make a move that follows from ``cause``'s move, in the same transaction as that move.

    The cause's guard stands for permission and approval; state and conditions are checked here.
    Where the cause came on paper, the day of that paper counts for what follows, too.

    :param cause: the case whose move was just made; its last event must be of ``at``.
    :raises TransitionNotAllowed: if the table has no such move from here.
    :raises NotPossible: if a condition of the row does not hold.
    :raises PermissionDenied: if ``cause`` did not just move.
    """
    last = cause.events.order_by("-pk").first()
    if last is None or last.at != at:
        raise PermissionDenied(f"{cause} did not just move.")
    case = locked(case)
    move = case.flow[verb]
    facts = received.day_of(last) | facts
    _check_state(case, move)
    _check_conditions(case, move, at=at, facts=facts)
    told = {"cause": last.pk}
    letter = letters.of_move(cause, at=at)  # it tells the group of what follows, too
    case = _make(case, move, by=by, at=at, facts=facts, told=told, letter=letter)
    if isinstance(letter, LetterToNumber):
        typed_numbers.name_too(letter, case, move)
    return case


def _make(
    case: Case, move: Move, *, by, at: datetime, facts: dict, told: dict, letter=None, item=None
) -> Case:
    source, before = case.state, taking_back.fields_of(case)
    getattr(case, move.verb)(at=at, by=by, **facts)
    if not taking_back.is_final(case, move):
        told = told | taking_back.written_over(case, before)
    if case.state != source:
        case.came_from = source
    case.closed_at = at if case.stage.final else None
    if day := case.counts_on(move.verb, facts):
        told = told | {received.RECEIVED_ON: day}
    history.append(
        case, move.verb, source=source, target=case.state, by=by, at=at, facts={**facts, **told}
    )
    case.save()
    _keep_time(case, move, at=at, facts=facts)
    extension = (
        timekeeping.extend(case, facts, approval=item.approval, by=by, at=at)
        if move.extends and item
        else None
    )
    letter = letters.issue_for(case, move, by=by, at=at, facts=facts) or letter
    _follow(case, move.verb, by=by, at=at, facts=facts)
    case = type(case)._base_manager.get(pk=case.pk)  # a consequence may have numbered it
    if extension:
        outbox.tell_who_has_more_time(case, extension, at=at, letter=letter)
    else:
        outbox.tell_who_is_next(case, by=by, at=at, letter=letter)
    return case


def locked(case: Case) -> Case:
    """Return ``case`` as its own model, read afresh and locked until the transaction ends."""
    Case.objects.select_for_update().get(pk=case.pk)
    return type(case.specific)._base_manager.select_for_update(of=("self",)).get(pk=case.pk)


def _check_state(case: Case, move: Move) -> None:
    if case.state not in move.source:
        raise TransitionNotAllowed(f"{case.kind} {case.pk}: no {move.verb} from {case.state}.")


def _check_conditions(case: Case, move: Move, *, at: datetime, facts: dict) -> None:
    if why := refusal(case, move, at=at, facts=facts):
        raise NotPossible(why)


def may(user, move: Move, case: Case) -> bool:
    """Return whether the table lets ``user`` make ``move`` on ``case``; superusers get no more."""
    return rules.has_perm(move.who, user, case)


def refusal(
    case: Case, move: Move, *, at: datetime, by=None, facts: dict | None = None
) -> Text | None:
    """Return why ``move`` cannot be made on ``case`` at ``at``, or ``None`` if it can.

    :param by: who would make it, where the facts are still to be asked for. To the office that will
        key in a paper, only what refuses it whatever its day is told.
    """
    facts = facts or {}
    moments = received.moments_that_count(case, move, facts, by=by, at=at) if move.when else []
    for when in move.when:
        if not any(when.test(case, moment) for moment in moments):
            return (when.why_paper if received.RECEIVED_ON in facts else "") or when.why
    return refused(case, move.verb, at=at)


def _approved(case: Case, move: Move, item: ApprovalItem | None) -> bool:
    return bool(
        item
        and item.case_id == case.pk
        and item.verb == move.verb
        and item.executed_at is None
        and item.approval.state == "approved"
    )


def _keep_time(case: Case, move: Move, *, at: datetime, facts: dict) -> None:
    timekeeping.meet_deadlines(case, move.meets, at=at, on=case.counts_on(move.verb, facts))
    timekeeping.pause_deadlines(case, move.pauses, at=at)
    fallen_away = case.deadlines.open().filter(kind__in=move.closes)
    timekeeping.end(fallen_away, closed_at=at, closed_because=f"no longer owed after {move.verb}")
    if case.stage.final:
        timekeeping.close_deadlines(case, at=at, reason=f"case is {case.state}")
    timekeeping.open_deadlines(case, move.opens, at=at, facts=facts)


def _follow(case: Case, verb: str, *, by, at: datetime, facts: dict) -> None:
    for consequence in consequences.following(case.kind, verb):
        consequence(case, by=by, at=at, facts=facts)


@transaction.atomic
def record(case: Case, verb: str, *, by, at: datetime, **facts) -> Event:
    """Write a line of history that is not a move, such as an upload or an assignment."""
    case = locked(case)
    return history.append(
        case, verb, source=case.state, target=case.state, by=by, at=at, facts=facts
    )


@transaction.atomic
def assign(case: Case, clerk, *, by, at: datetime) -> Case:
    """Give ``case`` to a clerk of the office.

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "casework.handle_case", case)
    case = locked(case)
    case.clerk = clerk
    case.save(update_fields=["clerk"])
    record(case, "assign", by=by, at=at, clerk=clerk.pk)
    return case


@transaction.atomic
def file_number(case: Case, series: str, fiscal_year: int) -> str:
    """Give ``case`` its number in a series of the fiscal year, such as S-2026-003."""
    case.number = number_of(series, fiscal_year, next_number(series, fiscal_year))
    case.save(update_fields=["number"])
    return case.number


def snapshot(case: Case, content: dict, *, by, at: datetime) -> Version:
    """Store what was filed as the next numbered version of ``case``, which the caller locked."""
    last = case.versions.order_by("-number").first()
    return Version.objects.create(
        case_id=case.pk,
        number=last.number + 1 if last else 1,
        content=content,
        digest=history.digest_of(content),
        by=by,
        at=at,
    )


@transaction.atomic
def correct(case: Case, *, reason: str, by, at: datetime) -> Case:
    """Take back the last move of ``case`` (訂正), while no letter has left and nothing followed.

    State, deadlines and fields are again what they were; the history keeps both lines.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if the last move cannot be taken back, with the reason.
    """
    locks.take([(case.kind, TAKE_BACK, case.pk)])
    case = locked(case)
    by.act_on(japan_date(at))
    require(by, "casework.correct_case", case)
    last = case.events.order_by("-pk").first()
    if why := taking_back.refusal(case, last, at=at):
        raise NotPossible(why)
    history.append(
        case, TAKE_BACK, source=case.state, target=last.source, by=by, at=at,
        facts={"event": last.pk, "reason": reason},
    )  # fmt: skip
    timekeeping.take_back(case, case.flow[last.verb], moved_at=last.at, at=at)
    typed_numbers.drop_waiting(case, since=last.at)
    taking_back.put_back(case, last)
    case.__dict__["state"] = last.source  # not a move of the table: the door writes it itself
    case.came_from = history.source_of(case, last.source, before=last)
    case.closed_at = taking_back.closed_before(case, last) if case.stage.final else None
    case.save()
    for consequence in consequences.following(case.kind, TAKE_BACK):
        consequence(case, by=by, at=at, facts={"event": last.pk})
    outbox.tell_who_is_next(case, by=by, at=at)
    return case
