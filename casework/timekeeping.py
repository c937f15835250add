"""Opening, meeting, closing and extending deadlines. Rows are added and stamped, never moved."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require

from . import history, outbox
from .calendar import end_of_day, japan_date, moment
from .deadlines import KINDS
from .derivation import Due
from .errors import NotPossible
from .flow import Move
from .models import Approval, Case, Deadline, Extension, Notice

#: Why a row is closed whose clock stands still, and one that a taken-back move had opened.
STANDS_STILL, TAKEN_BACK = "stands still", "the move was taken back"

#: Why a date ended in whose place the program put another one by itself.
COMPUTED_ANEW = "computed anew"

NOT_OWED = _("This deadline is not open any more.")
NO_MORE_TIME = _("The new date must lie after the one that counts now.")


def open_deadlines(case, kinds, *, at: datetime, facts: dict) -> list[Deadline]:
    """Compute and store what ``case`` owes from now on; a kind that is still open is replaced."""
    opened = []
    for code in kinds:
        due = KINDS[code].rule(case, at=at, facts=facts)
        if due is not None:
            opened.append(_replace(case, code, due, at=at, reason=COMPUTED_ANEW))
    return opened


def _replace(case, code: str, due: Due, *, at: datetime, reason: str) -> Deadline:
    standing = case.deadlines.open().filter(kind=code).first()
    if standing:
        standing.closed_at, standing.closed_because = at, reason
        standing.save(update_fields=["closed_at", "closed_because"])
        outbox.withdraw_reminders([standing.pk], why=Notice.Withdrawal.MOVED)
    deadline = Deadline.objects.create(
        case_id=case.pk,
        kind=code,
        owed_by=KINDS[code].owed_by,
        due_on=due.on,
        due_at=_end(due),
        derivation=due.to_json(),
        opened_at=at,
    )
    if standing:
        standing.superseded_by = deadline
        standing.save(update_fields=["superseded_by"])
    return deadline


def _end(due: Due) -> datetime | None:
    if due.on is None:
        return None
    return moment(due.on, due.clock) if due.clock else end_of_day(due.on)


def end(deadlines, **stamped) -> None:
    """Stamp the rows of ``deadlines``, of one locked case; what waits to remind of them is taken back.

    :param stamped: the columns that say how they ended.
    """
    if keys := list(deadlines.values_list("pk", flat=True)):
        Deadline.objects.filter(pk__in=keys).update(**stamped)
        outbox.withdraw_reminders(keys)


def meet_deadlines(case, kinds, *, at: datetime, on: date | None = None) -> None:
    """Stamp the open deadlines of ``kinds`` as met.

    :param on: the Japan date that counts instead of the moment, such as 収受日 of a paper.
    """
    end(case.deadlines.open().filter(kind__in=kinds), met_at=at, met_on=on)


def pause_deadlines(case, kinds, *, at: datetime) -> None:
    """Let the clocks of ``kinds`` stand still: the open rows end, and a later one runs on."""
    ended = case.deadlines.open().filter(kind__in=kinds)
    end(ended, closed_at=at, closed_because=STANDS_STILL)


def close_deadlines(case, *, at: datetime, reason: str) -> None:
    """Close whatever is still open: the case has come to an end."""
    end(case.deadlines.open(), closed_at=at, closed_because=reason)


def take_back(case, move: Move, *, moved_at: datetime, at: datetime) -> None:
    """Put the deadlines of ``case`` back to what they were before ``move``, made at ``moved_at``.

    What the move opened is closed; what it met, closed or replaced is owed again.
    """
    fresh = list(case.deadlines.open().filter(kind__in=move.opens, opened_at=moved_at))
    owed = case.deadlines.filter(kind__in=move.meets, met_at=moved_at)
    owed |= case.deadlines.filter(superseded_by__in=fresh)
    owed |= case.deadlines.filter(kind__in=move.pauses, closed_at=moved_at)
    if case.flow.stages[case.state].final:
        owed |= case.deadlines.filter(closed_at=moved_at, superseded_by=None)
    again = list(owed.values_list("pk", flat=True))
    opened = case.deadlines.filter(pk__in=[deadline.pk for deadline in fresh])
    end(opened, closed_at=at, closed_because=TAKEN_BACK)
    case.deadlines.filter(pk__in=again).update(
        met_at=None, met_on=None, closed_at=None, closed_because="", superseded_by=None,
        reckoned_by="",
    )  # fmt: skip


def _require_office(by, case: Case, at: datetime) -> None:
    require(by.act_on(japan_date(at)), "casework.set_deadline", case)


@transaction.atomic
def supersede(deadline: Deadline, due: Due, *, by, at: datetime, reason: str) -> Deadline:
    """Put a new row in the place of a deadline whose basis changed, with the reason.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValueError: if the deadline is not open any more.
    """
    case = Case.objects.select_for_update().get(pk=deadline.case_id)
    _require_office(by, case, at)
    if not case.deadlines.open().filter(pk=deadline.pk).exists():
        raise ValueError("Only an open deadline can be replaced.")
    fresh = _replace(case, deadline.kind, due, at=at, reason=reason[:200])
    history.append(
        case,
        "supersede_deadline",
        source=case.state,
        target=case.state,
        by=by,
        at=at,
        facts={"deadline": deadline.pk, "by_deadline": fresh.pk, "due": due.on, "reason": reason},
    )
    return fresh


def refuse_extension(case: Case, *, deadline: int, until_on: date, **facts) -> Deadline:
    """Return the deadline that can be extended until ``until_on`` (Japan date), also after its date.

    :param deadline: the id of an open deadline of ``case``.
    :raises NotPossible: if it is not open any more, or ``until_on`` gives no more time.
    """
    owed = case.deadlines.open().filter(pk=deadline).first()
    if owed is None:
        raise NotPossible(NOT_OWED)
    if owed.ends_on is not None and until_on <= owed.ends_on:
        raise NotPossible(NO_MORE_TIME)
    return owed


def extend(case: Case, facts: dict, *, approval: Approval, by, at: datetime) -> Extension:
    """Write the extension that an approval grants; the stored date of the deadline stays.

    What waits to remind of the earlier date is taken back; that of the new one comes by its ladder.
    The door calls this for a move that extends, once ``case`` is locked, and writes the event.

    :param facts: of the move: ``deadline`` (id), ``until_on`` (Japan date), ``reason``.
    :raises NotPossible: as :func:`refuse_extension` does.
    """
    owed = refuse_extension(case, **facts)
    Deadline.objects.filter(pk=owed.pk).update(reckoned_by="")  # its reminders move with the date
    outbox.withdraw_reminders([owed.pk], why=Notice.Withdrawal.MOVED)
    return Extension.objects.create(
        deadline=owed, until=facts["until_on"], reason=facts["reason"], approval=approval,
        by=by, at=at,
    )  # fmt: skip
