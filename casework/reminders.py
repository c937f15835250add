"""The sweep: each open deadline with a rung to climb today, and whom it tells, once."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from . import outbox
from .calendar import japan_date
from .climbing import due_rungs, mark_of, next_day
from .deadlines import Audience, LadderRungs, Pace, Rung, Tone
from .ladders import BATCH, all_ladders, climbed_of, ladder_of
from .models import Case, Deadline, Reminder
from .models.notice import REMINDING
from .outbox import Address
from .parties import Party, everyone_of, people_behind

log = logging.getLogger(__name__)

#: In place of a person: the group is told by post, for nobody there logs in.
BY_POST = None

#: The parties behind those audiences that are one whatever the deadline.
PARTIES = {
    Audience.CLERK: Party.OFFICE,
    Audience.MANAGER: Party.APPROVER,
    Audience.COORDINATOR: Party.COORDINATOR,
}

Told = set[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one round of reminding came to: notices posted, and deadlines that raised an error."""

    posted: int
    failed: int


def sweep(deadlines: Iterable[Deadline], *, today: date, at: datetime) -> Sweep:
    """Remind of each of ``deadlines``; one that raises an error does not keep the others waiting."""
    posted = failed = 0
    ladders = all_ladders()
    for deadline in deadlines:
        try:
            posted += remind(deadline, today=today, at=at, ladder=ladders[deadline.kind])
        except Exception:  # whatever it was, the others are still due
            log.exception("Deadline %s was not reminded of.", deadline.pk)
            failed += 1
    return Sweep(posted, failed)


def due(today: date):
    """Keep the open deadlines with a rung to climb on ``today`` (Japan date), or since before it."""
    return Deadline.objects.open().filter(remind_on__lte=today)


def in_batches(deadlines) -> Iterator[Deadline]:
    """Yield ``deadlines`` in the order of their keys, with few of them in memory at a time.

    Their keys are asked for at once, by the index of the condition: in the order of keys, a database
    would rather read all the rows that the condition leaves out.
    """
    keys = sorted(deadlines.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield from deadlines.filter(pk__in=keys[start : start + BATCH]).order_by("pk")


def _locked(deadline: Deadline) -> Deadline | None:
    """Lock the case, and read again what may have changed since; ``None`` if nothing is owed."""
    Case.objects.select_for_update().get(pk=deadline.case_id)
    rows = Deadline.objects.open().select_related(
        "case__organization", "case__clerk", "case__department"
    )
    return rows.prefetch_related("extensions", "reminders").filter(pk=deadline.pk).first()


@transaction.atomic
def remind(
    deadline: Deadline, *, today: date, at: datetime, ladder: LadderRungs | None = None
) -> int:
    """Post what one deadline is due for today; return how many notices were posted.

    Each (deadline, date, rung, audience, recipient) is recorded once, so a second run posts nothing
    and a missed night is made up for. A rung is climbed for all its recipients in one transaction;
    one that reaches nobody is recorded as that, and not tried for ever.

    :param ladder: the one that counts now; a sweep has asked for it already.
    """
    owed = _locked(deadline)
    if owed is None or owed.ends_on is None:
        return 0
    ladder = ladder_of(owed.kind) if ladder is None else ladder
    opened_on, climbed = japan_date(owed.opened_at), climbed_of(owed)
    rungs, passed = due_rungs(ladder, owed.ends_on, opened_on, climbed, today)
    told = _told(owed)
    sent = sum(_climb(owed, rung, passed, told, today=today, at=at) for rung in rungs)
    climbed = {**climbed, **{rung.audience: rung.days for rung in rungs}}
    Deadline.objects.filter(pk=owed.pk).update(
        remind_on=next_day(ladder, owed.ends_on, opened_on, climbed), reckoned_by=mark_of(ladder)
    )
    return sent


def take_up(deadlines: Iterable[int], *, at: datetime) -> None:
    """Let go what waited to remind of deadlines that ended or moved, and that are owed again.

    Their case is locked. Each reader of the ladder that counts now gets what is nearest to the date;
    that of another date stays withdrawn.

    :param deadlines: their keys.
    """
    rows = Deadline.objects.open().filter(pk__in=deadlines, notices__kind__in=REMINDING)
    with_case = rows.select_related("case__organization", "case__clerk", "case__department")
    for deadline in with_case.prefetch_related("extensions").distinct():
        _take_up(deadline, today=japan_date(at), at=at)


def _take_up(deadline: Deadline, *, today: date, at: datetime) -> None:
    waited = outbox.outlived_of(deadline).select_related("case__organization")
    steps = {notice.key.split("-", 2)[2]: notice for notice in waited}
    told: set[str] = set()
    for rung in reversed(ladder_of(deadline.kind) if steps else ()):
        people, besides = _recipients(deadline, rung, today)
        for person in people:
            notice = steps.get(_step_of(deadline, rung, person))
            if notice and _key_of(person) not in told:
                said = {**_words_of(deadline, rung, today), **besides}
                outbox.remind_again(notice, _kind(deadline, today), to=person, at=at, **said)
                told.add(_key_of(person))


def _told(deadline: Deadline) -> Told:
    """Return which rung of the way to the date that counts now was sent to which address."""
    return {
        (row.rung, row.recipient)
        for row in deadline.reminders.all()
        if row.ends_on == deadline.ends_on and row.outcome == Reminder.Outcome.SENT
    }


def _climb(
    deadline: Deadline, rung: Rung, passed: list[Rung], told: Told, *, today: date, at: datetime
) -> int:
    """Send one rung to its audience, and record what it leaves behind; return how many it told."""
    people, besides = _recipients(deadline, rung, today)
    over = [other for other in passed if other.audience == rung.audience]
    if not people:
        log.warning("Deadline %s: nobody to tell (%s).", deadline.pk, rung.audience)
        _record(deadline, [*over, rung], "", Reminder.Outcome.NOBODY, at)
    new = [person for person in people if (rung.days, _name(person)) not in told]
    for person in people:
        outcome = Reminder.Outcome.SENT if person in new else Reminder.Outcome.PASSED_OVER
        _record(deadline, over, _name(person), Reminder.Outcome.PASSED_OVER, at)
        _record(deadline, [rung], _name(person), outcome, at)
    for person in new:
        _post(deadline, rung, person, today=today, at=at, **besides)
    told.update((rung.days, _name(person)) for person in new)
    return len(new)


def _recipients(deadline: Deadline, rung: Rung, today: date) -> tuple[list, dict]:
    """Return whom a rung goes to, and what they are told besides."""
    case = deadline.case
    if rung.audience == Audience.DEPARTMENT:
        return _shared_mailbox(case), {}
    if rung.audience == Audience.MEMBERS:
        return everyone_of(case, day=today), {}
    party = PARTIES.get(Audience(rung.audience), deadline.owed_by)
    if people := people_behind(case, party, day=today):
        return people, {}
    if not party or rung.audience == Audience.COORDINATOR:
        return [], {}  # a case without one is as it should be
    if outbox.goes_by_post(case, party, _kind(deadline, today)):
        return [BY_POST], {}
    return outbox.stand_ins(case, party, day=today)


def _shared_mailbox(case: Case) -> list[Address]:
    department = case.department
    if department is None or not department.mailbox:
        return []
    return [Address(department.mailbox, str(department), fictitious=department.fictitious)]


def _kind(deadline: Deadline, today: date) -> str:
    return "deadline_overdue" if deadline.ends_on < today else "deadline_near"


def _name(person) -> str:
    """Return what a reminder's record calls its recipient; the group itself has no name there."""
    return person.email if person else ""


def _record(
    deadline: Deadline, rungs: list[Rung], recipient: str, outcome: str, at: datetime
) -> None:
    Reminder.objects.bulk_create(
        (
            Reminder(
                deadline=deadline,
                ends_on=deadline.ends_on,
                rung=rung.days,
                audience=rung.audience,
                recipient=recipient,
                outcome=outcome,
                at=at,
            )
            for rung in rungs
        ),
        ignore_conflicts=True,
    )


def _post(deadline: Deadline, rung: Rung, person, *, today: date, at: datetime, **besides) -> None:
    kind, told = _kind(deadline, today), {**_words_of(deadline, rung, today), **besides}
    key = f"deadline-{deadline.pk}-{_step_of(deadline, rung, person)}"
    if person is BY_POST:
        outbox.post_on_paper(kind, case=deadline.case, at=at, key=key, **told)
    else:
        digest = rung.channel == Pace.DIGEST
        outbox.post(kind, to=person, case=deadline.case, at=at, key=key, digest=digest, **told)


def _words_of(deadline: Deadline, rung: Rung, today: date) -> dict:
    """Return what the words of a reminder are told."""
    left = (deadline.ends_on - today).days
    firm = rung.tone == Tone.FIRM
    return {"deadline": deadline, "days_left": left, "days_late": -left, "firm": firm}


def _step_of(deadline: Deadline, rung: Rung, person) -> str:
    """Return what the key of a notice says after the key of its deadline: date, rung and reader."""
    return f"{deadline.ends_on}-{rung.days}-{_key_of(person)}"


def _key_of(person) -> str:
    if person is BY_POST:
        return "post"
    return person.email if isinstance(person, Address) else str(person.pk)
