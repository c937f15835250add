"""The reminder ladder: for each open deadline and recipient, the latest due rung, once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from . import outbox
from .calendar import japan_date
from .deadlines import KINDS, Rung
from .models import Case, Deadline, Reminder
from .parties import people_behind

log = logging.getLogger(__name__)

#: In place of a person: the group is told by post, for nobody there logs in.
BY_POST = None


def due_rungs(ladder: Iterable[Rung], ends_on: date, opened_on: date, today: date):
    """Return ``(to send, to pass over)`` of a ladder that leads to ``ends_on``.

    Only the latest rung whose day has come is sent, however late this runs; earlier ones, and
    rungs that lie before the deadline existed, are passed over. All are Japan dates.
    """
    come = [rung for rung in ladder if ends_on - timedelta(days=rung.days) <= today]
    in_time = [rung for rung in come if ends_on - timedelta(days=rung.days) >= opened_on]
    latest = min(in_time, key=lambda rung: rung.days, default=None)
    return latest, [rung for rung in come if rung is not latest]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one round of reminding came to: notices posted, and deadlines that raised an error."""

    posted: int
    failed: int


def sweep(deadlines: Iterable[Deadline], *, today: date, at: datetime) -> Sweep:
    """Remind of each of ``deadlines``; one that raises an error does not keep the others waiting."""
    posted = failed = 0
    for deadline in deadlines:
        try:
            posted += remind(deadline, today=today, at=at)
        except Exception:  # whatever it was, the others are still due
            log.exception("Deadline %s was not reminded of.", deadline.pk)
            failed += 1
    return Sweep(posted, failed)


def open_with_a_date():
    """Return the open deadlines that have a date, with what the ladder needs to know."""
    rows = Deadline.objects.open().filter(due_on__isnull=False)
    related = rows.select_related("case__organization", "case__clerk")
    return related.prefetch_related("extensions", "reminders")


@transaction.atomic
def remind(deadline: Deadline, *, today: date, at: datetime) -> int:
    """Post what one deadline is due for today; return how many notices were posted.

    Each (deadline, date, rung, recipient) is recorded once, so a second run posts nothing and a
    missed night is made up for. A rung is climbed for all its recipients in one transaction, so
    one record of it says that there is nothing more to do.
    """
    ladder = KINDS[deadline.kind].ladder
    rung, passed = due_rungs(ladder, deadline.ends_on, japan_date(deadline.opened_at), today)
    if rung is None or is_climbed(deadline, rung):
        return 0
    Case.objects.select_for_update().get(pk=deadline.case_id)
    if not Deadline.objects.open().filter(pk=deadline.pk).exists():
        return 0
    sent = 0
    for party in filter(None, (deadline.owed_by, *rung.also)):
        people, besides = _recipients(deadline, party, today)
        for person in people:
            _pass_over(deadline, passed, person, at)
            sent += _climb(deadline, rung, person, today=today, at=at, **besides)
    return sent


def _recipients(deadline: Deadline, party: str, today: date) -> tuple[list, dict]:
    """Return whom a reminder for ``party`` goes to, and what they are told besides."""
    if people := people_behind(deadline.case, party, day=today):
        return people, {}
    if outbox.goes_by_post(deadline.case, party, _kind(deadline, today)):
        return [BY_POST], {}
    return outbox.stand_ins(deadline.case, party, day=today)


def _kind(deadline: Deadline, today: date) -> str:
    return "deadline_overdue" if deadline.ends_on < today else "deadline_near"


def _name(person) -> str:
    """Return what a reminder's record calls its recipient; the group itself has no name there."""
    return person.email if person else ""


def is_climbed(deadline: Deadline, rung: Rung) -> bool:
    """Return whether ``rung`` was sent for the date that counts now."""
    sent = Reminder.Outcome.SENT
    return any(
        (row.ends_on, row.rung, row.outcome) == (deadline.ends_on, rung.days, sent)
        for row in deadline.reminders.all()
    )


def _pass_over(deadline: Deadline, rungs: list[Rung], person, at: datetime) -> None:
    Reminder.objects.bulk_create(
        (
            Reminder(
                deadline=deadline,
                ends_on=deadline.ends_on,
                rung=rung.days,
                recipient=_name(person),
                outcome=Reminder.Outcome.PASSED_OVER,
                at=at,
            )
            for rung in rungs
        ),
        ignore_conflicts=True,
    )


def _climb(deadline: Deadline, rung: Rung, person, *, today: date, at: datetime, **besides) -> int:
    _reminder, first = Reminder.objects.get_or_create(
        deadline=deadline,
        ends_on=deadline.ends_on,
        rung=rung.days,
        recipient=_name(person),
        defaults={"outcome": Reminder.Outcome.SENT, "at": at},
    )
    if not first:
        return 0
    kind, left = _kind(deadline, today), (deadline.ends_on - today).days
    told = {"deadline": deadline, "days_left": left, "days_late": -left, **besides}
    key = f"deadline-{deadline.pk}-{deadline.ends_on}-{rung.days}-{person.pk if person else 'post'}"
    if person is BY_POST:
        outbox.post_on_paper(kind, case=deadline.case, at=at, key=key, **told)
    else:
        outbox.post(kind, to=person, case=deadline.case, at=at, key=key, **told)
    return 1
