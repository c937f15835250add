"""Opening, meeting, closing and extending deadlines. Rows are added and stamped, never moved."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require

from . import history, outbox, reminders
from .calendar import end_of_day, japan_date, moment
from .deadlines import KINDS
from .derivation import Due
from .errors import NotPossible
from .flow import Move
from .models import Approval, Case, Deadline, Extension, Notice, Reminder
from .models.notice import REMINDING

#: Why a row is closed whose clock stands still, and one that a taken-back move had opened.
STANDS_STILL, TAKEN_BACK = "stands still", "the move was taken back"

#: Why a date ended in whose place the program put another one by itself.
COMPUTED_ANEW = "computed anew"

NOT_OWED = _("This deadline is not open any more.")
NO_MORE_TIME = _("The new date must lie after the one that counts now.")
COUNTS_ALREADY = _("This date counts already. Nothing was changed.")

#: The basis of a day that a person of the office set, in the place of what a rule gives.
SET_BY_OFFICE = "set_by_office"
#: The bases of days that a person chose: no rule gives another one.
CHOSEN = (SET_BY_OFFICE, "named_when_asked")


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
        _hand_over(standing, deadline)
    return deadline


def _hand_over(old: Deadline, new: Deadline) -> None:
    """Let ``new`` go on where ``old`` has come to remind of, if the same date counts for both.

    Nobody is told again of a date that stays, and what waits to remind of it leaves. The reminders
    of another date are taken back: its ladder starts anew.
    """
    if new.ends_on is None or new.ends_on != old.ends_on:
        outbox.withdraw_reminders([old.pk], why=Notice.Withdrawal.MOVED)
        return
    Notice.objects.filter(deadline=old, kind__in=REMINDING).update(deadline=new)
    Reminder.objects.bulk_create(
        [_handed_over(row, new) for row in old.reminders.filter(ends_on=new.ends_on)],
        ignore_conflicts=True,
    )


def _handed_over(row: Reminder, deadline: Deadline) -> Reminder:
    """Return what ``deadline`` records of a rung that the row before it dealt with."""
    sent, over = Reminder.Outcome.SENT, Reminder.Outcome.PASSED_OVER
    return Reminder(
        deadline=deadline, ends_on=row.ends_on, rung=row.rung, audience=row.audience,
        recipient=row.recipient, outcome=over if row.outcome == sent else row.outcome, at=row.at,
    )  # fmt: skip


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

    What the move opened is closed; what it met, closed or replaced is owed again, and what waited
    to remind of it goes again.
    """
    fresh = list(case.deadlines.open().filter(kind__in=move.opens, opened_at=moved_at))
    owed = case.deadlines.filter(kind__in=move.meets, met_at=moved_at)
    owed |= case.deadlines.filter(superseded_by__in=fresh)
    owed |= case.deadlines.filter(kind__in=move.pauses, closed_at=moved_at)
    if case.flow.stages[case.state].final:
        owed |= case.deadlines.filter(closed_at=moved_at, superseded_by=None)
    again = list(owed.values_list("pk", flat=True))
    for replaced in case.deadlines.filter(superseded_by__in=fresh).select_related("superseded_by"):
        _hand_over(replaced.superseded_by, replaced)
    opened = case.deadlines.filter(pk__in=[deadline.pk for deadline in fresh])
    end(opened, closed_at=at, closed_because=TAKEN_BACK)
    owe_again(again, at=at)


def owe_again(deadlines: Iterable[int], *, at: datetime) -> None:
    """Let deadlines of one locked case, which had ended, be owed again by their date.

    What waited to remind of them goes again.

    :param deadlines: their keys.
    """
    Deadline.objects.filter(pk__in=deadlines).update(
        met_at=None, met_on=None, closed_at=None, closed_because="", superseded_by=None,
        reckoned_by="",
    )  # fmt: skip
    reminders.take_up(deadlines, at=at)


def _require_office(by, case: Case, at: datetime) -> None:
    require(by.act_on(japan_date(at)), "casework.set_deadline", case)


def stays(deadline: Deadline, due: Due) -> bool:
    """Return whether the date of an open ``deadline`` stays although its rule gives ``due`` now.

    A day that a person chose stays. More time that was approved stays unless ``due`` lies later
    still. Any other date stays where the rule gives the same again, in the same way.
    """
    stored = Due.from_json(deadline.derivation)
    if stored.steps[0].basis in CHOSEN:
        return True
    if deadline.extension:
        return due.on is None or due.on <= deadline.extension.until
    return due == stored


def _says_the_same(deadline: Deadline, due: Due) -> bool:
    return due == Due.from_json(deadline.derivation) and due.on == deadline.ends_on


@transaction.atomic
def supersede(deadline: Deadline, due: Due, *, by, at: datetime, reason: str) -> Deadline:
    """Put a new row in the place of a deadline whose basis changed, with the reason.

    Where the date is the same and only how it came about is another, nobody is reminded again.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if the row that counts now says the same already.
    :raises ValueError: if the deadline is not open any more.
    """
    case = Case.objects.select_for_update().get(pk=deadline.case_id)
    _require_office(by, case, at)
    standing = case.deadlines.open().filter(kind=deadline.kind).first()
    if standing and _says_the_same(standing, due):
        raise NotPossible(COUNTS_ALREADY)
    if standing != deadline:
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
